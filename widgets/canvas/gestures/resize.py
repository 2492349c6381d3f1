"""Resizing a note by its edges or its corners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.grid import GRID
from widgets.canvas.hover import cursor_at
from widgets.canvas.note_item import MIN_NOTE_HEIGHT, MIN_NOTE_WIDTH, NoteItem

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class ResizeNote(Gesture):
    """Moves edges of one note on the screen and reports its new rectangle once, on release.

    Ctrl during the drag aligns the moved edges with the grid.
    """

    def __init__(self, canvas: Canvas, start: Pointer, note: NoteItem, edges: Qt.Edge) -> None:
        super().__init__(canvas, start)
        self.cursor = cursor_at(edges)
        self._note, self._edges = note, edges
        self._before = QRectF(note.rect)
        canvas.select([note.view.id])

    def drag(self, pointer: Pointer) -> None:
        """Show the note with its edges at the pointer."""
        way = pointer.scene - self.start.scene
        aligned = bool(pointer.modifiers & Qt.KeyboardModifier.ControlModifier)
        self._note.set_rect(self._resized(way, GRID if aligned else 1.0))

    def drop(self, pointer: Pointer) -> None:
        """Report the new rectangle."""
        note = self._note
        if note.rect != self._before:
            self.canvas.note_changed.emit(note.view.id, note.view.text, note.rect.getRect())

    def cancel(self) -> None:
        """Give the note its old size back."""
        self._note.set_rect(self._before)

    def refresh(self) -> None:
        """Give up where the note is gone or has become another."""
        if self.canvas.graph_scene.notes.get(self._note.view.id) is not self._note:
            self.canvas.cancel_gesture()

    def _resized(self, way: QPointF, step: float) -> QRectF:
        """The rectangle with its edges moved by `way`, to multiples of `step`, not too small."""
        rect = QRectF(self._before)

        def to(value: float) -> float:
            return round(value / step) * step

        if self._edges & Qt.Edge.LeftEdge:
            rect.setLeft(min(to(rect.left() + way.x()), rect.right() - MIN_NOTE_WIDTH))
        if self._edges & Qt.Edge.RightEdge:
            rect.setRight(max(to(rect.right() + way.x()), rect.left() + MIN_NOTE_WIDTH))
        if self._edges & Qt.Edge.TopEdge:
            rect.setTop(min(to(rect.top() + way.y()), rect.bottom() - MIN_NOTE_HEIGHT))
        if self._edges & Qt.Edge.BottomEdge:
            rect.setBottom(max(to(rect.bottom() + way.y()), rect.top() + MIN_NOTE_HEIGHT))
        return rect
