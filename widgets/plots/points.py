"""A list of points that grows cheaply and can be read as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class Points:
    """x and y values, float64; adding one takes constant time on average."""

    def __init__(self) -> None:
        self._data = np.empty((2, 64))
        self._count = 0

    @property
    def x(self) -> np.ndarray:
        """The x values, [N]; a view that the next change may outdate."""
        return self._data[0, : self._count]

    @property
    def y(self) -> np.ndarray:
        """The y values, [N]; a view that the next change may outdate."""
        return self._data[1, : self._count]

    def append(self, x: float, y: float) -> None:
        """Add one point at the end."""
        if self._count == self._data.shape[1]:
            self._data = np.concatenate([self._data, np.empty_like(self._data)], axis=1)
        self._data[:, self._count] = x, y
        self._count += 1

    def replace(self, x: Sequence[float], y: Sequence[float]) -> None:
        """Forget the points and take these. Raises ValueError if their numbers differ."""
        if len(x) != len(y):
            raise ValueError(f"there are {len(x)} x values and {len(y)} y values")
        self._data = np.empty((2, max(64, len(x))))
        self._count = len(x)
        self._data[0, : len(x)] = x
        self._data[1, : len(y)] = y

    def near(self, x: float | None) -> float | None:
        """The y of the point nearest to ``x``, of the last one if that is None; None if empty."""
        if not self._count:
            return None
        at = -1 if x is None else int(np.abs(self.x - x).argmin())
        return float(self.y[at])
