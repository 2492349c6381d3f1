"""The layout of one part of a design that hangs together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from core.design.layout.layering import layers_of, without_cycles
from core.design.layout.lines import straight_lines
from core.design.layout.network import Network, Tie, with_bends
from core.design.layout.ordering import put_in_order
from core.design.layout.placing import Placing

GRID = 8.0
LAYER_GAP = 80.0
_FRAME_GAP = 88.0
_BEND = 8.0


@dataclass(frozen=True)
class Gaps:
    """Distances across the flow, in pixels: between two nodes, and between a node and a wire."""

    nodes: float
    wire: float


@dataclass(frozen=True)
class Box:
    """A node as the layout sees it, in pixels.

    ``along`` and ``across`` are its extents in the direction of flow and across it, and ``line``
    is how far across, from its upper or left edge, the straight line runs on which it stands.
    ``present`` is where that line is now.
    """

    along: float
    across: float
    line: float
    present: float
    frame: str = ""


def laid_out(boxes: Sequence[Box], ties: list[Tie], gaps: Gaps) -> list[tuple[float, float]]:
    """Where each box begins along and across the flow; the least of both is 0."""
    forward = without_cycles(len(boxes), ties)
    network = with_bends(layers_of(len(boxes), forward), forward)
    put_in_order(network, [box.present for box in boxes])
    room = _Room(network, boxes, gaps)
    across = Placing(network, straight_lines(network), room).places()
    corners = [across[i] - box.line for i, box in enumerate(boxes)]
    first = min(corners)
    along = _layer_places(network, boxes)
    return [(along[network.layer[i]], corner - first) for i, corner in enumerate(corners)]


class _Room:
    """The least distance between the lines of neighbours in a layer, in whole steps of the grid."""

    def __init__(self, network: Network, boxes: Sequence[Box], gaps: Gaps) -> None:
        self._network, self._boxes, self._gaps = network, boxes, gaps

    def __call__(self, first: int, second: int) -> float:
        bends = self._network.is_bend(first), self._network.is_bend(second)
        after = _BEND if bends[0] else self._boxes[first].across - self._boxes[first].line
        before = 0.0 if bends[1] else self._boxes[second].line
        gap = (
            _BEND if all(bends) else self._gaps.wire if any(bends) else self._between(first, second)
        )
        return ceil((after + gap + before) / GRID) * GRID

    def _between(self, first: int, second: int) -> float:
        """Frames need room for their title, so nodes of two of them keep a greater distance."""
        same = self._boxes[first].frame == self._boxes[second].frame
        return self._gaps.nodes if same else max(self._gaps.nodes, _FRAME_GAP)


def _layer_places(network: Network, boxes: Sequence[Box]) -> list[float]:
    extents = [0.0] * len(network.rows)
    for box, layer in zip(boxes, network.layer, strict=False):
        extents[layer] = max(extents[layer], box.along)
    places = [0.0]
    for extent in extents:
        places.append(places[-1] + ceil((extent + LAYER_GAP) / GRID) * GRID)
    return places
