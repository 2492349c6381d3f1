"""The wire into which a dragged node would be inserted if it were dropped now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from widgets.canvas.graph import End
from widgets.canvas.hits import OVERVIEW_ZOOM
from widgets.canvas.scene import WireKey
from widgets.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


class Insertion:
    """Finds and highlights the wire behind a dragged node that has no wires of its own."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._wire: WireKey | None = None

    def look(self, dragged: Sequence[str]) -> None:
        """Highlight the wire under the one dragged node, where the canvas' owner allows it."""
        wire = self._wire_under(dragged[0]) if len(dragged) == 1 else None
        self._mark(wire)

    def take(self) -> End | None:
        """The input end of the wire that was found, which is highlighted no longer."""
        found = self._wire
        self._mark(None)
        return found[1] if found is not None else None

    def _wire_under(self, node: str) -> WireKey | None:
        """The wire nearest to the node's centre, among those that pass through its middle half."""
        canvas, scene = self._canvas, self._canvas.graph_scene
        if scene.wires_of[node] or canvas.zoom < OVERVIEW_ZOOM:
            return None
        rect = scene.nodes[node].scene_rect()
        mode = Qt.ItemSelectionMode.IntersectsItemBoundingRect
        near = [
            (item.distance_to(rect.center()), (item.view.source, item.view.target))
            for item in scene.items(rect, mode)
            if isinstance(item, WireItem) and item.isVisible()
        ]
        for distance, wire in sorted(near, key=lambda pair: pair[0]):
            if distance <= rect.height() / 4 and canvas.may_insert(node, wire[1]):
                return wire
        return None

    def _mark(self, wire: WireKey | None) -> None:
        wires = self._canvas.graph_scene.wires
        if self._wire is not None and self._wire != wire and self._wire in wires:
            wires[self._wire].set_hovered(False)
        if wire is not None:
            wires[wire].set_hovered(True)
        self._wire = wire
