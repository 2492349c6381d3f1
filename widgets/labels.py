"""Labels as panels use them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QWidget


def wrapped_label(role: str) -> QLabel:
    """A label that wraps plain text and lets it be copied; ``role`` gives its look."""
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label


def label_for(text: str, buddy: QWidget) -> QLabel:
    """A label that names ``buddy``; a letter behind ``&`` leads to it."""
    label = QLabel(text)
    label.setBuddy(buddy)
    return label


class ElidedLabel(QLabel):
    """One line that ends in dots where there is no room for all of it; its tooltip has the rest."""

    def minimumSizeHint(self) -> QSize:
        """As narrow as need be."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Write what there is room for."""
        painter = QPainter(self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(self.text() if text != self.text() else "")
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()
