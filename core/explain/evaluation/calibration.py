"""Whether a classifier is right as often as it says: reliability diagram and calibration errors.

Source: Guo et al., On calibration of modern neural networks, 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 15


@dataclass(frozen=True, eq=False)
class Calibration:
    """Samples by the probability of the class they were given, in bins of equal width.

    ``counts`` int64, ``confidence`` (mean probability) and ``accuracy`` float64 ``[BINS]``, both
    NaN for an empty bin. ``expected_error`` (ECE) is the mean distance of the two over samples,
    ``largest_error`` (MCE) that of the worst bin.
    """

    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    expected_error: float
    largest_error: float


def calibration(confidence: np.ndarray, correct: np.ndarray, bins: int = BINS) -> Calibration:
    """The calibration of ``confidence`` ``[N]`` within 0 to 1, and whether each was ``correct``.

    A bin holds its upper edge and not its lower one, as in the paper; 0 is in the first.
    """
    # Of float32 values that stand for a bin's edge, some lie just above it.
    place = np.ceil(np.round(confidence.astype(np.float64) * bins, 6)) - 1
    place = np.clip(place, 0, bins - 1).astype(np.int64)
    counts = np.bincount(place, minlength=bins)
    sums = (np.bincount(place, weights=v, minlength=bins) for v in (confidence, correct))
    empty = np.full(bins, np.nan)
    said, right = (np.divide(s, counts, out=empty.copy(), where=counts > 0) for s in sums)
    gaps = np.where(counts > 0, np.abs(said - right), 0.0)
    expected = float((gaps * counts).sum() / max(counts.sum(), 1))
    return Calibration(counts, said, right, expected, float(gaps.max()))
