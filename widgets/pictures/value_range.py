"""Which colours suit the values of a map: to both sides of 0, or from 0 up."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from widgets.pictures.colormaps import span


def limits_of(maps: Iterable[np.ndarray]) -> tuple[float, float]:
    """One scale for several maps: from 0 up, or as far below 0 as above if any has values there."""
    ends = [span(values) for values in maps] or [(0.0, 0.0)]
    low, high = min(e[0] for e in ends), max(e[1] for e in ends)
    most = max(abs(low), abs(high)) or 1.0
    return (-most, most) if low < 0 else (0.0, most)


def colormap_of(limits: tuple[float, float]) -> str:
    """The colours for such limits."""
    return "diverging" if limits[0] < 0 else "inferno"
