"""Very small pictures of arrays, cheap enough to make for every node several times a second."""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtGui import QImage

from widgets.pictures.colormaps import rgb_of, span, table, to_image

# The last index of the colour tables is no colour but nothing.
_NOTHING = 255
_GAP_SHARE = 8
_BARS_WIDTH, _BARS_HEIGHT = 120, 30
# A blue green that is seen on the cards of both themes.
_BAR_COLORS = [0xFF21918C, 0xFF808080]
_BAR, _ZERO = 0, 1


def thumbnail(value: np.ndarray, is_picture: bool = False) -> QImage:
    """A picture of one output without its batch axis, to be enlarged with hard pixels.

    The channels of an image [H, W, C] stand side by side on one scale of colours, unless it
    ``is_picture`` of one or three channels; a sequence [T, F] is a heat map whose colours lie
    around 0, time to the right; a vector [F] is a row of bars. Raises ValueError for another rank.
    """
    if not value.size or value.ndim not in (1, 2, 3):
        raise ValueError(f"there is no small picture of an array {value.shape}")
    if value.ndim == 3:
        return to_image(rgb_of(value)) if is_picture else _tiles(value)
    if value.ndim == 2:
        most = max(abs(limit) for limit in span(value)) or 1.0
        return _indexed(_levels(value.T, -most, most), _colors("diverging"))
    return _bars(value)


def _tiles(value: np.ndarray) -> QImage:
    height, width, channels = value.shape
    gap = max(1, round(width / _GAP_SHARE))
    levels = np.full((height, channels * (width + gap) - gap), _NOTHING, np.uint8)
    shades = _levels(value, *span(value))
    for channel in range(channels):
        left = channel * (width + gap)
        levels[:, left : left + width] = shades[..., channel]
    return _indexed(levels, _colors("viridis"))


def _bars(value: np.ndarray) -> QImage:
    """Bars up for what is above 0 and down for what is below, from a line at 0."""
    low, high = span(value)
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (_BARS_HEIGHT - 1) / ((high - low) or 1.0)
    zero = round(high * scale)
    step = max(1, _BARS_WIDTH // len(value))
    gap = 1 if step >= 4 else 0
    levels = np.full((_BARS_HEIGHT, len(value) * step - gap), _NOTHING, np.uint8)
    ends = zero - np.round(np.nan_to_num(value, posinf=high, neginf=low) * scale).astype(int)
    for index, end in enumerate(ends):
        left = index * step
        levels[min(zero, end) : max(zero, end) + 1, left : left + step - gap] = _BAR
    levels[zero] = _ZERO
    return _indexed(levels, _BAR_COLORS)


def _levels(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """Indices of colours from 0 for ``low`` to 254 for ``high``."""
    scale = (_NOTHING - 1) / (high - low) if high > low else 0.0
    real = np.nan_to_num(value, nan=low, posinf=high, neginf=low)
    return np.round((np.clip(real, low, high) - low) * scale).astype(np.uint8)


@cache
def _colors(name: str) -> list[int]:
    shades = table(name)[np.linspace(0, 255, _NOTHING).astype(int)].astype(int)
    return [0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in shades]


def _indexed(levels: np.ndarray, colors: list[int]) -> QImage:
    height, width = levels.shape
    data = np.ascontiguousarray(levels).tobytes()
    image = QImage(data, width, height, width, QImage.Format.Format_Indexed8).copy()
    image.setColorTable([*colors, *[0] * (_NOTHING + 1 - len(colors))])
    return image
