"""Which wires are drawn anew after nodes have moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from widgets.canvas.obstacles import Bounds, Obstacles, bounds_of
from widgets.canvas.wire_item import WireItem

# Beyond these numbers a search for ways round would be felt.
_CLOSELY = 40
_CHANGES = 64


def follow(
    wires: Collection[WireItem], all_wires: Iterable[WireItem], obstacles: Obstacles
) -> None:
    """Let the wires of changed nodes follow them, and others make room for those nodes."""
    changes = obstacles.take_changes()
    for wire in all_wires:
        if wire in wires or len(changes) > _CHANGES or _is_near(wire, changes):
            wire.reroute(anew=True)


def follow_closely(wires: Collection[WireItem]) -> None:
    """Let the wires of moving nodes follow them; many of them do so without a search."""
    direct = len(wires) > _CLOSELY
    for wire in wires:
        wire.reroute(direct=direct)


def _is_near(wire: WireItem, changes: list[Bounds]) -> bool:
    """Whether a changed place lies where the wire runs or could run straight."""
    left, top, right, bottom = bounds_of(wire.boundingRect())
    return any(b[0] < right and b[2] > left and b[1] < bottom and b[3] > top for b in changes)
