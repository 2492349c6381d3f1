"""Blocks that are dragged from elsewhere over the canvas and dropped there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from widgets.canvas.gestures.insertion import Insertion
from widgets.canvas.mime import BLOCK_MIME
from widgets.canvas.node_layout import HEADER, MIN_WIDTH

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_SIZE = QPointF(MIN_WIDTH, HEADER + 48)


class BlockDrops:
    """Accepts the drags of blocks over one canvas, and shows the wire that would take the block."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._insertion = Insertion(canvas)

    def over(self, event: QDragMoveEvent) -> None:
        """Something is dragged over the canvas."""
        kind = _kind(event)
        if kind:
            event.acceptProposedAction()
            at = self._canvas.scene_point(event.position())
            self._insertion.look_for_kind(kind, at)
        else:
            event.ignore()

    def leave(self) -> None:
        """The drag has left the canvas, or was given up."""
        self._insertion.take()

    def drop(self, event: QDropEvent) -> None:
        """Ask for the block at the pointer, in the wire there if it fits."""
        kind, canvas = _kind(event), self._canvas
        if not kind:
            event.ignore()
            return
        event.acceptProposedAction()
        at = canvas.scene_point(event.position())
        self._insertion.look_for_kind(kind, at)
        wire = self._insertion.take()
        corner = at - _SIZE / 2
        place = (round(corner.x()), round(corner.y()))
        canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        if wire is not None:
            canvas.insert_kind_requested.emit(kind, *place, wire)
        else:
            canvas.block_dropped.emit(kind, *place)


def _kind(event: QDropEvent) -> str:
    """The block's kind; empty where something else is dragged."""
    return bytes(event.mimeData().data(BLOCK_MIME).data()).decode("utf-8")
