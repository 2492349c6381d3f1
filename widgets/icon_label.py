"""A label that is one icon, as sharp as the screen it is on."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QLabel, QWidget

from widgets import icons


class IconLabel(QLabel):
    """Shows an icon of ``size`` logical pixels, and draws it anew for another kind of screen."""

    def __init__(self, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._shown: tuple[str, str] | None = None

    def show_icon(self, name: str, color: str) -> None:
        """Show the icon called ``name`` in ``color`` (``#rrggbb``)."""
        self._shown = (name, color)
        self.setPixmap(icons.pixmap(name, color, self._size, self.devicePixelRatioF()))

    def event(self, event: QEvent) -> bool:
        """Follow the window to another screen."""
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._shown is not None:
            self.show_icon(*self._shown)
        return super().event(event)
