"""The weights of some steps of a run, kept beside it so that they can be looked at again. No JAX.

A run's folder holds them under ``moments``, each in a file that is called by its step.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.project.file import write_atomically

if TYPE_CHECKING:
    import numpy as np

FOLDER = "moments"
# A run keeps so many moments at most, and so many bytes of weights.
MOST = 40
MOST_BYTES = 200_000_000
_SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Moment:
    """A step of a run whose weights are kept; ``epoch`` is fractional."""

    step: int
    epoch: float


@dataclass(frozen=True)
class Moments:
    """The moments of a run in order, and the names of files that cannot be read."""

    found: tuple[Moment, ...] = ()
    damaged: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What to tell of damaged files; empty without any."""
        if not self.damaged:
            return ""
        more = f" and {len(self.damaged) - 1} more" if len(self.damaged) > 1 else ""
        return f"{self.damaged[0]}{more} in the run's folder cannot be read and is left out"


def path_of(directory: Path, step: int) -> Path:
    """Where the weights of a step are kept in a run's folder."""
    return directory / FOLDER / f"{step:012d}{_SUFFIX}"


def moments(directory: Path) -> Moments:
    """What a run's folder holds; only the heads of the files are read."""
    found, damaged = [], []
    for path in _files(directory):
        epoch = _epoch(path)
        if epoch is None:
            damaged.append(path.name)
        else:
            found.append(Moment(int(path.stem), epoch))
    return Moments(tuple(sorted(found, key=lambda m: m.step)), tuple(damaged))


def keep(directory: Path, moment: Moment, arrays: dict[str, np.ndarray]) -> None:
    """Write the weights of a moment, never half. Raises OSError."""
    from safetensors.numpy import save

    path = path_of(directory, moment.step)
    path.parent.mkdir(exist_ok=True)
    write_atomically(path, save(arrays, {"epoch": repr(moment.epoch)}))


def drop(directory: Path, steps: Iterable[int]) -> None:
    """Delete the weights of some steps. Raises OSError."""
    for step in steps:
        path_of(directory, step).unlink(missing_ok=True)


def drop_after(directory: Path, step: int) -> None:
    """Delete what lies after a step, damaged files included. Raises OSError."""
    drop(directory, [int(p.stem) for p in _files(directory) if int(p.stem) > step])


def drop_all(directory: Path) -> None:
    """Delete a run's moments, and their folder unless somebody else's files are in it."""
    with contextlib.suppress(OSError):
        drop_after(directory, -1)
        (directory / FOLDER).rmdir()


def thinned(kept: Sequence[Moment], most: int) -> list[Moment]:
    """At most so many (2 or more) of some moments in order.

    Every second one is left out while they are too many; the first and the newest stay.
    """
    left = list(kept)
    while len(left) > most:
        left = [*left[:-1:2], left[-1]]
    return left


def _files(directory: Path) -> list[Path]:
    return [p for p in (directory / FOLDER).glob(f"*{_SUFFIX}") if p.stem.isdecimal()]


def _epoch(path: Path) -> float | None:
    """The epoch that a file's head tells; None if it is damaged, also where its end is missing."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            return float((file.metadata() or {})["epoch"])
    except (SafetensorError, OSError, KeyError, ValueError):
        return None
