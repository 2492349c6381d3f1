"""Fewer points that look like many: of each stretch of a curve its lowest and its highest."""

from __future__ import annotations

import numpy as np


def thinned(x: np.ndarray, y: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many points of a curve, float64 ``[N]`` each, in their order; few stay all.

    Of each stretch the lowest and the highest stay; one without any finite value stays a gap. The
    first and the last point stay.
    """
    if len(x) <= most:
        return x, y
    stretch = -(-(len(x) - 2) // max((most - 2) // 2, 1))
    inner = np.arange(1, len(x) - 1)
    # The last stretch is filled up with its last point.
    grid = np.pad(inner, (0, -len(inner) % stretch), mode="edge").reshape(-1, stretch)
    found = y[grid]
    bare = np.isnan(found)
    rows = np.arange(len(grid))
    low = grid[rows, np.where(bare, np.inf, found).argmin(axis=1)]
    high = grid[rows, np.where(bare, -np.inf, found).argmax(axis=1)]
    pairs = np.sort(np.stack([low, high], axis=1), axis=1).ravel()
    keep = np.concatenate([[0], pairs, [len(x) - 1]])
    return x[keep], y[keep]


def seen_part(x: np.ndarray, left: float, right: float) -> slice:
    """Which points of a sorted axis lie between two places, and the next one at either side."""
    first, last = np.searchsorted(x, [left, right], side="left")
    return slice(max(int(first) - 1, 0), int(last) + 1)
