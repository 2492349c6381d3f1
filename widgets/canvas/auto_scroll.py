"""Scrolls the view while a gesture is held near its edge, or beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QTimer

from widgets.canvas.gestures.base import Pointer

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

EDGE = 24.0
_INTERVAL_MS = 16
_SHARE = 0.3
_FASTEST = 45.0


class AutoScroll:
    """Moves one canvas under its gesture: the farther out the pointer is, the faster.

    A gesture that begins near the edge scrolls only once the pointer was away from it, or left the
    view; a press there would else set everything in motion.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._pointer: Pointer | None = None
        self._ready = False
        self._timer = QTimer(canvas)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._step)

    @property
    def active(self) -> bool:
        """Whether the view is being scrolled."""
        return self._timer.isActive()

    def end(self) -> None:
        """The gesture is over."""
        self._ready = False
        self._timer.stop()

    def follow(self, pointer: Pointer) -> None:
        """The pointer of a gesture is here now."""
        self._pointer = pointer
        out = self._out()
        inside = self._canvas.viewport().rect().contains(pointer.view.toPoint())
        self._ready = self._ready or out.isNull() or not inside
        if out.isNull() or not self._ready:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _out(self) -> QPointF:
        """How far the pointer is beyond the inner part of the view, to the right and downwards."""
        assert self._pointer is not None, "there is a pointer while a gesture is followed"
        at, area = self._pointer.view, self._canvas.viewport().rect()
        return QPointF(_beyond(at.x(), area.width()), _beyond(at.y(), area.height()))

    def _step(self) -> None:
        gesture, out = self._canvas.gesture, self._out()
        if gesture is None or not gesture.dragging:
            return
        self._canvas.pan_by(QPointF(-_speed(out.x()), -_speed(out.y())))
        assert self._pointer is not None, "there is a pointer while a gesture is followed"
        view = self._pointer.view
        scene = self._canvas.scene_point(view)
        self._canvas.move_gesture(Pointer(view, scene, self._pointer.modifiers))


def _beyond(at: float, length: int) -> float:
    low, high = EDGE - at, at - (length - EDGE)
    return -low if low > 0 else max(0.0, high)


def _speed(out: float) -> float:
    """Pixels a step; never so slow that rounding would make it none."""
    if out == 0:
        return 0.0
    return max(-_FASTEST, min(_FASTEST, out * _SHARE + (1 if out > 0 else -1)))
