"""Mouse gestures of the canvas, one class each, and the choice among them at a press."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.canvas.gestures.badge import ClickBadge
from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.gestures.box import BoxSelect
from widgets.canvas.gestures.cut import CutWires, is_cut
from widgets.canvas.gestures.move import MoveNodes
from widgets.canvas.gestures.pan import Pan
from widgets.canvas.gestures.resize import ResizeNote
from widgets.canvas.gestures.wire import DragWire
from widgets.canvas.hits import hit_at

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

__all__ = ["Gesture", "Pointer", "begin_gesture"]


def begin_gesture(canvas: Canvas, button: Qt.MouseButton, start: Pointer) -> Gesture | None:
    """The gesture that a press of `button` begins; None where the press means nothing."""
    left = button == Qt.MouseButton.LeftButton
    if button == Qt.MouseButton.MiddleButton or (left and canvas.space_held):
        return Pan(canvas, start)
    if is_cut(button, start.modifiers):
        return CutWires(canvas, start)
    if not left:
        return None
    scene = canvas.graph_scene
    hit = hit_at(scene, start.scene, canvas.zoom)
    if hit.node is not None and hit.port is not None:
        return DragWire(canvas, start, hit.node, hit.port)
    if hit.node is not None and hit.fixes and not start.extends:
        return ClickBadge(canvas, start, [hit.node.view.id])
    if hit.node is not None:
        return MoveNodes(canvas, start, [hit.node.view.id])
    if hit.wire is not None:
        if not start.extends:
            scene.select([], [hit.wire])
        else:
            wires = scene.selected_wires.keys() ^ {hit.wire}
            scene.select(scene.selected, wires)
        return Gesture(canvas, start)
    if hit.note is not None and hit.edges and not start.extends:
        return ResizeNote(canvas, start, hit.note, hit.edges)
    if hit.note is not None:
        return MoveNodes(canvas, start, [hit.note.view.id])
    if hit.frame is not None:
        return MoveNodes(canvas, start, scene.held_by(hit.frame))
    return BoxSelect(canvas, start)
