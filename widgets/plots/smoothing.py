"""Smooths a noisy curve so that two of them can be told apart."""

from __future__ import annotations

import numpy as np

# What is left of a value after so many steps is below the precision of a float64.
_NOTHING = 1e-17


def smoothed(values: np.ndarray, weight: float) -> np.ndarray:
    """The exponential moving average of ``values`` [N], float64, corrected for its start.

    ``weight`` from 0 (as it is) to below 1 says how much of the average before stays: each result
    is the mean of all values so far, those n steps back counting ``weight ** n`` times. A value
    that is not finite is left out of the mean and stays a gap.
    """
    known = np.isfinite(values)
    if not 0 < weight < 1:
        return np.where(known, values, np.nan)
    total, count = _decayed(np.where(known, values, 0.0), weight), _decayed(known * 1.0, weight)
    return np.where(known, total / np.maximum(count, _NOTHING), np.nan)


def _decayed(values: np.ndarray, weight: float) -> np.ndarray:
    """Sums of all values so far, decayed, by doubling the reach: log N additions of arrays."""
    found, reach, factor = values.astype(np.float64), 1, weight
    while reach < len(found) and factor > _NOTHING:
        found[reach:] += factor * found[:-reach].copy()
        reach, factor = 2 * reach, factor * factor
    return found
