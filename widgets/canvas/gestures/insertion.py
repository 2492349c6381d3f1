"""The wire into which something dragged would be inserted if it were dropped now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from widgets.canvas.graph import End
from widgets.canvas.hits import OVERVIEW_ZOOM
from widgets.canvas.scene import WireKey
from widgets.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_LEAST_REACH = 8.0
_KIND_REACH = 16.0


class Insertion:
    """Finds and highlights the wire behind what is dragged, where the canvas' owner allows it."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._wire: WireKey | None = None

    def look(self, dragged: Sequence[str]) -> None:
        """Highlight the wire under the one dragged node, if that has no wires of its own."""
        scene = self._canvas.graph_scene
        wire = None
        alone = len(dragged) == 1 and dragged[0] in scene.nodes
        if alone and not scene.wires_of[dragged[0]]:
            node = dragged[0]
            rect = scene.nodes[node].scene_rect()
            reach = max(_LEAST_REACH, rect.height() / 4)
            allowed = self._canvas.may_insert
            wire = self._wire_near(rect.center(), reach, lambda end: allowed(node, end))
        self._mark(wire)

    def look_for_kind(self, kind: str, point: QPointF) -> None:
        """Highlight the wire near a scene point that a new node of this kind may go into."""
        allowed, reach = self._canvas.may_insert_kind, _KIND_REACH / self._canvas.zoom
        self._mark(self._wire_near(point, reach, lambda end: allowed(kind, end)))

    def take(self) -> End | None:
        """The input end of the wire that was found, which is highlighted no longer."""
        found = self._wire
        self._mark(None)
        return found[1] if found is not None else None

    def _wire_near(
        self, point: QPointF, reach: float, allowed: Callable[[End], bool]
    ) -> WireKey | None:
        """The nearest wire within reach of a point into which the insertion is allowed."""
        if self._canvas.zoom < OVERVIEW_ZOOM:
            return None
        area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        mode = Qt.ItemSelectionMode.IntersectsItemBoundingRect
        near = [
            (item.distance_to(point), (item.view.source, item.view.target))
            for item in self._canvas.graph_scene.items(area, mode)
            if isinstance(item, WireItem) and not item.hidden
        ]
        for distance, wire in sorted(near, key=lambda pair: pair[0]):
            if distance <= reach and allowed(wire[1]):
                return wire
        return None

    def _mark(self, wire: WireKey | None) -> None:
        wires = self._canvas.graph_scene.wires
        if self._wire is not None and self._wire != wire and self._wire in wires:
            wires[self._wire].set_hovered(False)
        if wire is not None:
            wires[wire].set_hovered(True)
        self._wire = wire
