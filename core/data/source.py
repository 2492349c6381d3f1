"""A data source: parameters that say where data comes from, and how it becomes a Dataset.

The sources themselves live in ``core/data/sources``, one per file, and are found by walking it.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from core.data.dataset import Dataset, Description
from core.data.split import Split
from core.errors import InputError
from core.params import Configured, Fault, param
from core.registry import kinds

BUILT_IN = Path(__file__).resolve().parents[2] / "resources" / "data"


class Source(Configured, ABC):
    """Where the rows of a design come from.

    ``built_in`` data is shipped, under the terms in ``licence``. ``split_order`` is the order of
    rows that suits the data: ``in order`` for anything that runs through time.
    """

    built_in: ClassVar[bool] = False
    licence: ClassVar[str] = ""
    split_order: ClassVar[str] = "shuffled"

    @abstractmethod
    def load(self, folder: Path) -> Dataset:
        """Read all rows. Relative paths start at ``folder``, that of the project file.

        Raises InputError naming the file and what is wrong in it.
        """

    def describe(self, folder: Path) -> Description:
        """What ``load`` would deliver, found without the work of loading where that is possible."""
        return self.load(folder).describe()

    def divide(self, dataset: Dataset, split: Split) -> dict[str, np.ndarray]:
        """The row numbers of each split. Raises InputError as ``Split.indices`` does."""
        return split.indices(dataset)

    def new_inputs(self, folder: Path, path: Path) -> dict[str, np.ndarray]:
        """The input columns of new rows in the file at ``path``, not yet standardised.

        They are encoded exactly as ``load`` encodes those of this source. Raises InputError for
        anything wrong in the file, and where a source has no form of its own for new rows.
        """
        raise InputError(
            f"{path.name} cannot be read as rows of {self.label}",
            "Save the inputs in a NumPy archive (.npz), one array for each input.",
        )

    def stamp(self, folder: Path) -> tuple[object, ...]:
        """Changes when the files behind this source change."""
        return ()

    def check(self) -> tuple[Fault, ...]:
        """Faults between parameters, or in one, that the declarations cannot express."""
        return ()


@dataclass(frozen=True)
class FileSource(Source):
    """A source that reads one file of the user's."""

    path: str = param(
        "",
        kind="path",
        label="File",
        help="The file to read. A relative path starts at the folder of the project file.",
    )

    def check(self) -> tuple[Fault, ...]:
        """A file must be chosen."""
        return () if self.path.strip() else (Fault("path", "File has not been chosen"),)

    def stamp(self, folder: Path) -> tuple[object, ...]:
        """The file's time of change and size; empty while there is no such file."""
        return stamp_of(resolve(folder, self.path))

    def file(self, folder: Path) -> Path:
        """The file to read. Raises InputError if none was chosen or it is not there."""
        if not self.path.strip():
            raise InputError(f"{self.label}: no file has been chosen", "Choose a file.")
        path = resolve(folder, self.path)
        # Unlike those of pathlib, these answer False for a path that is too long or out of reach.
        if not os.path.isfile(path):
            what = "is a folder, not a file" if os.path.isdir(path) else "does not exist"
            raise InputError(
                f"{path} {what}", "Choose the file again, or put it beside the project file."
            )
        return path


def sources() -> Mapping[str, type[Source]]:
    """Every source there is, by its saved kind name."""
    return kinds("core.data.sources", Source)


def resolve(folder: Path, path: str) -> Path:
    """``path`` as seen from ``folder``, with ``~`` for the home folder."""
    return folder / os.path.expanduser(path.strip())


def stamp_of(path: Path) -> tuple[object, ...]:
    """Time of change (ns) and size of a file or folder, empty if there is none."""
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return ()
    return (str(path), stat.st_mtime_ns, stat.st_size)


def built_in_file(name: str) -> Path:
    """A shipped data file. Raises InputError if the installation lacks it."""
    path = BUILT_IN / name
    if not path.is_file():
        raise InputError(f"The built-in data file {path} is missing", "Install Layerloom again.")
    return path
