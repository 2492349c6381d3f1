"""A text, token by token, each on a ground whose strength shows its value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.visible import visible
from widgets.colors import on_color
from widgets.pictures.colormaps import paint, span
from widgets.pictures.described import Described

_PADDING = 5.0
_GAP = 2.0


class TokenStrip(Described):
    """Tokens in reading order, wrapped like a text; hovering tells the value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens: tuple[str, ...] = ()
        self._values = np.zeros(0, np.float32)
        self._colors = np.zeros((0, 3), np.uint8)
        self.setMinimumSize(80, 40)
        self.setAccessibleName("Saliency of each token")

    def set_tokens(self, tokens: Sequence[str], values: np.ndarray) -> None:
        """Show tokens with a nonnegative value each, float ``[T]``."""
        high = span(values)[1] if values.size else 0.0
        # The darkest part of the scale would hide which token stands where.
        self.set_colored(tokens, values, "inferno", (-0.15 * high, high))

    def set_colored(
        self,
        tokens: Sequence[str],
        values: np.ndarray,
        colormap: str,
        limits: tuple[float, float],
    ) -> None:
        """Show tokens with a value each, float ``[T]``, in the colours of a map between limits."""
        self._tokens = tuple(visible(t) for t in tokens)
        self._values = values
        self._colors = paint(values[None], *limits, colormap)[0]
        self.update()

    def rects(self, width: float | None = None) -> list[QRectF]:
        """Where each token is drawn in a strip of a width, in logical pixels; that of this one."""
        room = self.width() if width is None else width
        metrics = self.fontMetrics()
        height = metrics.height() + _PADDING
        x = y = _GAP
        found = []
        for token in self._tokens:
            wide = max(metrics.horizontalAdvance(token), metrics.averageCharWidth()) + _PADDING
            if x + wide > room and x > _GAP:
                x, y = _GAP, y + height + _GAP
            found.append(QRectF(x, y, wide, height))
            x += wide + _GAP
        return found

    def heightForWidth(self, width: int) -> int:
        """The height that all lines need at a width."""
        rects = self.rects(width)
        return int(rects[-1].bottom() + _GAP) if rects else 0

    def describe(self, where: QPointF) -> str:
        """The token and its value at a point, empty beside them."""
        for token, value, rect in zip(self._tokens, self._values, self.rects(), strict=True):
            if rect.contains(where):
                return f"{token}: {value:.4g}"
        return ""

    def sizeHint(self) -> QSize:
        """Room for a few lines."""
        return QSize(240, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tokens."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for token, rgb, rect in zip(self._tokens, self._colors, self.rects(), strict=True):
            ground = QColor(*(int(c) for c in rgb))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(rect, 3, 3)
            painter.setPen(QColor(on_color(ground.name())))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, token)
        painter.end()
