"""A vector as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.cells import Cell, CellPicture
from widgets.pictures.colormaps import span

_ROW = 24
_MOST_ROW = 34
_NOTE_HEIGHT = 20
_VALUE_WIDTH = 62


class VectorBars(CellPicture):
    """Shows a vector [F]: with labels as rows (label, bar, value), without as columns.

    When labelled rows do not fit, those of the largest size are shown, largest first, and the rest
    is counted in a note. The highlighted element has the accent colour and bold text. A cell is
    (element,).
    """

    # How much of the width labels may take.
    label_share = 0.42

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values = np.zeros(0)
        self._scale = (0.0, 1.0)
        self._labels: tuple[str, ...] = ()
        self._highlight: int | None = None
        self.setMinimumSize(60, 40)

    def set_value(
        self, value: np.ndarray, labels: Sequence[str] = (), highlight: int | None = None
    ) -> None:
        """Show ``value`` [F]. Labels are used if there is one for each element.

        Raises ValueError for another rank.
        """
        if value.ndim != 1:
            raise ValueError(f"bars need an array [F], not {value.shape}")
        self._values = np.asarray(value, dtype=np.float64)
        self._scale = _scale(self._values)
        self._labels = tuple(labels) if len(labels) == len(value) else ()
        self._highlight = highlight
        self.setAccessibleName(f"{len(value)} values")
        self.renew_cell()
        self.update()

    def set_scale(self, low: float, high: float) -> None:
        """Let the bars run from ``low`` to ``high`` and not only as far as the values; 0 stays."""
        self._scale = _scale(np.array([low, high]))
        self.update()

    def visible_elements(self) -> list[int]:
        """The indices of the elements drawn, in the order in which they are drawn."""
        if not self._labels or len(self._values) * _ROW <= self.height():
            return self.order()
        room = max(1, (self.height() - _NOTE_HEIGHT) // _ROW)
        return self.by_size()[:room]

    def order(self) -> list[int]:
        """In which order the elements are drawn where there is room for all."""
        return list(range(len(self._values)))

    def by_size(self) -> list[int]:
        """The elements, the one farthest from 0 first."""
        size = np.nan_to_num(np.abs(self._values))
        return [int(i) for i in np.argsort(-size, kind="stable")]

    def value(self, index: int) -> float:
        """The value of an element."""
        return float(self._values[index])

    def color(self, index: int) -> QColor:
        """The colour of an element's bar."""
        made = QColor(self.palette().highlight().color())
        if self._highlight not in (None, index):
            made.setAlphaF(0.45)
        return made

    def bar_rect(self, index: int) -> QRectF:
        """The bar of one element, in logical pixels. Raises ValueError if it is not drawn."""
        shown = self.visible_elements()
        return self._bar(self._slot(shown.index(index), len(shown)), self._values[index])

    def cell_at(self, where: QPointF) -> Cell | None:
        """See ``CellPicture``."""
        shown = self.visible_elements()
        for at, index in enumerate(shown):
            slot = self._slot(at, len(shown))
            inside = (
                slot.top() <= where.y() < slot.bottom()
                if self._labels
                else slot.left() <= where.x() < slot.right()
            )
            if inside:
                return (index,)
        return None

    def cell_rect(self, cell: Cell) -> QRectF:
        """See ``CellPicture``."""
        shown = self.visible_elements()
        if cell[0] not in shown:
            return QRectF()
        return self._slot(shown.index(cell[0]), len(shown))

    def moved(self, cell: Cell | None, right: int, down: int) -> Cell | None:
        """See ``CellPicture``; all arrows go along the bars."""
        shown = self.visible_elements()
        if not shown:
            return None
        if cell is None or cell[0] not in shown:
            return (shown[0],)
        at = shown.index(cell[0]) + right + down
        return (shown[min(max(at, 0), len(shown) - 1)],)

    def words(self, cell: Cell) -> str:
        """The element and its value."""
        name = self._labels[cell[0]] if self._labels else f"Element {cell[0]}"
        return f"{name}: {self._values[cell[0]]:.6g}"

    def sizeHint(self) -> QSize:
        """Room for the labelled rows, up to a dozen."""
        return QSize(280, min(len(self._values), 12) * _ROW if self._labels else 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bars and, in rows, their labels and values."""
        painter = QPainter(self)
        shown = self.visible_elements()
        for at, index in enumerate(shown):
            slot = self._slot(at, len(shown))
            painter.fillRect(self._bar(slot, self._values[index]), self.color(index))
            if self._labels:
                self._write_row(painter, slot, index, index == self._highlight)
        self._draw_zero_line(painter, len(shown))
        if hidden := len(self._values) - len(shown):
            painter.setPen(self.palette().placeholderText().color())
            bottom = QRectF(0, self.height() - _NOTE_HEIGHT, self.width(), _NOTE_HEIGHT)
            painter.drawText(bottom, Qt.AlignmentFlag.AlignVCenter, f"+{hidden} smaller ones")
        self.draw_cell(painter)
        self.draw_focus(painter)
        painter.end()

    def _label_width(self) -> float:
        widest = max(self.fontMetrics().horizontalAdvance(label) for label in self._labels)
        return min(widest + 12, self.width() * self.label_share)

    def _bar(self, slot: QRectF, element: float) -> QRectF:
        value = float(element) if np.isfinite(element) else 0.0
        low, high = self._scale
        width = high - low
        if self._labels:
            x = [slot.left() + (v - low) / width * slot.width() for v in sorted((0.0, value))]
            return QRectF(x[0], slot.top() + 5, max(x[1] - x[0], 1.0), slot.height() - 10)
        y = [slot.bottom() - (v - low) / width * slot.height() for v in sorted((0.0, value))]
        gap = 1.0 if slot.width() > 4 else 0.0
        return QRectF(slot.left(), y[1], slot.width() - gap, max(y[0] - y[1], 1.0))

    def _slot(self, at: int, count: int) -> QRectF:
        """The room of the bar drawn at position ``at`` of ``count``."""
        if not self._labels:
            width = self.width() / count
            return QRectF(at * width, 2, width, self.height() - 4)
        row = min(max(self.height() / count, _ROW), _MOST_ROW)
        if count < len(self._values):
            row = _ROW
        left = self._label_width()
        width = max(self.width() - left - _VALUE_WIDTH, 10)
        return QRectF(left, at * row, width, row)

    def _write_row(self, painter: QPainter, slot: QRectF, index: int, chosen: bool) -> None:
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold if chosen else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(self.palette().windowText().color())
        room = slot.left() - 10
        mode = Qt.TextElideMode.ElideRight
        label = painter.fontMetrics().elidedText(self._labels[index], mode, int(room))
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, slot.top(), room, slot.height()), flags, label)
        value = QRectF(slot.right() + 8, slot.top(), _VALUE_WIDTH - 8, slot.height())
        painter.drawText(value, flags, f"{self._values[index]:.3g}")

    def _draw_zero_line(self, painter: QPainter, count: int) -> None:
        if not count:
            return
        low, high = self._scale
        painter.setPen(self.palette().placeholderText().color())
        first = self._slot(0, count)
        if self._labels:
            x = first.left() - low / (high - low) * first.width()
            painter.drawLine(QPointF(x, 0), QPointF(x, self._slot(count - 1, count).bottom()))
        else:
            y = first.bottom() + low / (high - low) * first.height()
            painter.drawLine(QPointF(0, y), QPointF(self.width(), y))


def _scale(values: np.ndarray) -> tuple[float, float]:
    """The values at both ends of the bars; 0 is always among them."""
    low, high = span(values)
    low, high = min(low, 0.0), max(high, 0.0)
    return (low, high) if high > low else (0.0, 1.0)
