"""Puts what a group holds in place of a node that uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.design import edits, marks
from core.design.document import Design, End, Group, Node
from core.design.ports import entries, exits, group_of, nodes_as_set, use_of
from core.errors import InputError

# About the width and height of a node with the gap behind it, in pixels.
_STEP, _ROW = 240.0, 120.0


def expand(design: Design, node: str) -> Design:
    """Put what a group holds in place of a node that uses it, with a frame around it.

    What is computed stays the same: repeats are written out. The group itself stays for its other
    uses. Raises InputError for a node that shares weights.
    """
    use = design.nodes[node]
    group = group_of(design, use)
    if group is None:
        raise InputError(f"{use.name} is no group", "Select a group.")
    sharing = [n for n in design.nodes.values() if n.params.get("weights_of") == node]
    shared = use.params.get("weights_of") or use.params.get("shared_repeats") is True
    if shared or sharing:
        raise InputError(
            f"{use.name} shares weights, which single blocks cannot",
            "Give it weights of its own first, or enter the group to edit it.",
        )
    return _Expanding(design, use, group).result()


class _Expanding:
    """What a group holds, on its way into the place of a node that uses it."""

    def __init__(self, design: Design, use: Node, group: Group) -> None:
        self.design, self.use, self.group = design, use, group
        self.placed = edits.remove(design, [use.id])
        self.ids: list[dict[str, str]] = []

    def result(self) -> Design:
        """The design with the inner nodes in place of the use."""
        nodes = nodes_as_set(self.design, self.group, self.use)
        repeat = use_of(self.design, self.group, self.use)[0].repeat
        places = [self.group.position(i) for i in self._inner()]
        xs, ys = [x for x, _ in places] or [0.0], [y for _, y in places] or [0.0]
        x, y = self.design.position(self.use.id)
        width = max(xs) - min(xs) + _STEP
        self._make_room((x, y), (width * repeat, max(ys) - min(ys)))
        for number in range(repeat):
            self._place(nodes, (x - min(xs) + number * width, y - (min(ys) + max(ys)) / 2))
        self._wire()
        every = [i for ids in self.ids for i in ids.values()]
        return marks.frame(self.placed, every, self.use.name)

    def _inner(self) -> list[str]:
        ports = {n.id for n in (*entries(self.group), *exits(self.group))}
        return [i for i in self.group.nodes if i not in ports]

    def _make_room(self, place: edits.Point, size: edits.Point) -> None:
        """Push what stands right of the use, in its rows, further to the right."""
        moved = {}
        for key in self.placed.nodes:
            left, top = self.placed.position(key)
            if left > place[0] and abs(top - place[1]) < size[1] / 2 + _ROW:
                moved[key] = (left + max(0.0, size[0] - _STEP), top)
        self.placed = edits.move(self.placed, moved)

    def _place(self, nodes: Mapping[str, Node], shift: edits.Point) -> None:
        ids = {}
        for key in self._inner():
            name = self.placed.free_name(nodes[key].name)
            fresh = replace(nodes[key], id=self.placed.free_id(), name=name)
            x, y = self.group.position(key)
            self.placed = edits.add_node(self.placed, fresh, (x + shift[0], y + shift[1]))
            ids[key] = fresh.id
        self.ids.append(ids)

    def _wire(self) -> None:
        wires = dict(self.placed.wires)
        last: dict[str, End | None] = {}
        ins, outs = entries(self.group), exits(self.group)
        for number, ids in enumerate(self.ids):
            given = {n.id: self.design.wires.get(End(self.use.id, n.id)) for n in ins}
            if number and ins and outs:
                given[ins[0].id] = last[outs[0].id]
            for target, source in self.group.wires.items():
                start = self._start(source, ids, given)
                if target.node in ids and start is not None:
                    wires[End(ids[target.node], target.port)] = start
            last = {
                n.id: self._start(self.group.wires.get(End(n.id, "input")), ids, given)
                for n in outs
            }
        for target, source in self.design.wires.items():
            start = last.get(source.port)
            if source.node == self.use.id and target.node != self.use.id and start is not None:
                wires[target] = start
        self.placed = replace(self.placed, wires=wires)

    def _start(
        self, source: End | None, ids: Mapping[str, str], given: Mapping[str, End | None]
    ) -> End | None:
        seen = set()
        while source is not None and source.node not in ids:
            if source.node in given:
                return given[source.node]
            if source in seen:
                return None
            seen.add(source)
            source = self.group.wires.get(End(source.node, "input"))
        return End(ids[source.node], source.port) if source is not None else None
