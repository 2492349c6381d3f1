"""What the View menu switches on and off on the canvas, and remembers."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from designer.preferences import Preferences
from widgets.canvas.glide import MILLISECONDS
from widgets.canvas.view import Canvas


class CanvasOptions(QObject):
    """The minimap and animation of one canvas. ``changed`` comes after one was switched."""

    changed = Signal()

    def __init__(self, preferences: Preferences, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._preferences, self._canvas = preferences, canvas
        canvas.minimap.switch(preferences.minimap)
        canvas.minimap.toggled.connect(self._minimap_was_switched)
        self._apply()

    @property
    def minimap(self) -> bool:
        """Whether the minimap is shown where the design does not fit the view."""
        return self._canvas.minimap.on

    @property
    def animation(self) -> bool:
        """Whether nodes and the view glide to another place."""
        return self._preferences.animation

    def switch_minimap(self) -> None:
        """Show the minimap, or hide it."""
        self._canvas.minimap.switch(not self.minimap)

    def switch_animation(self) -> None:
        """Let nodes and the view glide, or jump."""
        self._preferences.animation = not self.animation
        self._apply()
        self.changed.emit()

    def _minimap_was_switched(self, on: bool) -> None:
        self._preferences.minimap = on
        self.changed.emit()

    def _apply(self) -> None:
        self._canvas.glide.milliseconds = MILLISECONDS if self.animation else 0
