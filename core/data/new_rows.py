"""Rows that a trained model has not seen, made ready exactly as its training data was."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from core.data.binding import DataBinding, Prepared, source_of, standardise
from core.data.dataset import Column, Dataset
from core.data.sources.npz_file import as_column, read_array, read_headers
from core.errors import InputError


def read_new_rows(
    binding: DataBinding, folder: Path, path: Path, prepared: Prepared
) -> dict[str, np.ndarray]:
    """The input columns of the rows in the file (or folder) at ``path``, ready to feed.

    A NumPy archive (.npz) suits every source: one array per input column, named like it, with the
    values that ``prepared.dataset`` has before standardising. Otherwise the source reads a file of
    its own kind: a table, a picture, a folder of pictures. The training scales are applied.

    Raises InputError when the file is missing, lacks an input, or its rows have another shape.
    """
    if not os.path.exists(path):
        raise InputError(f"{path} does not exist", "Check the path of the new data.")
    known = prepared.dataset
    archive = path.suffix.lower() == ".npz"
    raw = _arrays(path, known) if archive else source_of(binding).new_inputs(folder, path)
    columns = {name: _like(path, name, raw[name], known.columns[name]) for name in known.inputs}
    checked = Dataset(columns, title=path.name)
    return {
        name: standardise(column.values[:], *prepared.scales[name])[:]
        if name in prepared.scales
        else column.values[:]
        for name, column in checked.columns.items()
    }


def _arrays(path: Path, known: Dataset) -> dict[str, np.ndarray]:
    headers = read_headers(path)
    for name in known.inputs:
        if name not in headers:
            raise InputError(
                f"{path.name} has no array {name!r}",
                f"It has {', '.join(headers)}; name each array like the input it is for.",
            )
    return {name: _values(path, name) for name in known.inputs}


def _values(path: Path, name: str) -> np.ndarray:
    values = read_array(path, name)
    if values.dtype.kind not in "fiub":
        raise InputError(
            f"{path.name}: array {name!r} of type {values.dtype} cannot be used", "Save numbers."
        )
    return as_column(path.name, name, values).values[:] if values.dtype == np.uint8 else values


def _like(path: Path, name: str, values: np.ndarray, known: Column) -> Column:
    """New values as a column of the same shape, type and classes as the ``known`` one."""
    shape = known.values.shape[1:]
    if values.shape[1:] != shape or values.ndim == 0:
        raise InputError(
            f"{path.name}: a row of {name!r} has the shape {values.shape[1:]}, "
            f"but the model was trained on {shape}",
            "Save one row per sample with the shape of the training data.",
        )
    if known.values.dtype == np.int32 and values.dtype.kind == "f":
        raise InputError(
            f"{path.name}: {name!r} holds floats, but the model reads integers",
            "Save the ids as integers.",
        )
    with np.errstate(over="ignore"):
        return Column(values.astype(known.values.dtype), known.classes)
