"""Walking by keyboard along the wires of a node, one selected after another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.canvas import spoken
from widgets.canvas.scene import WireKey

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_MARGIN = 40


class WireWalk:
    """Selects the next wire of the node that was selected when the walk began."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._node = ""

    def step(self, by: int) -> bool:
        """Select the wire `by` places on, counted round; False where no node's wires are walked.

        Wires into the node come first, each side from its upper port to its lower one.
        """
        scene = self._canvas.graph_scene
        nodes, selected = self._canvas.selected_nodes(), list(scene.selected_wires)
        if len(nodes) == 1:
            self._node = nodes[0]
        elif nodes or len(selected) != 1:
            return False
        elif self._node not in (end.node for end in selected[0]):
            self._node = selected[0][0].node
        wires = self._wires()
        if not wires:
            return False
        before = (-1 if by > 0 else 0) if nodes else wires.index(selected[0])
        wire = wires[(before + by) % len(wires)]
        scene.select([], [wire])
        self._canvas.ensureVisible(scene.wires[wire].boundingRect(), _MARGIN, _MARGIN)
        at = f"{wires.index(wire) + 1} of {len(wires)}"
        text = spoken.wire_text(scene.wires[wire].view, scene.graph.nodes)
        self._canvas.voice.say(f"{text}, {at}", urgent=True)
        return True

    def to_end(self, source: bool) -> bool:
        """Select the node at an end of the selected wire; False where none is selected alone."""
        scene = self._canvas.graph_scene
        if scene.selected or len(scene.selected_wires) != 1:
            return False
        ((start, end),) = scene.selected_wires
        self._canvas.reveal(start.node if source else end.node)
        return True

    def _wires(self) -> list[WireKey]:
        items = self._canvas.graph_scene.wires_of.get(self._node, ())

        def place(key: WireKey) -> tuple[bool, float, float, float]:
            out = key[0].node == self._node
            line = self._canvas.graph_scene.wires[key].line
            near, far = (line.p1(), line.p2()) if out else (line.p2(), line.p1())
            return out, near.y(), far.y(), far.x()

        return sorted(((item.view.source, item.view.target) for item in items), key=place)
