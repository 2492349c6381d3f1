"""Which menu a right click, or the menu key, asks for on the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QContextMenuEvent

from widgets.canvas.hits import hit_at

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


def ask_for_menu(canvas: Canvas, event: QContextMenuEvent) -> None:
    """Let the canvas ask for the menu of a node, a note, a frame, a wire or the empty canvas."""
    if event.reason() == QContextMenuEvent.Reason.Keyboard:
        _by_key(canvas)
        return
    place = event.globalPos()
    scene = canvas.graph_scene
    hit = hit_at(scene, canvas.scene_point(QPointF(event.pos())), canvas.zoom)
    if hit.wire is not None:
        scene.select([], [hit.wire])
        canvas.wire_menu_requested.emit(place, hit.wire[1])
        return
    card = hit.node or hit.note
    if card is not None and card.view.id not in scene.chosen():
        canvas.select([card.view.id])
    item = card or hit.frame
    # The pointer is on the menu when one of its actions asks where to add something.
    canvas.menu_at = canvas.scene_point(QPointF(event.pos()))
    canvas.context_menu_requested.emit(place, item.view.id if item else "")
    canvas.menu_at = None


def _by_key(canvas: Canvas) -> None:
    """The menu of what is selected stands in its middle."""
    scene, selected = canvas.graph_scene, canvas.graph_scene.chosen()
    wires = list(scene.selected_wires)
    at = canvas.scene_point(QPointF(canvas.viewport().rect().center()))
    if selected:
        at = scene.rect_of(selected[-1]).center()
    elif len(wires) == 1:
        at = scene.wires[wires[0]].path.pointAtPercent(0.5)
    place = canvas.viewport().mapToGlobal(canvas.mapFromScene(at))
    if not selected and len(wires) == 1:
        canvas.wire_menu_requested.emit(place, wires[0][1])
    else:
        canvas.context_menu_requested.emit(place, selected[-1] if selected else "")
