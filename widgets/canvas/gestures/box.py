"""Selecting nodes and notes with a rubber band from an empty place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.style import faded

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class BoxSelect(Gesture):
    """Selects the nodes and notes that touch the box; with Shift or Ctrl it adds to others."""

    def __init__(self, canvas: Canvas, start: Pointer) -> None:
        super().__init__(canvas, start)
        self._before = (canvas.graph_scene.chosen(), list(canvas.graph_scene.selected_wires))
        self._end = start

    def drag(self, pointer: Pointer) -> None:
        """Stretch the box to the pointer and select what it touches."""
        self._end = pointer
        box = QRectF(self.start.scene, pointer.scene).normalized()
        scene = self.canvas.graph_scene
        kept = self._before[0] if pointer.extends else []
        scene.select([*kept, *scene.ids_in(box)], self._before[1] if pointer.extends else [])

    def click(self, pointer: Pointer) -> None:
        """A click on an empty place clears the selection."""
        if not pointer.extends:
            self.canvas.graph_scene.select([])

    def cancel(self) -> None:
        """Select again what was selected before."""
        self.canvas.graph_scene.select(*self._before)

    def painted_rect(self) -> QRectF:
        """The box."""
        return self._box().adjusted(-2, -2, 2, 2) if self.dragging else QRectF()

    def paint(self, painter: QPainter) -> None:
        """Paint the box."""
        if self.dragging:
            accent = self.canvas.graph_scene.look.accent
            painter.setPen(QPen(accent, 1))
            painter.setBrush(faded(accent, 0.12))
            painter.drawRoundedRect(self._box(), 3, 3)

    def _box(self) -> QRectF:
        start: QPointF = self.canvas.viewportTransform().map(self.start.scene)
        return QRectF(start, self._end.view).normalized()
