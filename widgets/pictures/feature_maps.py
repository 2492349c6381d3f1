"""The channels of an image-like value, each as a small picture."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QFont, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.cells import Cell, CellPicture
from widgets.pictures.colormaps import paint, span, to_image

_GAP = 4
_LEAST_TILE = 26
_MOST_TILE = 220
_NOTE_HEIGHT = 20
_NUMBER_PIXELS, _NUMBER_HEIGHT = 10, 13


class FeatureMapGrid(CellPicture):
    """Shows an array [H, W, C] as C tiles in reading order, all on one scale of colours.

    Tiles grow and shrink with the widget; those that would become too small to read are left out
    and counted in a note. A click, or Enter, on a tile shows it alone, and another one all again. A
    cell is (channel, row, column). ``noun`` is what a tile is called.
    """

    def __init__(
        self, colormap: str = "viridis", parent: QWidget | None = None, noun: str = "Channel"
    ) -> None:
        super().__init__(parent)
        self._colormap, self._noun = colormap, noun
        self._values = np.zeros((0, 0, 0))
        # Colours a channel, [H, W, 3], and the pictures made so far: of those that are seen.
        self._colors: Callable[[int], np.ndarray] = lambda channel: self._values[..., channel]
        self._images: dict[int, QImage] = {}
        self._alone: int | None = None
        self.setMinimumSize(60, 60)

    def set_value(self, value: np.ndarray, limits: tuple[float, float] | None = None) -> None:
        """Show ``value`` [H, W, C], in the colours from one limit to the other.

        Raises ValueError for another rank.
        """
        if value.ndim != 3:
            raise ValueError(f"feature maps need an array [H, W, C], not {value.shape}")
        low, high = limits or self._span(value)
        self._take(value, lambda channel: paint(value[..., channel], low, high, self._colormap))

    def set_colors(self, value: np.ndarray) -> None:
        """Show ``value`` [H, W, 3, C] as C pictures in red, green and blue; 0 is a middle grey."""
        most = max(abs(limit) for limit in span(value)) or 1.0

        def colors(channel: int) -> np.ndarray:
            shades = np.nan_to_num((value[..., channel] / most + 1) / 2, nan=0.5).clip(0, 1) * 255
            return shades.round().astype(np.uint8)

        self._take(value, colors)

    @property
    def alone(self) -> int | None:
        """The channel that is shown alone."""
        return self._alone

    def show_alone(self, channel: int | None) -> None:
        """Show one channel enlarged, with None all of them."""
        self._alone = channel
        self.renew_cell()
        self.update()

    def tile_rects(self) -> list[QRectF]:
        """Where the visible tiles are, by channel, in logical pixels; one that is not is empty."""
        count = self._values.shape[-1]
        if not count or not self._values.size:
            return []
        height, width = self._values.shape[:2]
        top = _NUMBER_HEIGHT if count > 1 else 0
        if self._alone is not None:
            fitted = QSizeF(width, height).scaled(self.width(), self.height() - top, _KEPT)
            whole = QRectF(0, top, fitted.width(), fitted.height())
            return [whole if c == self._alone else QRectF() for c in range(self._alone + 1)]
        shape = width / height
        columns, tile = _best_columns(count, self.width(), self.height(), shape, top)
        if tile < _LEAST_TILE:
            room = self.height() - _NOTE_HEIGHT
            tile = float(_LEAST_TILE)
            columns = max(1, int((self.width() + _GAP) // (tile + _GAP)))
            rows = max(1, int((room + _GAP) // (tile / shape + top + _GAP)))
            count = min(count, rows * columns)
        size_of_one = QRectF(0, top, tile, tile / shape)
        steps = ((i % columns, i // columns) for i in range(count))
        wide, tall = tile + _GAP, tile / shape + top + _GAP
        return [size_of_one.translated(c * wide, r * tall) for c, r in steps]

    def hidden_channels(self) -> int:
        """How many channels there is no room for."""
        return 0 if self._alone is not None else self._values.shape[-1] - len(self.tile_rects())

    def cell_at(self, where: QPointF) -> Cell | None:
        """See ``CellPicture``."""
        height, width = self._values.shape[:2]
        for channel, rect in enumerate(self.tile_rects()):
            if rect.contains(where):
                row = int((where.y() - rect.top()) / rect.height() * height)
                column = int((where.x() - rect.left()) / rect.width() * width)
                return channel, min(row, height - 1), min(column, width - 1)
        return None

    def cell_rect(self, cell: Cell) -> QRectF:
        """See ``CellPicture``."""
        channel, row, column = cell
        rects, (height, width) = self.tile_rects(), self._values.shape[:2]
        if channel >= len(rects) or row >= height or column >= width:
            return QRectF()
        tile = rects[channel]
        wide, tall = tile.width() / width, tile.height() / height
        return QRectF(tile.left() + column * wide, tile.top() + row * tall, wide, tall)

    def moved(self, cell: Cell | None, right: int, down: int) -> Cell | None:
        """Steps at an edge go on in the tile beside it, if there is one."""
        shown = [c for c, rect in enumerate(self.tile_rects()) if not rect.isEmpty()]
        if not shown:
            return None
        if cell is None:
            return shown[0], 0, 0
        channel, row, column = cell
        height, width = self._values.shape[:2]
        row, column = row + down, column + right
        if 0 <= row < height and 0 <= column < width:
            return channel, row, column
        rects = self.tile_rects()
        across = sum(abs(r.top() - rects[shown[0]].top()) < 1 for r in rects if not r.isEmpty())
        beside = channel + right + down * across
        same_line = channel // across == beside // across or bool(down)
        if beside not in shown or not same_line:
            return cell
        return beside, row % height, column % width

    def words(self, cell: Cell) -> str:
        """Channel, its range, and the value."""
        channel, row, column = cell
        tile = self._values[..., channel]
        low, high = span(tile)
        value = tile[row, column]
        told = f"{value:.4g}" if tile.ndim == 2 else _color_words(value)
        where = f"row {row}, column {column}"
        return f"{self._noun} {channel}\nfrom {low:.4g} to {high:.4g}\n{told} at {where}"

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show the tile under the mouse alone, or all again."""
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and (cell or self._alone is not None):
            self._toggle(cell)
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter shows the tile of the cell alone, Enter or Escape all again."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (self._cell or self._alone is not None):
            self._toggle(self._cell)
        elif key == Qt.Key.Key_Escape and self._alone is not None:
            self.show_alone(None)
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        """Room for a few rows of tiles."""
        return QSize(280, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tiles with hard pixels and their numbers, and the note."""
        painter = QPainter(self)
        rects = self.tile_rects()
        for channel, rect in enumerate(rects):
            if not rect.isEmpty():
                painter.drawImage(rect, self._image(channel))
        self._draw_numbers(painter, rects)
        if hidden := self.hidden_channels():
            painter.setPen(self.palette().placeholderText().color())
            bottom = QRectF(0, self.height() - _NOTE_HEIGHT, self.width(), _NOTE_HEIGHT)
            note = f"+{hidden} more {self._noun.lower()}s"
            painter.drawText(bottom, Qt.AlignmentFlag.AlignVCenter, note)
        self.draw_cell(painter)
        self.draw_focus(painter)
        painter.end()

    def _image(self, channel: int) -> QImage:
        if channel not in self._images:
            self._images[channel] = to_image(self._colors(channel))
        return self._images[channel]

    def _take(self, value: np.ndarray, colors: Callable[[int], np.ndarray]) -> None:
        self._values, self._colors, self._images = value, colors, {}
        count = value.shape[-1]
        if self._alone is not None and self._alone >= count:
            self._alone = None
        self.setAccessibleName(f"{count} {_PLURALS.get(self._noun, 'feature maps')}")
        self.renew_cell()
        self.update()

    def _span(self, value: np.ndarray) -> tuple[float, float]:
        low, high = span(value)
        if self._colormap != "diverging":
            return low, high
        most = max(abs(low), abs(high)) or 1.0
        return -most, most

    def _toggle(self, cell: Cell | None) -> None:
        if self._alone is not None or self._values.shape[-1] < 2 or cell is None:
            self.show_alone(None)
        else:
            self.show_alone(cell[0])

    def _draw_numbers(self, painter: QPainter, rects: list[QRectF]) -> None:
        """The number of each tile above it, where it hides nothing."""
        if self._values.shape[-1] < 2:
            return
        font = QFont(self.font())
        font.setPixelSize(_NUMBER_PIXELS)
        painter.setFont(font)
        painter.setPen(self.palette().placeholderText().color())
        for channel, rect in enumerate(rects):
            if not rect.isEmpty():
                above = QRectF(rect.left(), rect.top() - _NUMBER_HEIGHT, 40, _NUMBER_HEIGHT)
                painter.drawText(above, Qt.AlignmentFlag.AlignVCenter, str(channel))
        painter.setFont(self.font())


_KEPT = Qt.AspectRatioMode.KeepAspectRatio
_PLURALS = {"Filter": "filters", "Head": "heads"}


def _color_words(value: np.ndarray) -> str:
    return ", ".join(f"{name} {v:.4g}" for name, v in zip("RGB", value, strict=True))


def _best_columns(
    count: int, width: float, height: float, shape: float, above: float
) -> tuple[int, float]:
    """The number of columns that makes ``count`` tiles of ``shape`` (width by height) largest, with
    so much room ``above`` each.
    """
    best = (1, 0.0)
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        wide = (width - _GAP * (columns - 1)) / columns
        tall = ((height - _GAP * (rows - 1)) / rows - above) * shape
        tile = min(wide, tall, _MOST_TILE)
        if tile > best[1]:
            best = (columns, tile)
    return best
