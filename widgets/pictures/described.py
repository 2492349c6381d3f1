"""A picture that says what is under the mouse."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip, QWidget


class Described(QWidget):
    """Base of pictures whose tooltip is what ``describe`` says of the point."""

    def describe(self, where: QPointF) -> str:
        """What is at a point of the widget, ``""`` for nothing."""
        return ""

    def event(self, event: QEvent) -> bool:
        """Answer the question for a tooltip with what is under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.describe(QPointF(event.pos())), self)
            return True
        return super().event(event)
