"""The channels of an image-like value, each as a small picture."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.colormaps import paint, span, to_image
from widgets.pictures.described import Described

_GAP = 4
_LEAST_TILE = 26
_MOST_TILE = 220
_NOTE_HEIGHT = 20


class FeatureMapGrid(Described):
    """Shows an array [H, W, C] as C tiles in reading order, all on one scale of colours.

    Tiles grow and shrink with the widget; those that would become too small to read are left out
    and counted in a note.
    """

    def __init__(self, colormap: str = "viridis", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colormap = colormap
        self._values = np.zeros((0, 0, 0))
        self._images: list[QImage] = []
        self.setMinimumSize(60, 60)

    def set_value(self, value: np.ndarray) -> None:
        """Show ``value`` [H, W, C]. Raises ValueError for another rank."""
        if value.ndim != 3:
            raise ValueError(f"feature maps need an array [H, W, C], not {value.shape}")
        self._values = np.asarray(value, dtype=np.float64)
        low, high = span(self._values)
        channels = np.moveaxis(self._values, -1, 0)
        self._images = [to_image(paint(c, low, high, self._colormap)) for c in channels]
        self.setAccessibleName(f"{len(self._images)} feature maps")
        self.update()

    def tile_rects(self) -> list[QRectF]:
        """Where the visible tiles are, by channel, in logical pixels."""
        count = len(self._images)
        if not count or not self._values.size:
            return []
        height, width = self._values.shape[:2]
        shape = width / height
        columns, tile = _best_columns(count, self.width(), self.height(), shape)
        if tile < _LEAST_TILE:
            room = self.height() - _NOTE_HEIGHT
            tile = float(_LEAST_TILE)
            columns = max(1, int((self.width() + _GAP) // (tile + _GAP)))
            rows = max(1, int((room + _GAP) // (tile / shape + _GAP)))
            count = min(count, rows * columns)
        size = QRectF(0, 0, tile, tile / shape)
        steps = ((i % columns, i // columns) for i in range(count))
        return [size.translated(c * (tile + _GAP), r * (tile / shape + _GAP)) for c, r in steps]

    def hidden_channels(self) -> int:
        """How many channels there is no room for."""
        return len(self._images) - len(self.tile_rects())

    def describe(self, where: QPointF) -> str:
        """What is under a point of the widget: channel, range and value; ``""`` for nothing."""
        for channel, rect in enumerate(self.tile_rects()):
            if not rect.contains(where):
                continue
            tile = self._values[..., channel]
            height, width = tile.shape
            row = min(int((where.y() - rect.top()) / rect.height() * height), height - 1)
            column = min(int((where.x() - rect.left()) / rect.width() * width), width - 1)
            low, high = span(tile)
            return (
                f"Channel {channel}\nfrom {low:.4g} to {high:.4g}\n"
                f"{tile[row, column]:.4g} at row {row}, column {column}"
            )
        return ""

    def sizeHint(self) -> QSize:
        """Room for a few rows of tiles."""
        return QSize(280, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tiles with hard pixels, and the note."""
        painter = QPainter(self)
        for rect, image in zip(self.tile_rects(), self._images, strict=False):
            painter.drawImage(rect, image)
        if hidden := self.hidden_channels():
            painter.setPen(self.palette().placeholderText().color())
            bottom = QRectF(0, self.height() - _NOTE_HEIGHT, self.width(), _NOTE_HEIGHT)
            painter.drawText(bottom, Qt.AlignmentFlag.AlignVCenter, f"+{hidden} more channels")
        painter.end()


def _best_columns(count: int, width: float, height: float, shape: float) -> tuple[int, float]:
    """The number of columns that makes ``count`` tiles of ``shape`` (width by height) largest."""
    best = (1, 0.0)
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        wide = (width - _GAP * (columns - 1)) / columns
        tall = (height - _GAP * (rows - 1)) / rows * shape
        tile = min(wide, tall, _MOST_TILE)
        if tile > best[1]:
            best = (columns, tile)
    return best
