"""The weights of a .keras file: an HDF5 file of which nothing is followed or believed."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from core.compile.imported import UnsupportedError
from core.compile.keras_in.archive import REMEDY
from core.errors import InputError

_VARIABLES = "vars"
# Errors that a broken HDF5 file leads to inside of h5py.
_BROKEN = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError)


def import_h5py() -> Any:
    """The ``h5py`` package. Raises InputError where it is not installed."""
    try:
        import h5py
    except ImportError:
        raise InputError(
            "reading Keras files needs the package h5py",
            'Install it: pip install "layerloom[keras]"',
        ) from None
    return h5py


class Store:
    """Variables of layers by the layer's place, such as ``layers/dense_1``, and their number."""

    def __init__(self, raw: bytes, path: Path) -> None:
        """Open an HDF5 file. Raises InputError naming the .keras file that it is in."""
        self._h5py = import_h5py()
        try:
            self._file = self._h5py.File(io.BytesIO(raw), "r")
        except _BROKEN:
            raise InputError(f"the weights in {path} cannot be read as HDF5", REMEDY) from None

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def place(self, parent: str, counted: str, name: str) -> str:
        """Where a layer's variables are in ``parent``: ``counted``, unless another says its name.

        Keras counts layers of a class, and writes the name of each beside its variables.
        """
        here = f"{parent}/{counted}"
        if self._group(here) is not None and self._name(here) in ("", name):
            return here
        found = (f"{parent}/{key}" for key in self._group(parent) or ())
        return next((place for place in found if self._name(place) == name), here)

    def holds_any(self, place: str) -> bool:
        """Whether there is any variable at a place, or below it."""
        open_ = [self._group(place)]
        while open_:
            group = open_.pop()
            for key in group or ():
                if group.get(key, getclass=True) is self._h5py.Dataset:
                    return True
                open_.append(self._inner(group, key))
        return False

    def array(self, place: str, index: int) -> np.ndarray:
        """A layer's variable as float32. Raises UnsupportedError where it is not there."""
        try:
            group = self._group(f"{place}/{_VARIABLES}")
            found = group.get(str(index)) if group is not None else None
            linked = group is not None and self._is_hard(group, str(index))
            if not linked or not isinstance(found, self._h5py.Dataset):
                raise UnsupportedError(f"its variable {index} is not in the file")
            self._check(found)
            array = np.asarray(found[()])
            if found.attrs.get("dtype") == "bfloat16":
                array = (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
        except _BROKEN:
            raise UnsupportedError(f"its variable {index} cannot be read") from None
        return np.ascontiguousarray(array, np.float32)

    def _check(self, found: Any) -> None:
        """Raise UnsupportedError for what lies in other files, or is larger than what is there."""
        size = math.prod(found.shape) * found.dtype.itemsize
        if found.is_virtual or found.external or found.id.get_storage_size() < size:
            raise UnsupportedError("its weights are not stored as Keras stores them")
        if found.dtype.kind not in "fiuV" or found.dtype.fields:
            raise UnsupportedError("its weights are no numbers")

    def _name(self, place: str) -> str:
        group = self._group(f"{place}/{_VARIABLES}")
        try:
            name = group.attrs.get("name", "") if group is not None else ""
        except _BROKEN:
            return ""
        return name if isinstance(name, str) else ""

    def _group(self, place: str) -> Any:
        group: Any = self._file
        for part in place.split("/"):
            group = self._inner(group, part) if group is not None else None
        return group

    def _inner(self, group: Any, name: str) -> Any:
        """A group in a group; None for what is none, and for links that lead elsewhere."""
        try:
            found = group.get(name) if self._is_hard(group, name) else None
        except _BROKEN:
            return None
        return found if isinstance(found, self._h5py.Group) else None

    def _is_hard(self, group: Any, name: str) -> bool:
        return isinstance(group.get(name, getlink=True), self._h5py.HardLink)
