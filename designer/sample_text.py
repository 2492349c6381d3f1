"""Writes samples of a column as short texts for the cells of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.dataset import NO_LABEL

MOST_COLUMNS = 16
_SHOWN = 4
_WORDS = 12
_VISIBLE = str.maketrans({"\n": "⏎", "\t": "⇥"})


def cells(name: str, values: np.ndarray, classes: Sequence[str] = ()) -> dict[str, list[str]]:
    """Texts of each row of ``values`` [N, ...], under the header that they stand below.

    A few features get a column each; anything longer is one cell with its beginning and end.
    ``classes`` name the ids of an integer column; ids of single characters are joined to a text.
    """
    if values.dtype.kind in "iu":
        return {name: [_ids(row, classes) for row in values]}
    if values.ndim == 2 and 1 < values.shape[1] <= MOST_COLUMNS:
        texts = {
            f"{name} {at}": [_number(row[at - 1]) for row in values]
            for at in range(1, values.shape[1] + 1)
        }
        return texts
    return {name: [_numbers(np.ravel(row)) for row in values]}


def _ids(row: np.ndarray, classes: Sequence[str]) -> str:
    names = [_name(i, classes) for i in np.ravel(row).tolist()]
    if len(names) > 1 and classes and all(len(name) == 1 for name in classes):
        return "".join(names).translate(_VISIBLE)
    more = " …" if len(names) > _WORDS else ""
    return " ".join(names[:_WORDS]) + more


def _name(index: int, classes: Sequence[str]) -> str:
    if classes and index == NO_LABEL:
        return "no label"
    return classes[index] if 0 <= index < len(classes) else str(index)


def _numbers(row: np.ndarray) -> str:
    if len(row) <= _SHOWN:
        return "  ".join(_number(value) for value in row)
    begin = "  ".join(_number(value) for value in row[: _SHOWN - 1])
    return f"{begin}  …  {_number(row[-1])}"


def _number(value: float) -> str:
    return f"{float(value):.4g}"
