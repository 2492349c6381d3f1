"""The menu in which frames and notes are given a colour."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QMenu, QWidget

from widgets.canvas.graph import HUES
from widgets.colors import on_color
from widgets.theme import Theme

_SIZE, _SCALE = 16, 2


def color_menu(theme: Theme, current: str, choose: Callable[[str], None], parent: QWidget) -> QMenu:
    """A menu of all colours, with ``current`` marked; ``choose`` is told which one is taken."""
    menu = QMenu("&Colour", parent)
    group = QActionGroup(menu)
    for hue in HUES:
        action = QAction(hue.capitalize() or "None", group)
        action.setIcon(_swatch(theme.hues.get(hue, theme.surface), hue == current, theme))
        action.setCheckable(True)
        action.setChecked(hue == current)
        action.setData(hue)
        menu.addAction(action)
    group.triggered.connect(lambda action: choose(action.data()))
    return menu


def _swatch(color: str, marked: bool, theme: Theme) -> QIcon:
    """A disc of the colour, with a tick on it where it is the one in use."""
    picture = QPixmap(QSize(_SIZE, _SIZE) * _SCALE)
    picture.setDevicePixelRatio(_SCALE)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(color))
    painter.setPen(QPen(QColor(theme.wire), 1))
    painter.drawEllipse(QRectF(1, 1, _SIZE - 2, _SIZE - 2))
    if marked:
        painter.setPen(QPen(QColor(on_color(color)), 2))
        painter.drawPolyline([QPointF(4.5, 8.3), QPointF(7, 10.8), QPointF(11.5, 5.6)])
    painter.end()
    return QIcon(picture)
