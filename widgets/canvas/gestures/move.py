"""Selecting nodes and notes by click and moving the selected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.gestures.insertion import Insertion
from widgets.canvas.grid import GRID

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class MoveNodes(Gesture):
    """Moves the selected nodes and notes on the screen and reports their places once, on release.

    A press selects; with Ctrl or Shift it toggles. Ctrl during the drag aligns the pressed node
    with the grid. A node without wires that is dropped on a wire asks to be inserted there.
    """

    def __init__(self, canvas: Canvas, start: Pointer, pressed: list[str]) -> None:
        super().__init__(canvas, start)
        self._pressed = pressed
        self._offset = (0.0, 0.0)
        scene = canvas.graph_scene
        selected = set(scene.chosen())
        if start.extends:
            wanted = [*scene.chosen(), *pressed]
            if selected.issuperset(pressed):
                wanted = [item for item in scene.chosen() if item not in pressed]
            scene.select(wanted, scene.selected_wires)
        elif not selected.issuperset(pressed):
            scene.select(pressed)
        self._origins: dict[str, tuple[float, float]] = {}
        self._insertion = Insertion(canvas)

    def begin_drag(self) -> None:
        """Remember where the nodes and notes stood."""
        scene = self.canvas.graph_scene
        for item in dict.fromkeys([*scene.chosen(), *self._pressed]):
            corner = scene.rect_of(item).topLeft()
            self._origins[item] = (corner.x(), corner.y())

    def drag(self, pointer: Pointer) -> None:
        """Show what is moved at the pointer."""
        way = pointer.scene - self.start.scene
        dx, dy = way.x(), way.y()
        if pointer.modifiers & Qt.KeyboardModifier.ControlModifier and self._pressed:
            x, y = self._origins[self._pressed[0]]
            dx, dy = round((x + dx) / GRID) * GRID - x, round((y + dy) / GRID) * GRID - y
        self._offset = (dx, dy)
        self.canvas.preview(self._targets())
        self._insertion.look(list(self._origins))

    def drop(self, pointer: Pointer) -> None:
        """Report the new places, or the wire that the node was dropped on."""
        wire, targets = self._insertion.take(), self._targets()
        if wire is not None:
            ((node, (x, y)),) = targets.items()
            self.canvas.insert_requested.emit(node, x, y, wire)
        elif self._offset != (0.0, 0.0) and targets:
            self.canvas.moved.emit(targets)

    def click(self, pointer: Pointer) -> None:
        """A plain click on one of several selected things selects it alone."""
        if not pointer.extends:
            self.canvas.graph_scene.select(self._pressed)

    def cancel(self) -> None:
        """Put everything back."""
        self._insertion.take()
        self.canvas.preview(self._origins)

    def refresh(self) -> None:
        """Forget what is gone and hold the rest at the pointer."""
        scene = self.canvas.graph_scene
        there = scene.nodes.keys() | scene.notes.keys()
        self._pressed = [item for item in self._pressed if item in there]
        self._origins = {item: at for item, at in self._origins.items() if item in there}
        self.canvas.preview(self._targets())
        self._insertion.look(list(self._origins))

    def _targets(self) -> dict[str, tuple[float, float]]:
        dx, dy = self._offset
        return {node: (x + dx, y + dy) for node, (x, y) in self._origins.items()}
