"""Selecting nodes by click and moving the selected ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.gestures.insertion import Insertion
from widgets.canvas.grid import GRID

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class MoveNodes(Gesture):
    """Moves the selected nodes on the screen and reports their new places once, on release.

    A press selects; with Ctrl or Shift it toggles. Ctrl during the drag aligns the pressed node
    with the grid. A node without wires that is dropped on a wire asks to be inserted there.
    """

    def __init__(self, canvas: Canvas, start: Pointer, pressed: list[str]) -> None:
        super().__init__(canvas, start)
        self._pressed = pressed
        self._offset = (0.0, 0.0)
        scene = canvas.graph_scene
        selected = set(scene.selected)
        if start.extends:
            wanted = [*scene.selected, *pressed]
            if selected.issuperset(pressed):
                wanted = [node for node in scene.selected if node not in pressed]
            scene.select(wanted, scene.selected_wires)
        elif not selected.issuperset(pressed):
            scene.select(pressed)
        self._origins: dict[str, tuple[float, float]] = {}
        self._insertion = Insertion(canvas)

    def begin_drag(self) -> None:
        """Remember where the nodes stood."""
        scene = self.canvas.graph_scene
        for node in dict.fromkeys([*scene.selected, *self._pressed]):
            position = scene.nodes[node].pos()
            self._origins[node] = (position.x(), position.y())

    def drag(self, pointer: Pointer) -> None:
        """Show the nodes at the pointer."""
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
        """A plain click on one of several selected nodes selects it alone."""
        if not pointer.extends:
            self.canvas.graph_scene.select(self._pressed)

    def cancel(self) -> None:
        """Put the nodes back."""
        self._insertion.take()
        self.canvas.preview(self._origins)

    def refresh(self) -> None:
        """Forget nodes that are gone and hold the others at the pointer."""
        nodes = self.canvas.graph_scene.nodes
        self._pressed = [node for node in self._pressed if node in nodes]
        self._origins = {node: at for node, at in self._origins.items() if node in nodes}
        self.canvas.preview(self._targets())
        self._insertion.look(list(self._origins))

    def _targets(self) -> dict[str, tuple[float, float]]:
        dx, dy = self._offset
        return {node: (x + dx, y + dy) for node, (x, y) in self._origins.items()}
