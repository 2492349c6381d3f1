"""A folder of the user's with one .npy file per column, read from the disk as it is needed."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from core.data.dataset import Column, Dataset, Description, check_row_counts
from core.data.on_disk import OnDisk
from core.data.source import Source, resolve, stamp_of
from core.data.sources.npz_file import Header, as_column, is_pixels, roles
from core.errors import InputError
from core.params import Fault, param
from core.tensor import Tensor


@dataclass(frozen=True)
class NpyFolder(Source):
    """Arrays in .npy files of one folder, each with one row per sample; too large for the memory.

    Floats and pixels stay on the disk, and each batch is read when its turn comes. Integers and
    texts become labels or tokens and are read at once. Types become columns as in a NumPy archive.
    Nothing is ever unpickled.
    """

    kind = "npy_folder"
    label = "Folder of NumPy files"

    path: str = param(
        "",
        kind="folder",
        label="Folder",
        help="The folder that holds one .npy file per array, such as x.npy and y.npy. A relative "
        "path starts at the folder of the project file.",
    )
    inputs: tuple[str, ...] = param(
        (),
        kind="names",
        label="Inputs",
        help="The arrays to learn from. Empty means all but the targets.",
    )
    targets: tuple[str, ...] = param(
        (),
        kind="names",
        label="Targets",
        help="The arrays to predict. Empty means those with a usual name, such as y or label.",
    )

    def check(self) -> tuple[Fault, ...]:
        """A folder must be chosen."""
        return () if self.path.strip() else (Fault("path", "Folder has not been chosen"),)

    def stamp(self, folder: Path) -> tuple[object, ...]:
        """Time of change and size of the folder and of every file in it."""
        root = resolve(folder, self.path)
        if not os.path.isdir(root):
            return ()
        return (stamp_of(root), *(stamp_of(path) for path in sorted(root.glob("*.npy"))))

    def load(self, folder: Path) -> Dataset:
        """Open every file. Raises InputError naming the one that cannot be read."""
        arrays = self._open(folder)
        inputs, targets = self._roles(folder, arrays)
        columns = {name: _column(name, arrays[name]) for name in (*inputs, *targets)}
        title = resolve(folder, self.path).name
        return Dataset(columns, title=title, inputs=inputs, targets=targets)

    def describe(self, folder: Path) -> Description:
        """Read the headers, and the arrays of integers and texts, whose classes must be known."""
        arrays = self._open(folder)
        inputs, targets = self._roles(folder, arrays)
        tensors: dict[str, Tensor] = {}
        for name in (*inputs, *targets):
            tensors[name] = _column(name, arrays[name]).tensor
        check_row_counts(self.path, {name: len(arrays[name].array) for name in tensors})
        return Description(tensors, len(arrays[inputs[0]].array), inputs, targets)

    def _roles(
        self, folder: Path, arrays: dict[str, _File]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        headers = {name: Header(f.array.shape, f.array.dtype) for name, f in arrays.items()}
        title = resolve(folder, self.path).name
        return roles(title, headers, self.inputs, self.targets)

    def _open(self, folder: Path) -> dict[str, _File]:
        root = resolve(folder, self.path)
        if not os.path.isdir(root):
            what = "is a file, not a folder" if os.path.isfile(root) else "does not exist"
            raise InputError(f"{root} {what}", "Choose the folder again.")
        found = {path.stem: _open(path) for path in sorted(root.glob("*.npy"))}
        if not found:
            raise InputError(f"{root} holds no .npy files", "Save each array with numpy.save.")
        return found


@dataclass(frozen=True, eq=False)
class _File:
    """An array that is mapped from a file, and the map."""

    array: np.ndarray
    pages: mmap.mmap

    def rows(self, numbers: np.ndarray) -> np.ndarray:
        """Copies of some rows. The memory that reading took is given back."""
        found = np.asarray(self.array[numbers])
        if hasattr(mmap, "MADV_DONTNEED"):
            self.pages.madvise(mmap.MADV_DONTNEED)
        return found


def _open(path: Path) -> _File:
    """A file's array without reading it. Raises InputError."""
    try:
        there = np.load(path, mmap_mode="r", allow_pickle=False)
        with open(path, "rb") as file:
            pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        order: Literal["F", "C"] = "F" if there.flags.fnc else "C"
        return _File(np.ndarray(there.shape, there.dtype, pages, there.offset, order=order), pages)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(
            f"{path} cannot be read as a NumPy file: {error}", "Save it again with numpy.save."
        ) from error


def _column(name: str, file: _File) -> Column:
    """The column that an array stands for; floats and pixels stay on the disk."""
    array = file.array
    if array.dtype.kind != "f" and not is_pixels(array.dtype, array.shape):
        return as_column("", name, np.asarray(array))

    def read(rows: np.ndarray) -> np.ndarray:
        return np.asarray(as_column("", name, file.rows(rows)).values)

    features = read(np.arange(0)).shape[1:]
    return Column(OnDisk(name, (len(array), *features), np.dtype(np.float32), read))
