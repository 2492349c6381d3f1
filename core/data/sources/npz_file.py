"""Arrays in a NumPy archive of the user's. Nothing in it is ever unpickled."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from core.data.dataset import NO_LABEL, Column, Dataset, Description, check_row_counts
from core.data.source import FileSource
from core.errors import InputError
from core.params import param
from core.tensor import Tensor

TARGET_NAMES = ("label", "labels", "y", "target", "targets", "value", "values", "next")
MOST_CLASSES = 100_000
UNREADABLE = (ValueError, OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError)


@dataclass(frozen=True)
class Header:
    """Shape and type of an array, known without reading it."""

    shape: tuple[int, ...]
    dtype: np.dtype


@dataclass(frozen=True)
class NpzFile(FileSource):
    """Arrays of an .npz archive, each with one row per sample.

    Integers ``[N]`` and ``[N, 1]``, truth values ``[N]`` and texts ``[N]`` become labels; other
    integers become tokens int32; bytes (uint8) of two or more axes become pixels float32 in 0..1,
    with a channel axis added to ``[N, H, W]``; floats become float32, ``[N, 1]`` where they have
    one axis.
    """

    kind = "npz"
    label = "NumPy archive"

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

    def load(self, folder: Path) -> Dataset:
        """Read the chosen arrays."""
        path = self.file(folder)
        headers = read_headers(path)
        inputs, targets = roles(path.name, headers, self.inputs, self.targets)
        columns = {
            name: as_column(path.name, name, read_array(path, name)) for name in (*inputs, *targets)
        }
        return Dataset(columns, title=path.name, inputs=inputs, targets=targets)

    def describe(self, folder: Path) -> Description:
        """Read the headers, and the arrays of integers and texts, whose classes must be known."""
        path = self.file(folder)
        headers = read_headers(path)
        inputs, targets = roles(path.name, headers, self.inputs, self.targets)
        tensors = {name: _tensor(path, name, headers[name]) for name in (*inputs, *targets)}
        lengths = {name: headers[name].shape[0] for name in tensors}
        check_row_counts(path.name, lengths)
        return Description(tensors, headers[inputs[0]].shape[0], inputs, targets)


def roles(
    file: str, headers: dict[str, Header], inputs: tuple[str, ...], targets: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the input and target arrays, where they were not all chosen.

    Raises InputError if one is not there.
    """
    for name in (*inputs, *targets):
        if name not in headers:
            raise InputError(f"{file} has no array {name!r}", "It has " + ", ".join(headers) + ".")
    free = [name for name in headers if headers[name].shape and name not in inputs]
    targets = targets or tuple(name for name in free if name.lower() in TARGET_NAMES)
    inputs = inputs or tuple(name for name in free if name not in targets)
    both = next((name for name in inputs if name in targets), None)
    if both is not None:
        raise InputError(f"{file}: {both!r} is both an input and a target", "Choose one.")
    if not inputs:
        raise InputError(f"{file} has no array to learn from", "Choose the inputs.")
    for name in (*inputs, *targets):
        check_header(file, name, headers[name])
    return inputs, targets


def read_headers(path: Path) -> dict[str, Header]:
    """Shape and type of every array in the archive, in its order.

    Raises InputError when it is no .npz archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.endswith(".npy")]
            headers = {n.removesuffix(".npy"): _header(archive.open(n)) for n in names}
    except UNREADABLE as error:
        raise _unreadable(path.name, error) from error
    if not headers:
        raise InputError(f"{path.name} holds no arrays", "Save them with numpy.savez.")
    return headers


def read_array(path: Path, name: str) -> np.ndarray:
    """One array of the archive, as stored. Raises InputError when it is damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return np.asarray(arrays[name])
    except UNREADABLE as error:
        raise _unreadable(f"{path.name}, array {name!r}", error) from error


def as_column(file: str, name: str, values: np.ndarray) -> Column:
    """The column that an array ``[N, ...]`` stands for (see ``NpzFile``)."""
    if is_pixels(values.dtype, values.shape):
        pixels = values.astype(np.float32) / 255
        return Column(pixels[..., None] if pixels.ndim == 3 else pixels)
    if values.dtype.kind == "f":
        with np.errstate(over="ignore"):
            floats = values.astype(np.float32)
        return Column(floats[:, None] if floats.ndim == 1 else floats)
    if values.dtype.kind == "U":
        texts, ids = np.unique(values, return_inverse=True)
        return Column(ids.astype(np.int32), tuple(str(text) for text in texts))
    if values.shape[1:] == (1,):
        values = values[:, 0]
    if values.dtype.kind == "b":
        return Column(values.astype(np.int32), ("False", "True"))
    least, most = (int(values.min()), int(values.max())) if values.size else (0, 0)
    lowest = NO_LABEL if values.ndim == 1 and most >= 0 else 0
    if least < lowest or most >= MOST_CLASSES:
        raise InputError(
            f"{file}: the integers of array {name!r} run from {least} to {most}, "
            f"but classes are numbered from 0 to at most {MOST_CLASSES - 1}",
            "Number the classes from 0 (-1: nobody knows), or save numbers to predict as floats.",
        )
    return Column(values.astype(np.int32), tuple(str(i) for i in range(most + 1)))


def _tensor(path: Path, name: str, header: Header) -> Tensor:
    if header.dtype.kind == "f" or is_pixels(header.dtype, header.shape):
        empty = np.empty((0, *header.shape[1:]), header.dtype)
        return as_column(path.name, name, empty).tensor
    return as_column(path.name, name, read_array(path, name)).tensor


def is_pixels(dtype: np.dtype, shape: tuple[int, ...]) -> bool:
    """Whether bytes are the pixels of pictures."""
    return dtype == np.uint8 and len(shape) >= 2 and shape[1:] != (1,)


def _header(file: IO[bytes]) -> Header:
    with file:
        version = np.lib.format.read_magic(file)
        one = version == (1, 0)
        read = np.lib.format.read_array_header_1_0 if one else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(file)
    return Header(shape, dtype)


def check_header(file: str, name: str, header: Header) -> None:
    """Raise InputError if an array cannot be a column."""
    if header.dtype.hasobject:
        raise InputError(
            f"{file}: array {name!r} holds Python objects, which are never loaded",
            "Save plain numbers or texts: convert it with numpy.asarray(values, dtype=...).",
        )
    texts = header.dtype.kind == "U" and len(header.shape) == 1
    if header.dtype.kind not in "fiub" and not texts:
        raise InputError(
            f"{file}: array {name!r} of type {header.dtype} cannot be used",
            "Save floats, integers, truth values or a list of texts.",
        )
    if not header.shape:
        raise InputError(
            f"{file}: array {name!r} is a single value, not one row per sample",
            "Leave it out of the inputs and targets.",
        )


def _unreadable(what: str, error: BaseException) -> InputError:
    detail = str(error) or type(error).__name__
    return InputError(
        f"{what} cannot be read as a NumPy archive: {detail}", "Save it again with numpy.savez."
    )
