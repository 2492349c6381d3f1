"""Histograms one behind the other: the newest in front, the earlier ones fading away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from widgets.colors import mix
from widgets.fonts import smaller
from widgets.pictures.described import Described
from widgets.plots.ticks import tick_text, ticks
from widgets.theme import Theme, dark

MOST = 20
# Of the room: how high the newest is, where there are earlier ones.
_PEAK = 0.5
_FURTHEST = 16.0
# A single bin that is higher than all others so many times is cut off.
_SPIKE = 2.5


@dataclass(frozen=True, eq=False)
class Ridge:
    """``counts`` ``[N]`` between ``edges`` ``[N + 1]``; ``label`` says when, ``words`` what."""

    counts: np.ndarray
    edges: np.ndarray
    label: str
    words: str


class RidgePlot(Described):
    """Shows ridges, oldest first, below a title and the words of the newest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._title, self._color = "", 0
        self._ridges: tuple[Ridge, ...] = ()
        self._small = smaller(self.font())
        self.setMinimumSize(110, 90)

    def show_ridges(self, title: str, ridges: Sequence[Ridge], color: int = 0) -> None:
        """Show the last of these, in one of the theme's colours."""
        self._title, self._ridges, self._color = title, tuple(ridges)[-MOST:], color
        self.setAccessibleName(f"Histogram of {title}")
        self.setAccessibleDescription(self._ridges[-1].words if self._ridges else "")
        self.update()

    def ridges(self) -> tuple[Ridge, ...]:
        """Those that are shown, oldest first."""
        return self._ridges

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.update()

    def describe(self, where: QPointF) -> str:
        """The words of the newest, and how many values are in the bin under the mouse."""
        if not self._ridges:
            return ""
        newest, area = self._ridges[-1], self._area()
        told = f"{self._title}, {newest.label}\n{newest.words}"
        low, high = self._span()
        if not area.contains(where):
            return told
        value = low + (where.x() - area.left()) / area.width() * (high - low)
        at = int(np.searchsorted(newest.edges, value, "right")) - 1
        if not 0 <= at < len(newest.counts):
            return told
        between = f"{newest.edges[at]:.3g} to {newest.edges[at + 1]:.3g}"
        return f"{told}\n{int(newest.counts[at]):,} from {between}"

    def sizeHint(self) -> QSize:
        """Room for a title and some ridges."""
        return QSize(200, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the titles, the axis, and the ridges from the oldest on."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_titles(painter)
        area = self._area()
        if self._ridges and area.height() > 20:
            self._paint_axis(painter, area)
            self._paint_ridges(painter, area)
        painter.end()

    def _paint_titles(self, painter: QPainter) -> None:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(self._theme.text))
        line = self.fontMetrics().height()
        elide, right = Qt.TextElideMode.ElideRight, self.width()
        shown = painter.fontMetrics().elidedText(self._title, elide, right)
        painter.drawText(QRectF(0, 0, right, line), 0, shown)
        painter.setFont(self._small)
        painter.setPen(QColor(self._theme.text_muted))
        words = self._ridges[-1].words if self._ridges else ""
        shown = painter.fontMetrics().elidedText(words, elide, right)
        painter.drawText(QRectF(0, line, right, line), 0, shown)

    def _paint_axis(self, painter: QPainter, area: QRectF) -> None:
        low, high = self._span()
        painter.setFont(self._small)
        metrics = painter.fontMetrics()
        for value in ticks(low, high, max(2, int(area.width() // 38))):
            x = area.left() + (value - low) / (high - low) * area.width()
            painter.setPen(QPen(QColor(self._theme.grid), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            text = tick_text(value)
            wide = metrics.horizontalAdvance(text)
            left = min(max(x - wide / 2, 0), self.width() - wide)
            painter.setPen(QColor(self._theme.text_muted))
            painter.drawText(QPointF(left, area.bottom() + 3 + metrics.ascent()), text)

    def _paint_ridges(self, painter: QPainter, area: QRectF) -> None:
        count = len(self._ridges)
        peak = area.height() * (_PEAK if count > 1 else 0.95)
        stride = min((area.height() - peak) / max(count - 1, 1), _FURTHEST)
        color, base = self._theme.curve_colors[self._color], self._theme.base
        for number, ridge in enumerate(self._ridges):
            age = count - 1 - number
            fresh = 1 - 0.75 * age / max(count - 1, 1)
            baseline = area.bottom() - age * stride
            edge = QColor(mix(color, base, fresh))
            fill = QColor(mix(color, base, 0.42 * fresh))
            self._paint_one(painter, ridge, area, baseline, peak, edge, fill)
        if count > 1:
            painter.setFont(self._small)
            metrics = painter.fontMetrics()
            painter.setPen(QColor(self._theme.text_muted))
            oldest = self._ridges[0].label
            y = area.bottom() - (count - 1) * stride - 2
            wide = metrics.horizontalAdvance(oldest)
            painter.drawText(QPointF(area.right() - wide, y), oldest)

    def _paint_one(
        self,
        painter: QPainter,
        ridge: Ridge,
        area: QRectF,
        baseline: float,
        peak: float,
        edge: QColor,
        fill: QColor,
    ) -> None:
        low, high = self._span()
        heights = _heights(ridge.counts) * peak
        xs = area.left() + (ridge.edges - low) / (high - low) * area.width()
        corners = [QPointF(xs[0], baseline)]
        for at, height in enumerate(heights):
            y = baseline - height
            corners += [QPointF(xs[at], y), QPointF(xs[at + 1], y)]
        corners.append(QPointF(xs[-1], baseline))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(QPen(edge, 1.3))
        painter.drawPolyline(QPolygonF(corners))

    def _span(self) -> tuple[float, float]:
        low = min(float(ridge.edges[0]) for ridge in self._ridges)
        high = max(float(ridge.edges[-1]) for ridge in self._ridges)
        return (low, high) if high > low else (low - 0.5, high + 0.5)

    def _area(self) -> QRectF:
        line = self.fontMetrics().height()
        return QRectF(2, 2 * line + 4, self.width() - 4, self.height() - 3 * line - 6)


def _heights(counts: np.ndarray) -> np.ndarray:
    """Heights from 0 to 1; a bin far above all others, such as that of zeros, is cut off."""
    if not counts.any():
        return np.zeros(len(counts))
    second = float(np.sort(counts)[-2]) if len(counts) > 1 else 0.0
    top = min(float(counts.max()), second * _SPIKE) if second else float(counts.max())
    return np.minimum(counts / top, 1.0)
