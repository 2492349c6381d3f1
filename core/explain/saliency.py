"""From the gradient at an input to one number an element: how much it matters to the prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def saliency(gradients: Sequence[np.ndarray], kind: str) -> np.ndarray:
    """Absolute gradient of one sample, reduced over what belongs to one element; float32, >= 0.

    ``kind`` is ``image`` (``[H, W, C]`` gives ``[H, W]``, the largest channel, as in Simonyan et
    al. 2014), ``tokens`` (``[T, F]`` gives ``[T]``, the Euclidean norm) or ``values`` (any shape,
    kept as it is). Several gradients (one for each layer that reads the input) are added.
    """
    parts = [_reduce(np.asarray(g, np.float32), kind) for g in gradients]
    return np.sum(parts, axis=0)


def _reduce(gradient: np.ndarray, kind: str) -> np.ndarray:
    if kind == "image":
        return np.abs(gradient).max(axis=-1)
    if kind == "tokens":
        return np.sqrt((gradient**2).sum(axis=-1))
    return np.abs(gradient)
