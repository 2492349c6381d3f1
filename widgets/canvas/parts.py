"""The scene's nodes and wires as lists that a painter takes, for pictures of the whole graph."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from functools import cached_property

from PySide6.QtCore import QLineF, QPointF, QRectF

from widgets.canvas.graph import Badge
from widgets.canvas.node_item import NodeItem
from widgets.canvas.wire_item import WireItem


class Layer:
    """Some nodes and wires, and where they stand; worked out when first asked for."""

    def __init__(self, nodes: Iterable[NodeItem], wires: Iterable[WireItem]) -> None:
        self._nodes, self._wires = list(nodes), [wire for wire in wires if not wire.hidden]

    @cached_property
    def lines(self) -> list[QLineF]:
        """Each wire as one straight line."""
        return [wire.line for wire in self._wires]

    @cached_property
    def pieces(self) -> list[QLineF]:
        """The straight lines that stand for the wires' ways."""
        return [piece for wire in self._wires for piece in wire.pieces]

    @cached_property
    def cards(self) -> Mapping[str, list[QRectF]]:
        """The nodes' rectangles by their `color_key`."""
        found: dict[str, list[QRectF]] = {}
        for node in self._nodes:
            found.setdefault(node.view.color_key, []).append(node.scene_rect())
        return found

    @cached_property
    def centers(self) -> Mapping[str, list[QPointF]]:
        """The middles of the nodes by their `color_key`."""
        found: dict[str, list[QPointF]] = {}
        for node in self._nodes:
            found.setdefault(node.view.color_key, []).append(node.scene_center())
        return found

    @cached_property
    def badges(self) -> list[tuple[Badge, QRectF]]:
        """Which badge stands where."""
        return [
            (node.view.badge, node.layout.badge.translated(node.pos()))
            for node in self._nodes
            if node.view.badge
        ]


class Parts:
    """Two layers that make up the picture: what stands still, and what moves, as in a drag.

    Without them, moving over a large graph would ask each node and wire at every frame.
    """

    def __init__(self, nodes: Collection[NodeItem], wires: Collection[WireItem]) -> None:
        self._nodes, self._wires = nodes, wires
        self._moving: tuple[set[NodeItem], set[WireItem]] = (set(), set())
        self._layers: tuple[Layer | None, Layer | None] = (None, None)

    def all_changed(self) -> None:
        """Anything may stand elsewhere."""
        self._moving, self._layers = (set(), set()), (None, None)

    def moved(self, nodes: Set[NodeItem], wires: Set[WireItem]) -> None:
        """Only these stand elsewhere, and may again soon."""
        known_nodes, known_wires = self._moving
        still = self._layers[0] if nodes <= known_nodes and wires <= known_wires else None
        self._moving, self._layers = (known_nodes | nodes, known_wires | wires), (still, None)

    def layers(self) -> tuple[Layer, Layer]:
        """The lower and the upper layer as they are now."""
        nodes, wires = self._moving
        still, moving = self._layers
        if still is None:
            still = Layer(
                (node for node in self._nodes if node not in nodes),
                (wire for wire in self._wires if wire not in wires),
            )
        moving = moving or Layer(nodes, wires)
        self._layers = (still, moving)
        return still, moving
