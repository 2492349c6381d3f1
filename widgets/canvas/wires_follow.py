"""Which wires are drawn anew after nodes have moved."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from widgets.canvas.obstacles import Bounds, Obstacles
from widgets.canvas.wire_item import WireItem

# Beyond these numbers a search for ways round would be felt.
_CLOSELY = 40
_CHANGES = 64


def follow(
    wires: Collection[WireItem], all_wires: Iterable[WireItem], obstacles: Obstacles
) -> None:
    """Let the wires of changed nodes follow them, and others make room for those nodes."""
    changes = obstacles.take_changes()
    if len(changes) > _CHANGES:
        near = list(all_wires)
    else:
        near = [w for w in all_wires if _touches(w.bounds, changes)] if changes else []
    for wire in {*wires, *near}:
        wire.reroute(anew=True)


def follow_closely(wires: Collection[WireItem]) -> None:
    """Let the wires of moving nodes follow them; many of them do so without a search."""
    direct = len(wires) > _CLOSELY
    for wire in wires:
        wire.reroute(direct=direct)


def _touches(bounds: Bounds, changes: list[Bounds]) -> bool:
    left, top, right, bottom = bounds
    for change in changes:
        if change[0] < right and change[2] > left and change[1] < bottom and change[3] > top:
            return True
    return False
