"""What keys do on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from widgets.canvas import spoken
from widgets.canvas.grid import GRID

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_DIRECTIONS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
_SIDES = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
# By what is typed, since many keyboards have the brackets behind other keys.
_WALK = {"]": 1, "[": -1}
_PLAIN = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_CTRL = Qt.KeyboardModifier.ControlModifier
_ALT = Qt.KeyboardModifier.AltModifier


def handle_key(canvas: Canvas, event: QKeyEvent) -> bool:
    """Do what the key means; False where it means nothing here."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    if canvas.gesture is not None and canvas.gesture.key(key, modifiers):
        canvas.refresh_overlay()
        return True
    if event.text() in _WALK:
        return canvas.has_gesture or canvas.wire_walk.step(_WALK[event.text()])
    if event.matches(QKeySequence.StandardKey.SelectAll):
        canvas.select([*canvas.graph_scene.nodes, *canvas.graph_scene.notes])
        return True
    if key in _SIDES and modifiers == _ALT | _SHIFT:
        return canvas.has_gesture or canvas.wire_walk.step(_SIDES[key])
    if key in _DIRECTIONS and modifiers in (_PLAIN, _SHIFT, _ALT):
        return _arrow(canvas, _DIRECTIONS[key], modifiers)
    if key == Qt.Key.Key_Delete and modifiers == _CTRL:
        return canvas.request_bridge()
    if key == Qt.Key.Key_W and modifiers in (_PLAIN, _SHIFT):
        return canvas.has_gesture or canvas.request_wire(from_output=modifiers == _PLAIN)
    if modifiers not in (_PLAIN, _SHIFT):
        return False
    action = _actions(canvas).get(key)
    return action() is not False if action is not None else False


def _actions(canvas: Canvas) -> dict[Qt.Key, Callable[[], object]]:
    return {
        Qt.Key.Key_Delete: canvas.request_delete,
        Qt.Key.Key_Backspace: canvas.request_delete,
        Qt.Key.Key_Escape: lambda: _escape(canvas),
        Qt.Key.Key_F: canvas.fit_selection,
        Qt.Key.Key_Home: canvas.fit_all,
        Qt.Key.Key_Plus: canvas.zoom_in,
        Qt.Key.Key_Equal: canvas.zoom_in,
        Qt.Key.Key_Minus: canvas.zoom_out,
        Qt.Key.Key_0: canvas.reset_zoom,
        Qt.Key.Key_M: lambda: canvas.minimap.switch(not canvas.minimap.on),
        Qt.Key.Key_Tab: canvas.request_add,
        Qt.Key.Key_A: lambda: _follow(canvas),
        Qt.Key.Key_N: canvas.add_note,
        Qt.Key.Key_Period: lambda: _fix(canvas),
        Qt.Key.Key_F2: canvas.in_place.edit_selected,
        Qt.Key.Key_Return: lambda: _activate(canvas),
        Qt.Key.Key_Enter: lambda: _activate(canvas),
    }


def _escape(canvas: Canvas) -> bool:
    """Cancel the gesture; without one clear the selection; else leave the key to others."""
    scene = canvas.graph_scene
    if canvas.cancel_gesture():
        canvas.voice.say("Given up")
        return True
    had_selection = bool(scene.chosen() or scene.selected_wires)
    scene.select([])
    if had_selection:
        canvas.voice.say(spoken.selection_text([], canvas.graph))
    return had_selection


def _on_single(canvas: Canvas, act: Callable[[str], object]) -> bool:
    selected = canvas.selected_nodes()
    if len(selected) == 1:
        act(selected[0])
    return len(selected) == 1


def _activate(canvas: Canvas) -> bool:
    """Enter opens the only selected node, and in the only selected note it begins to write."""
    if canvas.selected_notes():
        return not canvas.selected_nodes() and canvas.in_place.edit_selected()
    return _on_single(canvas, canvas.node_activated.emit)


def _fix(canvas: Canvas) -> bool:
    """Ask for the selected node's problem to be mended, if it can be."""
    views = [canvas.graph.nodes[node] for node in canvas.selected_nodes()]
    return any(view.fix for view in views) and _on_single(canvas, canvas.fix_requested.emit)


def _follow(canvas: Canvas) -> bool:
    """Ask for what follows the selected node, unless the mouse is busy with it."""
    return canvas.has_gesture or _on_single(canvas, canvas.follow_requested.emit)


def _arrow(canvas: Canvas, direction: QPointF, modifiers: Qt.KeyboardModifier) -> bool:
    """Nudge what is selected; with Alt, or with nothing selected, move the selection itself."""
    scene = canvas.graph_scene
    if canvas.gesture is not None:
        return True
    chosen = scene.chosen()
    if modifiers == _PLAIN and not chosen and len(scene.selected_wires) == 1:
        return _from_wire(canvas, direction)
    if modifiers == _ALT or not chosen:
        return _select_towards(canvas, direction)
    way = direction * GRID * (10 if modifiers == _SHIFT else 1)
    places = {item: scene.rect_of(item).topLeft() + way for item in chosen}
    canvas.nudged.emit({item: (at.x(), at.y()) for item, at in places.items()})
    return True


def _from_wire(canvas: Canvas, direction: QPointF) -> bool:
    """Go from the selected wire to the node at its end, or to the next wire of the node."""
    if direction.x():
        return canvas.wire_walk.to_end(source=direction.x() < 0)
    return canvas.wire_walk.step(1 if direction.y() > 0 else -1)


def _select_towards(canvas: Canvas, direction: QPointF) -> bool:
    """Select the nearest node or note in a direction, or the top-left one to begin with."""
    scene = canvas.graph_scene
    centers = {item: scene.rect_of(item).center() for item in (*scene.nodes, *scene.notes)}
    if not centers:
        return False
    if not scene.chosen():
        canvas.reveal(min(centers, key=lambda item: centers[item].x() + centers[item].y()))
        return True
    current = scene.chosen()[-1]
    best: tuple[float, str] | None = None
    for item, center in centers.items():
        way = center - centers[current]
        along = QPointF.dotProduct(way, direction)
        across = abs(way.x() * direction.y()) + abs(way.y() * direction.x())
        if along > 1:
            cost = along + 2 * across
            best = min(best or (cost, item), (cost, item))
    if best is not None:
        canvas.reveal(best[1])
    return True
