"""The line around the canvas that shows that the keyboard acts there."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.canvas.style import Style

WIDTH = 2
_BY_KEYS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class FocusRing:
    """Whether the line is drawn: only after the focus came by keyboard.

    It stands beside the viewport, since the picture below it would scroll it away.
    """

    def __init__(self) -> None:
        self._by_keys = False

    def arrive(self, reason: Qt.FocusReason) -> None:
        """The focus came; what closes a menu or changes windows leaves it as it was."""
        if reason in _BY_KEYS:
            self._by_keys = True
        elif reason == Qt.FocusReason.MouseFocusReason:
            self._by_keys = False

    def touch(self) -> None:
        """The mouse was used, so that nobody has to be told where the keys go."""
        self._by_keys = False

    def shown_on(self, widget: QWidget) -> bool:
        """Whether the line is to be seen around a widget now."""
        return self._by_keys and widget.hasFocus()

    def paint(self, widget: QWidget, style: Style) -> None:
        """Paint the edge of a widget, with the line or without."""
        painter = QPainter(widget)
        color = style.accent if self.shown_on(widget) else style.background
        painter.setPen(QPen(color, WIDTH, j=Qt.PenJoinStyle.MiterJoin))
        half = WIDTH / 2
        painter.drawRect(QRectF(widget.rect()).adjusted(half, half, -half, -half))
        painter.end()
