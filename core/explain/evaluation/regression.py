"""How far predicted numbers are from true ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 30
# As many dots as can be told apart in a plot.
MOST_DOTS = 2000


@dataclass(frozen=True, eq=False)
class Regression:
    """Figures in the target's own units, and the residuals (true minus predicted).

    ``r2`` is the share of the variance that is explained, its mean over the outputs of a sample:
    1 is perfect, 0 as good as always saying the mean. ``predicted`` and ``residuals`` are float32
    of at most ``MOST_DOTS`` values spread over all; ``counts`` and ``edges`` are the histogram of
    all residuals.
    """

    r2: float
    mae: float
    rmse: float
    bias: float
    predicted: np.ndarray
    residuals: np.ndarray
    counts: np.ndarray
    edges: np.ndarray


def regression(truth: np.ndarray, predicted: np.ndarray) -> Regression:
    """Judge ``predicted`` against ``truth``, both ``[N, ...]``."""
    true = truth.reshape(len(truth), -1).astype(np.float64)
    said = predicted.reshape(true.shape).astype(np.float64)
    residuals = true - said
    counts, edges = np.histogram(residuals, bins=BINS)
    dots = np.linspace(0, residuals.size - 1, min(residuals.size, MOST_DOTS)).astype(np.int64)
    return Regression(
        r2_score(true, said),
        float(np.abs(residuals).mean()),
        float(np.sqrt((residuals**2).mean())),
        float(-residuals.mean()),
        said.ravel()[dots].astype(np.float32),
        residuals.ravel()[dots].astype(np.float32),
        counts,
        edges,
    )


def r2_score(truth: np.ndarray, predicted: np.ndarray) -> float:
    """The coefficient of determination of ``[N, K]``, averaged over the K outputs.

    An output that never changes counts 1 if it was met exactly, else 0.
    """
    left = ((truth - predicted) ** 2).sum(axis=0)
    whole = ((truth - truth.mean(axis=0)) ** 2).sum(axis=0)
    shares = 1 - np.divide(left, whole, out=np.ones(len(left)), where=whole > 0)
    return float(np.where((whole == 0) & (left == 0), 1.0, shares).mean())
