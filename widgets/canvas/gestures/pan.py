"""Dragging the whole picture with the middle button, or with Space and the left one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.canvas.gestures.base import Gesture, Pointer

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class Pan(Gesture):
    """Keeps the scene point of the press under the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls = False

    def __init__(self, canvas: Canvas, start: Pointer) -> None:
        super().__init__(canvas, start)
        self._last = start.view

    def move(self, pointer: Pointer) -> None:
        """Follow every pixel: a pan has no click to tell apart."""
        self.canvas.pan_by(pointer.view - self._last)
        self._last = pointer.view

    def release(self, pointer: Pointer) -> None:
        """Pan to the last position."""
        self.move(pointer)
