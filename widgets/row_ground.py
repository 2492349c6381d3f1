"""The ground of a row that is pointed at or selected, in lists that paint their own rows."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle

from widgets.theme import Theme

# How opaque the ground is; muted text can still be read on it.
SELECTED, HOVERED = 0.22, 0.07


def paint_row_ground(
    painter: QPainter, rect: QRectF, theme: Theme, state: QStyle.StateFlag, inset: float = 2
) -> None:
    """Paint nothing, or a rounded ground that leaves ``inset`` pixels free at both sides."""
    selected = bool(state & QStyle.StateFlag.State_Selected)
    if not selected and not state & QStyle.StateFlag.State_MouseOver:
        return
    color = QColor(theme.accent if selected else theme.text)
    color.setAlphaF(SELECTED if selected else HOVERED)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(rect.adjusted(inset, 1, -inset, -1), 6, 6)
