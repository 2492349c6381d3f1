"""What all mouse gestures have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

DRAG_PIXELS = 4.0


@dataclass(frozen=True)
class Pointer:
    """One mouse position: in the viewport, in the scene, and the modifier keys held."""

    view: QPointF
    scene: QPointF
    modifiers: Qt.KeyboardModifier

    @property
    def extends(self) -> bool:
        """Whether Ctrl or Shift is held."""
        keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        return bool(self.modifiers & keys)


class Gesture:
    """One press-move-release of the mouse; made at the press, ended by release or cancel.

    A gesture `by_keys` is driven by `key` instead. One that `scrolls` goes on beyond the edge of
    the view, which follows it.
    """

    cursor: Qt.CursorShape | None = None
    by_keys = False
    scrolls = True

    def __init__(self, canvas: Canvas, start: Pointer) -> None:
        self.canvas = canvas
        self.start = start
        self.dragging = False

    @property
    def reason(self) -> str:
        """Why the gesture cannot end where it is now; empty where it can."""
        return ""

    def move(self, pointer: Pointer) -> None:
        """The pointer moved; the first few pixels do not count as a drag."""
        if not self.dragging:
            way = pointer.view - self.start.view
            if abs(way.x()) + abs(way.y()) < DRAG_PIXELS:
                return
            self.dragging = True
            self.begin_drag()
        self.drag(pointer)

    def release(self, pointer: Pointer) -> None:
        """The button was released: finish the drag, or take it as a click."""
        if self.dragging:
            self.drag(pointer)
            self.drop(pointer)
        else:
            self.click(pointer)

    def cancel(self) -> None:
        """Give up and restore what was shown before."""

    def refresh(self) -> None:
        """The graph was changed during the gesture."""

    def begin_drag(self) -> None:
        """The pointer has left the place of the press."""

    def drag(self, pointer: Pointer) -> None:
        """The pointer is at a new place."""

    def drop(self, pointer: Pointer) -> None:
        """The drag ends here."""

    def click(self, pointer: Pointer) -> None:
        """The button was released where it was pressed."""

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """A key was pressed during the gesture; False leaves it to the canvas."""
        return False

    def paint(self, painter: QPainter) -> None:
        """Paint the gesture's own marks in viewport coordinates."""

    def painted_rect(self) -> QRectF:
        """Where `paint` draws, in viewport coordinates."""
        return QRectF()
