"""Automatic layout: nodes in layers along the flow, by the method of Sugiyama.

`arranged` is all that others need. A file here is one step: layering, the order within layers, the
straight lines through the layers, their places, and the packing of parts that do not touch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Literal

from core.design.document import Design, ports_of
from core.design.layout.network import Tie
from core.design.layout.packing import packed
from core.design.layout.part import GRID, Box, Gaps, laid_out

Flow = Literal["right", "down"]
Point = tuple[float, float]
Places = dict[str, Point]

_PART_GAP = 64.0
# Wires leave to the right and arrive from the left, so columns need more room between them.
_GAPS: Mapping[Flow, Gaps] = {"right": Gaps(32.0, 24.0), "down": Gaps(72.0, 40.0)}
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
        self._chosen, self._sizes, self._direction = chosen, sizes, direction
        self._groups = {node: g.id for g in design.groups.values() for node in g.nodes}
        self._parts = _parts(chosen, _ties(design, chosen))

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
        group = self._groups.get(node, "")
        if self._direction == "right":
            # Cards stand in a line by their headers, where most of their wires end.
            return Box(width, height, 0.0, present[node][1], group)
        return Box(height, width, width / 2, present[node][0] + width / 2, group)

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


def _ties(design: Design, chosen: Collection[str]) -> list[tuple[str, str, float, float]]:
    """The wires among some nodes, with the places of their ports."""
    there = set(chosen)
    places: dict[str, tuple[dict[str, float], dict[str, float]]] = {}
    for node in chosen:
        inputs, outputs = ports_of(design, design.nodes[node])
        places[node] = (_shares([p.name for p in inputs]), _shares(list(outputs)))
    return [
        (s.node, t.node, places[s.node][1].get(s.port, 0.5), places[t.node][0].get(t.port, 0.5))
        for t, s in design.wires.items()
        if s.node in there and t.node in there
    ]


def _shares(names: list[str]) -> dict[str, float]:
    return {name: (index + 0.5) / len(names) for index, name in enumerate(names)}


def _parts(
    chosen: list[str], ties: list[tuple[str, str, float, float]]
) -> list[tuple[list[str], list[Tie]]]:
    """The nodes and ties of each part that hangs together."""
    beside: dict[str, list[str]] = {node: [] for node in chosen}
    for source, target, _, _ in ties:
        beside[source].append(target)
        beside[target].append(source)
    part: dict[str, int] = {}
    ids: list[list[str]] = []
    for node in chosen:
        open_ = [node] if node not in part else []
        if open_:
            ids.append([])
            part[node] = len(ids) - 1
        for at in open_:
            for other in beside[at]:
                if other not in part:
                    part[other] = part[at]
                    open_.append(other)
    number: dict[str, int] = {}
    for node in chosen:
        number[node] = len(ids[part[node]])
        ids[part[node]].append(node)
    made: list[list[Tie]] = [[] for _ in ids]
    for source, target, out, into in ties:
        made[part[source]].append(Tie(number[source], number[target], out, into))
    return list(zip(ids, made, strict=True))
