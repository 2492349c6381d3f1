"""A small picture of the learning rate over the epochs, painted without a plotting library.

It is there when the window opens, before the library of the large plots is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from widgets.fonts import smaller
from widgets.plots.ticks import decades, is_steep, tick_text, ticks
from widgets.theme import Theme, dark

_HEIGHT = 148
_GAP = 6.0
Point = tuple[float, float]


class RateCurve(QWidget):
    """One curve with its axes; the rate is on a logarithmic scale where it falls far."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._points: Sequence[Point] = ()
        self.is_logarithmic = False
        self.setFont(smaller(self.font(), 1.5))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("Learning rate by epoch")

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(240, _HEIGHT)

    def set_points(self, points: Sequence[Point]) -> None:
        """Show points of epoch and rate, in rising order of epochs; at least two."""
        self._points = tuple(points)
        self.is_logarithmic = is_steep([rate for _, rate in points])
        self.setAccessibleDescription(self.spoken())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours."""
        self._theme = theme
        self.update()

    def spoken(self) -> str:
        """The curve in words: where it begins, its highest value and where it ends."""
        if not self._points:
            return ""
        peak = max(self._points, key=lambda point: point[1])
        first, last = self._points[0], self._points[-1]
        scale = ", on a logarithmic scale" if self.is_logarithmic else ""
        return (
            f"From {first[1]:.3g}, highest {peak[1]:.3g} at epoch {peak[0]:.3g}, "
            f"to {last[1]:.3g} at epoch {last[0]:.3g}{scale}."
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the rate under the mouse."""
        area, x = self._area(), event.position().x()
        if not self._points or not area.left() <= x <= area.right():
            QToolTip.hideText()
            return
        epoch = (x - area.left()) / area.width() * self._last_epoch()
        near = min(self._points, key=lambda point: abs(point[0] - epoch))
        text = f"Epoch {near[0]:.3g}: {near[1]:.3g}"
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the grid, the axes and the curve."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        painter.fillRect(area, QColor(self._theme.base))
        if len(self._points) > 1:
            self._paint_rates(painter, area)
            self._paint_epochs(painter, area)
            self._paint_curve(painter, area)

    def _paint_rates(self, painter: QPainter, area: QRectF) -> None:
        for rate in self._rate_ticks():
            y = self._y(rate, area)
            painter.setPen(QPen(QColor(self._theme.grid), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(self._theme.text_muted))
            line = self.fontMetrics().height()
            box = QRectF(0, y - line / 2, area.left() - _GAP, line)
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(box, align, tick_text(rate))

    def _paint_epochs(self, painter: QPainter, area: QRectF) -> None:
        painter.setPen(QColor(self._theme.text_muted))
        metrics = self.fontMetrics()
        last = self._last_epoch()
        top = area.bottom() + _GAP / 2
        # The axis is named at its end, and ticks keep clear of the name.
        name = "Epoch"
        named = area.right() - metrics.horizontalAdvance(name)
        box = QRectF(named - 1, top, area.right() - named + 2, metrics.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, name)
        for epoch in ticks(0.0, last, 5):
            text = tick_text(epoch)
            wide = metrics.horizontalAdvance(text)
            x = area.left() + epoch / last * area.width()
            if x + wide / 2 + _GAP < named:
                box = QRectF(x - wide / 2 - 1, top, wide + 2, metrics.height())
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, text)

    def _paint_curve(self, painter: QPainter, area: QRectF) -> None:
        last = self._last_epoch()
        corners = [
            QPointF(area.left() + epoch / last * area.width(), self._y(rate, area))
            for epoch, rate in self._points
        ]
        painter.setClipRect(area.adjusted(-2, -2, 2, 2))
        pen = QPen(QColor(self._theme.curve_colors[0]), 2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(corners))

    def _area(self) -> QRectF:
        """Where the curve is; the numbers of the axes stand beside and below."""
        metrics = self.fontMetrics()
        texts = (tick_text(rate) for rate in self._rate_ticks())
        left = max((metrics.horizontalAdvance(t) for t in texts), default=0) + _GAP + 2
        top, bottom = metrics.height() / 2 + 1, metrics.height() + _GAP
        return QRectF(left, top, self.width() - left - 3, self.height() - top - bottom)

    def _rate_ticks(self) -> list[float]:
        low, high = self._range()
        return decades(low, high) if self.is_logarithmic else ticks(low, high, 4)

    def _range(self) -> tuple[float, float]:
        """The lowest and the highest rate that have a place."""
        rates = [rate for _, rate in self._points]
        high = max(rates, default=0.0) or 1.0
        if not self.is_logarithmic:
            return 0.0, high * 1.05
        low = min(rate for rate in rates if rate > 0)
        # A rate of 0 has no place on a logarithmic scale; six decades are enough for it.
        return 10 ** math.floor(math.log10(max(low, high * 1e-6))), high * 1.2

    def _y(self, rate: float, area: QRectF) -> float:
        low, high = self._range()
        if self.is_logarithmic:
            share = math.log(max(rate, low) / low) / math.log(high / low)
        else:
            share = (rate - low) / (high - low)
        return area.bottom() - share * area.height()

    def _last_epoch(self) -> float:
        return self._points[-1][0] or 1.0
