"""Weights that an ONNX model keeps in a file beside it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError

_REMEDY = "Put the model's data files beside it, or export it as one file."


def external_array(tensor: Any, folder: Path, where: str) -> np.ndarray:
    """A tensor's values from a file in the model's folder.

    Raises InputError where the file is missing, too short, or outside of the folder.
    """
    import onnx

    told = {entry.key: entry.value for entry in tensor.external_data}
    name = told.get("location", "")
    path = folder / name
    inside = bool(name) and path.resolve().is_relative_to(folder.resolve())
    if not inside or Path(name).is_absolute():
        raise InputError(
            f"{where}: the weights {tensor.name!r} are in {name!r}, outside of the model's folder",
            "Only files beside the model are read. Export it as one file.",
        )
    if not path.is_file():
        raise InputError(f"{where}: its data file {name} is missing", _REMEDY)
    dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
    offset = _count(told.get("offset", "0"))
    needed = math.prod(tensor.dims) * dtype.itemsize
    if offset < 0 or needed < 0 or offset + needed > path.stat().st_size:
        raise InputError(f"{where}: its data file {name} is too short for {tensor.name}", _REMEDY)
    with path.open("rb") as file:
        file.seek(offset)
        raw = file.read(needed)
    return np.frombuffer(raw, dtype.newbyteorder("<")).reshape(tuple(tensor.dims))


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 20 else -1
