"""A map of one figure of named rows over steps, with a bar of its colours and a read-out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from widgets.fonts import smaller
from widgets.pictures.colormaps import paint, span, table, to_image
from widgets.plots.ticks import tick_text
from widgets.theme import Theme, dark

ROW, LONGEST_NAME = 16, 150
_BAR, _GAP, _BAR_TEXT, _FOOT, _TOP = 12, 10, 56, 20, 6
# Shown values span so many powers of ten at most: one zero almost reached would flatten the rest.
_DECADES = 9.0


class HeatMap(QWidget):
    """Cells ``values[row, column]``, the first row at the top; NaN cells are left empty.

    With a logarithmic scale, of a decade at least, the colour is that of the magnitude, and a 0 has
    the lowest colour. A linear scale is that of shares, from 0 to 1 at least.
    What is infinite is crossed out in the colour of errors.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._rows: tuple[str, ...] = ()
        self._steps = np.zeros(0, np.int64)
        self._values = np.zeros((0, 0))
        self._notes: dict[tuple[int, int], str] = {}
        self._log = True
        self._moment: int | None = None
        self._image = QImage()
        self._limits = (0.0, 1.0)
        self.setMouseTracking(True)
        self.setAccessibleName("Layers over time")
        self.setFont(smaller(self.font()))

    def set_values(
        self,
        rows: Sequence[str],
        steps: Sequence[int],
        values: np.ndarray,
        log: bool = True,
        notes: dict[tuple[int, int], str] | None = None,
    ) -> None:
        """Show these; ``notes`` are words on some cells, by row and column.

        Raises ValueError if the numbers of rows and columns differ.
        """
        if values.shape != (len(rows), len(steps)):
            raise ValueError(f"{len(rows)} rows and {len(steps)} steps for {values.shape} values")
        self._rows, self._steps = tuple(rows), np.asarray(steps, np.int64)
        self._values, self._log = np.asarray(values, np.float64), log
        self._notes = notes or {}
        self._draw_cells()
        self.setMinimumHeight(_TOP + _FOOT + ROW * max(len(rows), 1))
        self.update()

    def values(self) -> np.ndarray:
        """The cells, float64 [rows, columns]."""
        return self._values.copy()

    def rows(self) -> tuple[str, ...]:
        """The names of the rows."""
        return self._rows

    def steps(self) -> list[int]:
        """The steps of the columns."""
        return [int(step) for step in self._steps]

    def limits(self) -> tuple[float, float]:
        """The values of the lowest and the highest colour."""
        low, high = self._limits
        return (10.0**low, 10.0**high) if self._log else (low, high)

    def set_moment(self, step: int | None) -> None:
        """Frame the column of a step, which is that of the last record up to it."""
        self._moment = step
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self._draw_cells()
        self.update()

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell is."""
        area = self._area()
        high, wide = area.height() / len(self._rows), area.width() / len(self._steps)
        return QRectF(area.left() + column * wide, area.top() + row * high, wide, high)

    def color_at(self, row: int, column: int) -> QColor:
        """The colour of a cell."""
        return self._image.pixelColor(column, row)

    def describe(self, where: QPointF) -> str:
        """The layer, the step and the value under a point of the widget; ``""`` for nothing."""
        area = self._area()
        if not self._values.size or not area.contains(where):
            return ""
        shape = self._values.shape
        row = min(int((where.y() - area.top()) / area.height() * shape[0]), shape[0] - 1)
        column = min(int((where.x() - area.left()) / area.width() * shape[1]), shape[1] - 1)
        value = self._values[row, column]
        shown = "no value" if np.isnan(value) else f"{value:.4g}"
        note = self._notes.get((row, column), "")
        head = f"{self._rows[row]}, step {int(self._steps[column]):,}: {shown}"
        return f"{head}\n{note}" if note else head

    def sizeHint(self) -> QSize:
        """Wide, and as high as its rows."""
        return QSize(420, self.minimumHeight())

    def event(self, event: QEvent) -> bool:
        """Tooltips are shown by moving."""
        return True if event.type() == QEvent.Type.ToolTip else super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the cell under the mouse."""
        text = self.describe(event.position())
        if text:
            QToolTip.showText(event.globalPosition().toPoint(), text, self)
        else:
            QToolTip.hideText()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw names, cells, steps and the bar."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.base))
        if self._values.size:
            area = self._area()
            painter.drawImage(area, self._image)
            self._cross_out(painter)
            self._frame(painter)
            self._write_names(painter, area)
            self._write_steps(painter, area)
            self._draw_bar(painter, area)
        painter.end()

    def _scaled(self) -> np.ndarray:
        if not self._log:
            return self._values
        size = np.abs(self._values)
        with np.errstate(divide="ignore"):
            return np.where(np.isfinite(size), np.log10(size), np.nan)

    def _draw_cells(self) -> None:
        scaled = self._scaled()
        low, high = span(scaled)
        if self._log:
            low = max(low, high - _DECADES)
            # Zeros are at the bottom of the scale.
            scaled = np.where(np.isneginf(scaled), low, scaled)
        # Small differences must not look like large ones.
        room = max(0.0, 1.0 - (high - low)) / 2 if self._log else 0.0
        low, high = low - room, high + room
        if not self._log:
            low, high = min(low, 0.0), max(high, 1.0)
        self._limits = (low, high)
        if not self._values.size:
            self._image = QImage()
            return
        colors = paint(scaled, low, high, "viridis")
        base, error = QColor(self._theme.base), QColor(self._theme.error)
        colors[np.isnan(self._values)] = (base.red(), base.green(), base.blue())
        colors[np.isinf(self._values)] = (error.red(), error.green(), error.blue())
        self._image = to_image(colors)

    def _names_width(self) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name in self._rows), default=0)
        # An advance is rounded, and a name that is wider by a fraction would be cut.
        widest += 1
        return min(widest, LONGEST_NAME, self.width() // 3) + 2 * _GAP

    def _area(self) -> QRectF:
        left, right = self._names_width(), _GAP + _BAR + 4 + _BAR_TEXT
        return QRectF(
            left,
            _TOP,
            max(self.width() - left - right, 1),
            max(self.height() - _TOP - _FOOT, 1),
        )

    def _cross_out(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self._theme.base), 1))
        for row, column in np.argwhere(np.isinf(self._values)):
            cell = self.cell_rect(int(row), int(column))
            painter.drawLine(cell.topLeft(), cell.bottomRight())

    def _frame(self, painter: QPainter) -> None:
        if self._moment is None:
            return
        column = int(np.searchsorted(self._steps, self._moment, side="right")) - 1
        if column < 0:
            return
        top = self.cell_rect(0, column)
        bottom = self.cell_rect(len(self._rows) - 1, column)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        painter.drawRect(QRectF(top.topLeft(), bottom.bottomRight()))

    def _write_names(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QColor(self._theme.text))
        wide = area.left() - 2 * _GAP
        for number, name in enumerate(self._rows):
            cell = self.cell_rect(number, 0)
            shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, int(wide))
            place = QRectF(_GAP, cell.top(), wide, cell.height())
            painter.drawText(
                place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, shown
            )

    def _write_steps(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QColor(self._theme.text_muted))
        metrics = self.fontMetrics()
        reached = -1.0
        for column, step in enumerate(self._steps):
            text = f"{int(step):,}" if reached >= 0 else f"Step {int(step):,}"
            wide = metrics.horizontalAdvance(text)
            middle = self.cell_rect(0, column).center().x()
            left = max(area.left(), min(middle - wide / 2, area.right() - wide))
            if reached >= 0 and left < reached + 14:
                continue
            place = QRectF(left, area.bottom() + 2, wide + 2, _FOOT - 2)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            reached = left + wide

    def _draw_bar(self, painter: QPainter, area: QRectF) -> None:
        bar = QRectF(area.right() + _GAP, area.top(), _BAR, area.height())
        painter.drawImage(bar, to_image(table("viridis")[::-1][:, None]))
        painter.setPen(QColor(self._theme.text_muted))
        low, high = self.limits()
        high_text, low_text = (tick_text(float(f"{value:.2g}")) for value in (high, low))
        line = self.fontMetrics().height()
        for text, top in ((high_text, bar.top()), (low_text, bar.bottom() - line)):
            place = QRectF(bar.right() + 4, top, _BAR_TEXT, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
        if self._log and bar.height() > 4 * line:
            place = QRectF(bar.right() + 4, bar.center().y() - line / 2, _BAR_TEXT, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, "log")
