"""Mean and spread of figures over the folds of a cross-validation. No JAX."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.train.events import CrossValidated
from core.train.summary import Figures


def summary_of(found: Sequence[Figures], folds: int, seconds: float) -> CrossValidated:
    """Mean and standard deviation of each figure over the folds in which it has a finite value."""
    names = dict.fromkeys(name for figures in found for name in figures)
    values = {n: np.array([f[n] for f in found if np.isfinite(f.get(n, np.nan))]) for n in names}
    return CrossValidated(
        folds,
        tuple(found),
        {n: float(v.mean()) if len(v) else float("nan") for n, v in values.items()},
        {n: float(v.std()) if len(v) else float("nan") for n, v in values.items()},
        seconds,
    )
