"""What the layout has to know of a design: its separate parts, and which port each wire ends at."""

from __future__ import annotations

from collections.abc import Collection

from core.design.document import Design
from core.design.layout.network import Tie
from core.design.ports import ports_of


def parts_of(design: Design, chosen: list[str]) -> list[tuple[list[str], list[Tie]]]:
    """The nodes of each part that hangs together, and its ties by the nodes' places in it."""
    ties = _ties(design, chosen)
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
