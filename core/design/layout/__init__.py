"""Automatic layout: nodes in layers along the flow, by the method of Sugiyama.

`arranged` is all that others need. A file here is one step: layering, the order within layers, the
straight lines through the layers, their places, and the packing of parts that do not touch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Literal

from core.design.document import Design
from core.design.layout.packing import packed
from core.design.layout.part import GRID, Box, Gaps, laid_out
from core.design.layout.wiring import parts_of

Flow = Literal["right", "down"]
Point = tuple[float, float]
Places = dict[str, Point]

_PART_GAP = 64.0
# Wires leave to the right and arrive from the left, so columns need more room between them.
_GAPS: Mapping[Flow, Gaps] = {"right": Gaps(32.0, 24.0), "down": Gaps(72.0, 40.0)}
# How far below a card's upper edge most of its wires end; those of smaller nodes in the middle.
_PORT = 24.0
_ROUNDS = 24


def arranged(
    design: Design,
    sizes: Mapping[str, Point],
    nodes: Collection[str] | None = None,
    direction: Flow = "right",
) -> Places:
    """The upper left corner of each node, in pixels, after arranging all of them, or only some.

    ``sizes`` holds width and height in pixels; a node without one raises KeyError. Nodes start
    from their present order, and a design that was arranged this way stays as it is. Nodes of a
    selection keep their upper left corner, to the next point of the grid; all nodes together stay
    where most of them stood, or keep their upper left corner where none did.
    """
    chosen = [i for i in design.nodes if nodes is None or i in nodes]
    if not chosen:
        return {}
    job = _Job(design, sizes, chosen, direction)
    places = {i: design.position(i) for i in chosen}
    seen: list[Places] = []
    # What a layout starts from decides between equals, so it is repeated until it repeats itself.
    for _ in range(_ROUNDS):
        places = job.placed(places, anywhere=nodes is None)
        if places in seen:
            circle = seen[seen.index(places) :]
            return min(circle, key=lambda p: sorted(p.items()))
        seen.append(places)
    return places


class _Job:
    """One layout of some nodes; everything that does not depend on where they stand."""

    def __init__(
        self, design: Design, sizes: Mapping[str, Point], chosen: list[str], direction: Flow
    ) -> None:
        self._sizes, self._direction = sizes, direction
        self._frames = {node: f.id for f in design.frames.values() for node in f.nodes}
        self._parts = parts_of(design, chosen)

    def placed(self, present: Places, anywhere: bool) -> Places:
        """The layout that follows from where the nodes stand."""
        parts = sorted(self._parts, key=lambda part: self._corner(part[0], present)[::-1])
        gaps = _GAPS[self._direction]
        corners = [
            laid_out([self._box(i, present) for i in ids], ties, gaps) for ids, ties in parts
        ]
        extents = [self._extents(ids, at) for (ids, _), at in zip(parts, corners, strict=True)]
        made: Places = {}
        for (ids, _), at, start in zip(parts, corners, packed(extents, _PART_GAP), strict=True):
            for node, (along, across) in zip(ids, at, strict=True):
                made[node] = self._turned((along + start[0], across + start[1]))
        return self._shifted(made, present, anywhere)

    def _box(self, node: str, present: Places) -> Box:
        width, height = self._sizes[node]
        frame = self._frames.get(node, "")
        if self._direction == "right":
            line = min(_PORT, height / 2)
            return Box(width, height, line, present[node][1] + line, frame)
        return Box(height, width, width / 2, present[node][0] + width / 2, frame)

    def _extents(self, ids: list[str], corners: list[Point]) -> Point:
        ends = [self._turned(self._sizes[i]) for i in ids]
        return (
            max(at[0] + end[0] for at, end in zip(corners, ends, strict=True)),
            max(at[1] + end[1] for at, end in zip(corners, ends, strict=True)),
        )

    def _turned(self, point: Point) -> Point:
        """From along and across to x and y, or back."""
        return point if self._direction == "right" else (point[1], point[0])

    def _corner(self, ids: Collection[str], places: Places) -> Point:
        """The least place along and across the flow."""
        turned = [self._turned(places[i]) for i in ids]
        return min(along for along, _ in turned), min(across for _, across in turned)

    def _shifted(self, made: Places, present: Places, anywhere: bool) -> Places:
        """The layout moved to where it belongs."""
        ways = Counter((present[i][0] - x, present[i][1] - y) for i, (x, y) in made.items())
        (dx, dy), count = ways.most_common(1)[0]
        if not anywhere or count * 4 < len(made):
            dx = min(present[i][0] for i in made) - min(x for x, _ in made.values())
            dy = min(present[i][1] for i in made) - min(y for _, y in made.values())
        dx, dy = round(dx / GRID) * GRID, round(dy / GRID) * GRID
        return {i: (x + dx, y + dy) for i, (x, y) in made.items()}
