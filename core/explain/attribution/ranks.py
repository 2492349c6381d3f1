"""How alike two maps are: by the order of their elements, and by their directions."""

from __future__ import annotations

import numpy as np


def ranks(values: np.ndarray) -> np.ndarray:
    """The place of each of ``[N]`` values in their order from 1, float64; ties share the mean."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[which.ravel()]


def spearman(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation, -1 to 1; 0 where one of them is constant and so ranks nothing.

    Any shapes of one size. Spearman, The proof and measurement of association between two things,
    1904.
    """
    left, right = (ranks(np.ravel(values)) for values in (one, other))
    return cosine(left - left.mean(), right - right.mean())


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """The cosine of the angle between two maps of one size, -1 to 1; 0 where one is all 0."""
    left, right = (np.ravel(values).astype(np.float64) for values in (one, other))
    # Scaled first: the squares of very small values would vanish.
    left, right = (v / (np.abs(v).max(initial=0.0) or 1.0) for v in (left, right))
    lengths = np.linalg.norm(left) * np.linalg.norm(right)
    return float(left @ right / lengths) if lengths > 0 else 0.0
