"""Turns columns of text cells into numbers: features (with one-hot categories) and targets.

The encoding is decided once from a table and can then be applied to other rows of the same form.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.table import Table, number_of
from core.errors import InputError

MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
LARGEST = float(np.finfo(np.float32).max)
MOST_CATEGORIES = 100
MOST_WHOLE_CLASSES = 20


@dataclass(frozen=True)
class Feature:
    """How one column becomes features: a number, or one 0/1 feature per category."""

    name: str
    categories: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many features the column gives."""
        return len(self.categories) or 1

    @property
    def labels(self) -> tuple[str, ...]:
        """What each of its features is called."""
        return tuple(f"{self.name}={c}" for c in self.categories) or (self.name,)


def feature_of(table: Table, name: str) -> Feature:
    """Decide how a column is encoded: as a number if at least half of its cells are numbers.

    Raises InputError when a text column has more than ``MOST_CATEGORIES`` different texts.
    """
    cells = table.need(name)
    if is_numeric(table, name):
        return Feature(name)
    _refuse_missing(table, name, frozenset({""}))
    categories = tuple(sorted(set(cells)))
    if len(categories) > MOST_CATEGORIES:
        raise InputError(
            f"{table.file}: the text column {name!r} has {len(categories)} different texts, "
            f"and at most {MOST_CATEGORIES} can be encoded",
            "Leave it out of the inputs.",
        )
    return Feature(name, categories)


def encode_features(table: Table, features: Sequence[Feature]) -> np.ndarray:
    """The features of all rows, float32 ``[N, sum of widths]``.

    Raises InputError naming row and column of a missing cell, a text among numbers, or a category
    that the encoding does not know.
    """
    return np.concatenate([_encode(table, feature) for feature in features], axis=1)


def is_numeric(table: Table, name: str) -> bool:
    """Whether at least half of the cells that are not missing hold numbers."""
    cells = [cell for cell in table.need(name) if cell.lower() not in MISSING]
    numbers = sum(number_of(cell, table.decimal_comma) is not None for cell in cells)
    return 2 * numbers >= len(cells)


def numbers_of(table: Table, name: str) -> np.ndarray:
    """A column of numbers, float64 ``[N]``. Raises InputError naming the first other cell."""
    _refuse_missing(table, name, MISSING)
    values = []
    for row, cell in enumerate(table.need(name)):
        value = number_of(cell, table.decimal_comma)
        if value is None:
            raise InputError(
                f"{table.place(row, name)}: {cell!r} is not a number",
                "Correct the cell, or leave the column out.",
            )
        if not math.isfinite(value) or abs(value) > LARGEST:
            raise InputError(
                f"{table.place(row, name)}: {cell!r} is too large", "Use another unit."
            )
        values.append(value)
    return np.array(values)


def classes_of(table: Table, name: str) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class ids int32 ``[N]`` and the names of the classes.

    Numbers are sorted by value (``1`` and ``1.0`` are one class), texts alphabetically.
    """
    cells = table.need(name)
    _refuse_missing(table, name, frozenset({""}))
    found = [number_of(cell, table.decimal_comma) for cell in cells]
    if all(value is not None and math.isfinite(value) for value in found):
        values, ids = np.unique(np.array(found, np.float64), return_inverse=True)
        return ids.astype(np.int32), tuple(_short(value) for value in values)
    texts, ids = np.unique(np.array(cells), return_inverse=True)
    return ids.astype(np.int32), tuple(str(text) for text in texts)


def suits_classes(table: Table, name: str) -> bool:
    """Whether a target is best read as classes: texts, or few different whole numbers."""
    if not is_numeric(table, name):
        return True
    values = np.unique(numbers_of(table, name))
    return len(values) <= MOST_WHOLE_CLASSES and bool(np.all(values == np.round(values)))


def _encode(table: Table, feature: Feature) -> np.ndarray:
    if not feature.categories:
        return numbers_of(table, feature.name).astype(np.float32)[:, None]
    position = {category: i for i, category in enumerate(feature.categories)}
    _refuse_missing(table, feature.name, frozenset({""}))
    coded = np.zeros((len(table.lines), feature.width), np.float32)
    for row, cell in enumerate(table.need(feature.name)):
        if cell not in position:
            raise InputError(
                f"{table.place(row, feature.name)}: {cell!r} is not one of the known categories",
                "Known are " + ", ".join(feature.categories) + ".",
            )
        coded[row, position[cell]] = 1
    return coded


def _refuse_missing(table: Table, name: str, missing: frozenset[str]) -> None:
    for row, cell in enumerate(table.need(name)):
        if cell.lower() in missing:
            what = "the cell is empty" if not cell else f"{cell!r} means that the value is missing"
            raise InputError(
                f"{table.place(row, name)}: {what}",
                "Fill the cell, remove the row, or leave the column out.",
            )


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))
