"""Subjects of attribution whose score is a function written by hand: no network, no compilation."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np


def subject(
    score: Callable[[np.ndarray], np.ndarray],
    sample: Any,
    background: Any = None,
    kind: str = "values",
) -> Any:
    """A subject with a score of samples ``[N, ...]``; without a background it is a sample of 0."""
    sample = np.asarray(sample)
    if background is None:
        background = np.zeros_like(sample)[None]
    return SimpleNamespace(
        sample=sample,
        kind=kind,
        target=None,
        reading="outputs",
        scored="scores",
        shapes={"scores": np.zeros((1, 1))},
        plan=SimpleNamespace(shown=SimpleNamespace(probabilities=None)),
        scores=score,
        outputs=lambda samples: score(samples)[:, None],
        score=float(score(sample[None])[0]),
        background=lambda count: np.asarray(background)[:count],
    )


def linear(weights: np.ndarray, bias: float = 0.25) -> Callable[[np.ndarray], np.ndarray]:
    """The sum of weights times values, of samples in the weights' shape."""
    return lambda samples: samples.reshape(len(samples), -1) @ weights.ravel() + bias


def small_mlp(features: int, units: int = 6, seed: int = 0) -> Callable[[np.ndarray], np.ndarray]:
    """A multilayer perceptron with random weights and one output."""
    rng = np.random.default_rng(seed)
    first, last = rng.normal(size=(features, units)), rng.normal(size=units)
    return lambda samples: np.tanh(samples.reshape(len(samples), -1) @ first) @ last
