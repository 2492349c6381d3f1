"""Lays a map of values over the image that they belong to."""

from __future__ import annotations

import numpy as np

from widgets.pictures.colormaps import paint, rgb_of

# The image is darkened a little, so that the colours stand out of it.
_DIMMED = 0.75


def overlaid(
    image: np.ndarray, values: np.ndarray, low: float, high: float, colormap: str, opacity: float
) -> np.ndarray:
    """The image [H, W, C] in grey under the colours of ``values`` [H, W], uint8 [H, W, 3].

    How much a colour covers grows with the root of its distance from 0, up to ``opacity`` (0 to 1)
    where the value is ``low`` or ``high``, whichever is farther from 0. What is not a number covers
    nothing.
    """
    grey = rgb_of(image).mean(axis=-1, keepdims=True) * _DIMMED
    most = max(abs(low), abs(high)) or 1.0
    finite = np.where(np.isfinite(values), values, 0.0)
    colors = paint(finite, low, high, colormap).astype(np.float64)
    share = opacity * np.sqrt(np.clip(np.abs(finite) / most, 0, 1))[..., None]
    return (grey * (1 - share) + colors * share).round().astype(np.uint8)
