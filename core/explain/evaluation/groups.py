"""Divides rows into groups by a column of the data, so that a network is judged on each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from core.data.dataset import NO_LABEL, Dataset
from core.data.table import number_of
from core.errors import InputError

# So many different values are groups of their own; more numbers than that are cut in quartiles,
# and of other values the rest is one group.
MOST_GROUPS = 20
QUARTILES = 4
# More features than that of one column are no choice.
_MOST_FEATURES = 64


def slice_columns(dataset: Dataset) -> list[str]:
    """What the rows can be grouped by: columns with one value a row, also of the data's file.

    A feature of a column with several is written ``COLUMN[NUMBER]``, from 0.
    """
    names: list[str] = []
    for name, column in dataset.columns.items():
        width = int(np.prod(column.values.shape[1:]))
        if width == 1:
            names.append(name)
        elif column.values.ndim == 2 and width <= _MOST_FEATURES and not column.classes:
            names += [f"{name}[{number}]" for number in range(width)]
    return list(dict.fromkeys([*names, *dataset.cells()]))


def groups_of(
    dataset: Dataset, wanted: str, rows: np.ndarray
) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of the groups of a column, and for each of the rows the number of its own ``[N]``.

    Quartiles are those of the given rows. Raises InputError naming a column that is not there.
    """
    cells = dataset.cells()
    column = dataset.columns.get(wanted)
    if column is not None and int(np.prod(column.values.shape[1:])) == 1:
        values = np.asarray(column.values[rows]).ravel()
        if column.classes:
            return _by_class(values, column.classes)
        return _by_number(values.astype(np.float64))
    if wanted in cells:
        return _by_cell([cells[wanted][row] for row in rows])
    name, _, number = wanted.removesuffix("]").rpartition("[")
    if wanted in slice_columns(dataset):
        values = np.asarray(dataset.columns[name].values[rows])
        return _by_number(values[:, int(number)].astype(np.float64))
    known = slice_columns(dataset)
    shown = ", ".join(known[:12]) + (" and more" if len(known) > 12 else "")
    raise InputError(
        f"the rows cannot be grouped by {wanted!r}",
        f"Choose one of {shown}." if known else "This data has no column with one value a row.",
    )


def _by_class(values: np.ndarray, classes: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
    names = {i: classes[i] if i != NO_LABEL else "no label" for i in np.unique(values).tolist()}
    return _most(list(names.values()), np.searchsorted(list(names), values))


def _by_cell(cells: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
    numbers = [number_of(cell) for cell in cells]
    if all(number is not None for number in numbers):
        return _by_number(np.array(numbers, np.float64))
    names, found = np.unique(np.array(cells), return_inverse=True)
    return _most([str(name) or "empty" for name in names], found)


def _by_number(values: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    found = np.unique(values)
    if len(found) <= QUARTILES:
        return tuple(f"{v:g}" for v in found), np.searchsorted(found, values)
    cuts = np.unique(np.quantile(values, np.linspace(0, 1, QUARTILES + 1)))
    names = [f"{low:.4g} to {high:.4g}" for low, high in pairwise(cuts)]
    place = np.searchsorted(cuts, values, side="left") - 1
    return tuple(names), np.clip(place, 0, len(names) - 1)


def _most(names: list[str], found: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """The largest groups in the order of their names; the rest joined."""
    if len(names) <= MOST_GROUPS:
        return tuple(names), found
    sizes = np.bincount(found, minlength=len(names))
    kept = np.sort(np.argsort(-sizes, kind="stable")[: MOST_GROUPS - 1])
    place = np.full(len(names), len(kept))
    place[kept] = np.arange(len(kept))
    return (*(names[i] for i in kept), f"{len(names) - len(kept)} others"), place[found]
