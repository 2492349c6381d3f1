"""Which way wires run through dots: to the right, or back to the left as to a new row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from widgets.canvas.dot_item import DotItem
from widgets.canvas.node_item import NodeItem
from widgets.canvas.wire_item import WireItem


def turn_dots(nodes: Iterable[NodeItem], wires_of: Mapping[str, Set[WireItem]]) -> set[WireItem]:
    """Turn the dots among `nodes` to where their wires go; the answer is the wires of the turned.

    A dot is passed through leftwards if all that feeds it is right of it, and all that it feeds
    left of it.
    """
    rerouted: set[WireItem] = set()
    for dot in nodes:
        if isinstance(dot, DotItem) and dot.turn(_backwards(dot, wires_of[dot.view.id])):
            rerouted |= wires_of[dot.view.id]
    return rerouted


def _backwards(dot: DotItem, wires: Set[WireItem]) -> bool:
    x = dot.scene_rect().center().x()
    feeding = [wire.ends()[0].x() > x for wire in wires if wire.target is dot]
    fed = [wire.ends()[1].x() < x for wire in wires if wire.source is dot]
    return bool(wires) and all(feeding) and all(fed)
