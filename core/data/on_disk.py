"""Columns that stay on the disk: only the rows that are asked for are read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import InputError

# Rows are read in parts of about this size where all of them are needed.
PART_BYTES = 32 * 2**20

Rows = int | np.integer | slice | np.ndarray


@dataclass(frozen=True, eq=False)
class OnDisk:
    """Rows ``[N, ...]`` that ``read`` fetches by their numbers, int64 ``[M]``.

    Raises InputError, naming ``title`` and the row counted from 0, for a number that is not finite.
    """

    title: str
    shape: tuple[int, ...]
    dtype: np.dtype
    read: Callable[[np.ndarray], np.ndarray]

    @property
    def ndim(self) -> int:
        """Number of axes, the rows included."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """Bytes that all rows would take in memory."""
        return math.prod(self.shape) * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Rows) -> np.ndarray:
        """One row ``[...]`` for a number, several ``[M, ...]`` for a slice or an array."""
        if isinstance(rows, int | np.integer):
            return self._checked(np.array([rows]))[0]
        if isinstance(rows, slice):
            return self._checked(np.arange(len(self))[rows])
        chosen = np.flatnonzero(rows) if rows.dtype == bool else rows
        return self._checked(chosen)

    def _checked(self, rows: np.ndarray) -> np.ndarray:
        values = self.read(rows)
        if values.dtype == np.float32 and not np.isfinite(values).all():
            bad = next(i for i, row in enumerate(values) if not np.isfinite(row).all())
            raise InputError(
                f"{self.title}, row {rows[bad]} (counted from 0) has a value that is not a "
                "finite number",
                "Correct the value or remove the row.",
            )
        return values


# A column's values, in memory or on the disk.
Array = np.ndarray | OnDisk


def parts(values: OnDisk, rows: np.ndarray) -> Iterator[np.ndarray]:
    """The given rows in pieces ``[M, ...]`` that are small enough for the memory."""
    row_bytes = math.prod(values.shape[1:]) * values.dtype.itemsize
    step = max(1, PART_BYTES // max(1, row_bytes))
    for start in range(0, len(rows), step):
        yield values[rows[start : start + step]]


def mapped(values: OnDisk, change: Callable[[np.ndarray], np.ndarray]) -> OnDisk:
    """Values whose rows are changed as they are read; shape and type stay."""
    return OnDisk(values.title, values.shape, values.dtype, lambda rows: change(values.read(rows)))
