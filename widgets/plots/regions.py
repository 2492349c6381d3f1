"""The ground of a plot coloured by what a network says at each place."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage

from widgets.pictures.colormaps import paint, to_image
from widgets.plots.marks import class_color
from widgets.theme import Theme

# How much of its colour a class has where it just wins, and where it is certain.
_FAINT, _STRONG = 0.10, 0.55


def class_regions(
    winner: np.ndarray, sure: np.ndarray | None, classes: int, theme: Theme
) -> QImage:
    """The colour of each cell's class, int ``[H, W]``, the stronger the surer it is.

    ``sure`` is its probability, ``[H, W]``; None colours all alike.
    """
    colors = np.array([_rgb(class_color(theme, number)) for number in range(classes)], float)
    least = 1 / max(classes, 1)
    share = np.full(winner.shape, 0.6) if sure is None else (sure - least) / (1 - least)
    strength = _FAINT + (_STRONG - _FAINT) * np.clip(np.nan_to_num(share), 0, 1)[..., None]
    mixed = colors[winner] * strength + np.array(_rgb(theme.base)) * (1 - strength)
    return to_image(mixed.round().astype(np.uint8))


def value_regions(values: np.ndarray, low: float, high: float) -> QImage:
    """The colour of each cell's value ``[H, W]``, between the first and the last of the map."""
    return to_image(paint(values, low, high, "viridis"))


def _rgb(color: str) -> tuple[int, int, int]:
    found = QColor(color)
    return found.red(), found.green(), found.blue()
