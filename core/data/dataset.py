"""What a source delivers: named columns of equal length, checked once, and their description.

Nothing here reads files, splits or standardises.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from core.data.on_disk import Array, OnDisk
from core.errors import InputError
from core.tensor import Tensor

Cells = Mapping[str, tuple[str, ...]]

DTYPES = ("float32", "int32")
SCALES = ("none", "standardise")
# What stands in a column of labels where nobody knows the class; such a row counts in no loss.
NO_LABEL = -1


@dataclass(frozen=True, eq=False)
class Column:
    """One array with a row per sample, as its source has it, before any standardising.

    ``values`` is float32 ``[N, ...]`` (features, images, series) or int32 ``[N]`` (labels) and
    ``[N, T]`` (tokens). ``classes`` names the ids of an int32 column: the classes of a label, the
    vocabulary of tokens. A label may also be ``NO_LABEL``. ``scale`` is ``none`` or
    ``standardise``: mean 0 and deviation 1 for each feature of the last axis, fitted on the
    training split. A column that holds the same quantity as another names it in ``scale_as`` and
    takes its statistics, so that the two stay comparable. ``features`` names the elements of the
    last axis of a float32 ``[N, F]`` column, where they have names.
    Values may stay on the disk; see ``on_disk``.
    """

    values: Array
    classes: tuple[str, ...] = ()
    scale: str = "none"
    scale_as: str = ""
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.values.dtype.name not in DTYPES or self.values.ndim < 1:
            raise ValueError(f"a column is float32 or int32, not {self.values.dtype}")
        if self.scale not in SCALES:
            raise ValueError(f"scale is one of {SCALES}, not {self.scale!r}")

    @property
    def tensor(self) -> Tensor:
        """What this column puts on a wire."""
        shape = (None, *self.values.shape[1:])
        return Tensor(shape, self.values.dtype.name, classes=len(self.classes))


@dataclass(frozen=True)
class Description:
    """What the editor needs to check a design against its data, without the data.

    ``rows`` is 0 where samples are not kept but played in an environment.
    """

    columns: Mapping[str, Tensor]
    rows: int
    inputs: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Columns with one row per sample.

    ``inputs`` and ``targets`` name the columns that a design naturally reads and predicts.
    ``baselines`` are figures that a model should beat. ``gap`` is the number of rows that must lie
    between two splits taken in order, because neighbouring rows share raw values. ``cells`` reads
    what the source's file says of each row, as text by column, to group rows by.

    Raises InputError naming the column, and the row counted from 0, when the columns differ in
    length, are empty, hold a value that is not finite, or an id that is not one of the classes.
    """

    columns: Mapping[str, Column]
    title: str
    notes: str = ""
    baselines: Mapping[str, float] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    gap: int = 0
    cells: Callable[[], Cells] = dict

    def __post_init__(self) -> None:
        unknown = [name for name in (*self.inputs, *self.targets) if name not in self.columns]
        if unknown:
            raise ValueError(f"no column is called {unknown[0]!r}")
        _check_lengths(self)
        for name, column in self.columns.items():
            _check_values(self.title, name, column)

    @property
    def rows(self) -> int:
        """Number of samples."""
        return len(next(iter(self.columns.values())).values)

    def describe(self) -> Description:
        """Shapes, types and roles of the columns."""
        tensors = {name: column.tensor for name, column in self.columns.items()}
        return Description(tensors, self.rows, self.inputs, self.targets)


def _check_lengths(dataset: Dataset) -> None:
    lengths = {name: len(column.values) for name, column in dataset.columns.items()}
    if not lengths:
        raise InputError(f"{dataset.title} has no columns", "Choose data with at least one column.")
    check_row_counts(dataset.title, lengths)


def check_row_counts(title: str, lengths: Mapping[str, int]) -> None:
    """Raise InputError unless all columns have the same number of rows, at least one."""
    first, *_ = lengths
    for name, length in lengths.items():
        if length == 0:
            raise InputError(f"{title}: column {name!r} has no rows", "Add at least one row.")
        if length != lengths[first]:
            raise InputError(
                f"{title}: column {name!r} has {length} rows, but {first!r} has {lengths[first]}",
                "Every column needs one row per sample; leave out the columns that do not.",
            )


def _check_values(title: str, name: str, column: Column) -> None:
    values = column.values
    if isinstance(values, OnDisk):
        # Checked as they are read.
        return
    if values.dtype == np.float32:
        bad = ~np.isfinite(values)
        wrong, hint = "is not a finite number", "Correct the value or remove the row."
    elif column.classes:
        is_label = values.ndim == 1
        bad = (values < (NO_LABEL if is_label else 0)) | (values >= len(column.classes))
        wrong = f"is not one of the {len(column.classes)} classes"
        hint = f"Ids run from 0 to {len(column.classes) - 1}."
        hint += f" A label that nobody knows is {NO_LABEL}." if is_label else ""
    else:
        return
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise InputError(
            f"{title}: column {name!r}, row {where[0]} (counted from 0): {values[where]} {wrong}",
            hint,
        )
