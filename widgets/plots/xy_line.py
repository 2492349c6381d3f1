"""A curve to be drawn over two axes of numbers, in a window or on a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class XYLine:
    """A curve; ``marked`` draws its points, ``bare`` nothing else, ``strong`` a thicker line."""

    name: str
    x: np.ndarray
    y: np.ndarray
    marked: bool = False
    bare: bool = False
    strong: bool = False
