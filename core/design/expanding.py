"""Puts what a group holds in place of a node that uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from core.design import edits, marks
from core.design.document import Design, End, Exposed, Group, Node
from core.design.ports import (
    OWN_NAMES,
    GroupUse,
    entries,
    exits,
    group_of,
    nodes_as_set,
    use_of,
    weights_owner,
)
from core.errors import InputError

# About the width and height of a node with the gap behind it, in pixels.
_STEP, _ROW = 240.0, 120.0
# More blocks than this nobody wants to see written out.
MOST_BLOCKS = 2_000


def expand(design: Design, node: str) -> Design:
    """Put what a group holds in place of a node that uses it, with a frame around it.

    What is computed stays the same: repeats are written out, and have the values that the node
    sets. The group itself stays for its other uses. Raises InputError for a node that is muted or
    shares weights, and where too much would have to be written out.
    """
    use = design.nodes[node]
    group = group_of(design, use)
    if group is None:
        raise InputError(f"{use.name} is no group", "Select a group.")
    block, _ = use_of(design, group, use)
    _check(design, use, group, block)
    return _Expanding(design, use, group, block).result()


def _check(design: Design, use: Node, group: Group, block: GroupUse) -> None:
    """Raise InputError where single blocks cannot do what the use of a group does."""
    sharing = any(weights_owner(n) == use.id for n in design.nodes.values())
    shared = block.repeat > 1 and block.values()["shared_repeats"]
    if weights_owner(use) or shared or sharing:
        raise InputError(
            f"{use.name} shares weights, which single blocks cannot",
            "Give it weights of its own first, or enter the group to edit it.",
        )
    targets = [target for exposed in design.exposed for target in exposed.targets]
    own = [name for node, name in targets if node == use.id and name in OWN_NAMES]
    if own:
        raise InputError(
            f"The group around {use.name} exposes its {own[0]!r}", "Take that back first."
        )
    if use.muted:
        raise InputError(f"{use.name} is muted", "Unmute it first.")
    if block.repeat * len(group.nodes) > MOST_BLOCKS:
        raise InputError(
            f"{use.name} would be written out to more than {MOST_BLOCKS:,} blocks",
            "Repeat it less often first.",
        )


class _Expanding:
    """What a group holds, on its way into the place of a node that uses it.

    ``ids`` says for each copy what the inner nodes are called in the design.
    """

    def __init__(self, design: Design, use: Node, group: Group, block: GroupUse) -> None:
        self.design, self.use, self.group, self.block = design, use, group, block
        self.placed = edits.remove(design, [use.id])
        self.ports = {n.id for n in (*entries(group), *exits(group))}
        nodes = nodes_as_set(design, group, use)
        self.inner = {i: n for i, n in nodes.items() if i not in self.ports}
        self.ids: list[dict[str, str]] = []

    def result(self) -> Design:
        """The design with the inner nodes in place of the use."""
        places = [self.group.position(i) for i in self.inner]
        xs, ys = [x for x, _ in places] or [0.0], [y for _, y in places] or [0.0]
        x, y = self.design.position(self.use.id)
        width = max(xs) - min(xs) + _STEP
        self._make_room((x, y), (width * self.block.repeat, max(ys) - min(ys)))
        shift = x - min(xs), y - (min(ys) + max(ys)) / 2
        fresh = self._fresh_ids()
        for number in range(self.block.repeat):
            self.ids.append({key: next(fresh) for key in self.inner})
            self._place(self.ids[-1], (shift[0] + number * width, shift[1]))
        for note in self.group.notes.values():
            left, top, *size = note.rect
            rect = (left + shift[0], top + shift[1], size[0], size[1])
            self.placed = marks.add_note(self.placed, note.text, rect, note.color)
        self._wire()
        every = [i for ids in self.ids for i in ids.values()]
        framed = marks.frame(self.placed, every, self.use.name)
        return replace(framed, exposed=self._exposed())

    def _fresh_ids(self) -> Iterator[str]:
        number = len(self.placed.nodes)
        while True:
            number += 1
            if f"n{number}" not in self.design.nodes:
                yield f"n{number}"

    def _make_room(self, place: edits.Point, size: edits.Point) -> None:
        """Push what stands right of the use, in its rows, further to the right."""
        moved = {}
        for key in self.placed.nodes:
            left, top = self.placed.position(key)
            if left > place[0] and abs(top - place[1]) < size[1] / 2 + _ROW:
                moved[key] = (left + max(0.0, size[0] - _STEP), top)
        self.placed = edits.move(self.placed, moved)

    def _place(self, ids: Mapping[str, str], shift: edits.Point) -> None:
        """Add one copy of the inner nodes."""
        fresh: dict[str, Node] = {}
        names: set[str] = set()
        for key, node in self.inner.items():
            name = self.placed.free_name(node.name, frozenset(names))
            names.add(name)
            owner = weights_owner(node)
            shared = {"weights_of": ids.get(owner, "")} if owner else {}
            params = {**node.params, **shared}
            fresh[ids[key]] = replace(node, id=ids[key], name=name, params=params)
        self.placed = replace(self.placed, nodes={**self.placed.nodes, **fresh})
        places = {key: self.group.position(key) for key in self.inner}
        moved = {ids[i]: (x + shift[0], y + shift[1]) for i, (x, y) in places.items()}
        self.placed = edits.move(self.placed, moved)

    def _wire(self) -> None:
        wires = dict(self.placed.wires)
        last: dict[str, End | None] = {}
        ins, outs = self.block.entries, self.block.outputs
        for number, ids in enumerate(self.ids):
            given = {p.name: self._outside(End(self.use.id, p.name)) for p in ins}
            if number and ins and outs:
                given[ins[0].name] = last[outs[0]]
            for target, source in self.group.wires.items():
                start = self._start(source, ids, given)
                if target.node in ids and start is not None:
                    wires[End(ids[target.node], target.port)] = start
            last = {
                name: self._start(self.group.wires.get(End(name, "input")), ids, given)
                for name in outs
            }
        for target, source in self.design.wires.items():
            start = last.get(source.port)
            if source.node == self.use.id and target.node != self.use.id and start is not None:
                wires[target] = start
        self.placed = replace(self.placed, wires=wires)

    def _outside(self, entry: End) -> End | None:
        """What feeds an input of the use; what it feeds itself by is not written out."""
        source = self.design.wires.get(entry)
        return None if source is None or source.node == self.use.id else source

    def _start(
        self, source: End | None, ids: Mapping[str, str], given: Mapping[str, End | None]
    ) -> End | None:
        """The placed output that an inner one is, looking through the group's ports."""
        seen = set()
        while source is not None and source.node not in ids:
            if source.node in given:
                return given[source.node]
            if source in seen:
                return None
            seen.add(source)
            source = self.group.wires.get(End(source.node, "input"))
        return End(ids[source.node], source.port) if source is not None else None

    def _exposed(self) -> tuple[Exposed, ...]:
        """What the level exposes, with the placed nodes in place of what the use exposed."""
        inner = {e.name: e.targets for e in self.group.exposed}

        def targets(node: str, name: str) -> list[tuple[str, str]]:
            if node != self.use.id:
                return [(node, name)]
            found = inner.get(name, ())
            return [(ids[i], param) for ids in self.ids for i, param in found if i in ids]

        return tuple(
            replace(e, targets=tuple(made for target in e.targets for made in targets(*target)))
            for e in self.design.exposed
        )
