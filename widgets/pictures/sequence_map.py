"""A sequence as a heat map."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.colormaps import paint, span, table, to_image
from widgets.pictures.described import Described

_BAR = 12
_BAR_LABELS = 58
_CAPTION = 18

_JOIN = "    "


class SequenceMap(Described):
    """Shows an array [T, F]: time runs to the right, features run down, colours lie around 0.

    With ``colormap="inferno"`` the colours run from 0 up instead, for values that are never
    negative. ``name`` is written below the map.
    """

    def __init__(
        self, colormap: str = "diverging", name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._colormap = colormap
        self._values = np.zeros((0, 0))
        self._limits: tuple[float, float] | None = None
        self._image = QImage()
        self.setMinimumSize(120, 60)

    def set_value(self, value: np.ndarray, limits: tuple[float, float] | None = None) -> None:
        """Show ``value`` [T, F], with ``limits`` on a scale that others have too.

        Raises ValueError for another rank.
        """
        if value.ndim != 2:
            raise ValueError(f"a heat map needs an array [T, F], not {value.shape}")
        self._values, self._limits = np.asarray(value, dtype=np.float64), limits
        low, high = self.limits()
        self._image = to_image(paint(self._values.T, low, high, self._colormap))
        self.setAccessibleName(f"{value.shape[0]} steps of {value.shape[1]} features")
        self.update()

    def limits(self) -> tuple[float, float]:
        """The values of the first and the last colour."""
        if self._limits is not None:
            return self._limits
        low, high = span(self._values)
        if self._colormap != "diverging":
            return min(low, 0.0), high if high > 0 else 1.0
        most = max(abs(low), abs(high)) or 1.0
        return -most, most

    def set_colormap(self, name: str) -> None:
        """Take other colours for what is shown next."""
        self._colormap = name

    def map_rect(self) -> QRectF:
        """Where the map is, in logical pixels."""
        right = self.width() - _BAR - _BAR_LABELS - 8
        return QRectF(0, 0, max(right, 10), max(self.height() - _CAPTION, 10))

    def describe(self, where: QPointF) -> str:
        """The step, feature and value under a point of the widget, ``""`` for nothing."""
        rect = self.map_rect()
        if not rect.contains(where) or not self._values.size:
            return ""
        steps, features = self._values.shape
        step = min(int((where.x() - rect.left()) / rect.width() * steps), steps - 1)
        feature = min(int((where.y() - rect.top()) / rect.height() * features), features - 1)
        return f"Step {step}, feature {feature}: {self._values[step, feature]:.4g}"

    def sizeHint(self) -> QSize:
        """A wide strip."""
        return QSize(320, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the map with hard pixels, the axes' names and the bar of colours."""
        if self._image.isNull():
            return
        painter = QPainter(self)
        rect = self.map_rect()
        painter.drawImage(rect, self._image)
        painter.setPen(self.palette().placeholderText().color())
        steps, features = self._values.shape
        below = QRectF(0, rect.bottom() + 2, self.width(), _CAPTION)
        painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, self._words(steps, features))
        self._draw_bar(painter, rect)
        painter.end()

    def _words(self, steps: int, features: int) -> str:
        """The axes' names, as many as there is room for."""
        parts = [self._name, f"time → {steps} steps", f"features ↓ {features}"]
        parts = [part for part in parts if part]
        while (
            len(parts) > 1
            and self.fontMetrics().horizontalAdvance(_JOIN.join(parts)) > self.width()
        ):
            parts.pop()
        return _JOIN.join(parts)

    def _draw_bar(self, painter: QPainter, rect: QRectF) -> None:
        bar = QRectF(rect.right() + 8, rect.top(), _BAR, rect.height())
        painter.drawImage(bar, to_image(table(self._colormap)[::-1, None]))
        low, high = self.limits()
        line = painter.fontMetrics().height()
        tops = (bar.top(), bar.center().y() - line / 2, bar.bottom() - line)
        for top, value in zip(tops, (high, (low + high) / 2, low), strict=True):
            painter.drawText(
                QRectF(bar.right() + 5, top, _BAR_LABELS, line),
                Qt.AlignmentFlag.AlignVCenter,
                f"{value:.3g}",
            )
