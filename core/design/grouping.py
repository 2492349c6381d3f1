"""Turns nodes of a design into a group that is used in their place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from core.blocks.group_ports import GroupInput, GroupOutput
from core.design import edits
from core.design.document import Design, End, Exposed, Group, Node
from core.design.exposing import with_group
from core.design.fragment import free_group_id, free_title
from core.design.group_edits import use_group
from core.design.order import ancestors, descendants
from core.design.ports import block_of, ports_of, weights_owner
from core.errors import InputError

# How far a group's ports stand from its other nodes and from each other, in pixels.
_APART = 240.0
_ROW = 88.0
PORTS = (GroupInput.kind, GroupOutput.kind)


def make_group(design: Design, nodes: Collection[str], name: str = "") -> tuple[Design, str]:
    """Turn nodes into a group that is used in their place, and the id of the node that uses it.

    Its inputs are the outputs outside that feed the nodes, and their inputs that need a wire and
    have none; its outputs are what goes out, and what goes nowhere. Inside of a group its ports are
    left where they are. Raises InputError where nothing is chosen, where a node outside lies
    between chosen ones, and where weights would be shared across the group's border.
    """
    wanted = set(nodes)
    chosen = {i: n for i, n in design.nodes.items() if i in wanted and n.block not in PORTS}
    if not chosen:
        raise InputError("No node is selected", "Select the nodes that shall become a group.")
    _check(design, chosen)
    made = _Making(design, chosen)
    group = Group(
        id=free_group_id(design),
        name=name or free_title(design, "Group"),
        nodes={**made.entries, **chosen, **made.exits},
        wires=made.inner,
        frames={i: f for i, f in design.frames.items() if chosen.keys() >= set(f.nodes)},
        view={"positions": made.positions()},
        exposed=tuple(e for e in (_within(e, chosen) for e in design.exposed) if e.targets),
    )
    left = with_group(edits.remove(design, chosen), group)
    left, use = use_group(left, group.id, _middle(design, chosen))
    outer = {
        End(use, t.port) if t.node == "" else t: End(use, s.port) if s.node == "" else s
        for t, s in made.outer.items()
    }
    exposed = tuple(_through(e, chosen, use) for e in design.exposed)
    return replace(left, wires={**left.wires, **outer}, exposed=exposed), use


def _check(design: Design, chosen: Mapping[str, Node]) -> None:
    above = ancestors(chosen, design.sources)
    below = descendants(chosen, design.wires)
    between = [i for i in design.nodes if i in above and i in below and i not in chosen]
    if between:
        names = ", ".join(design.nodes[i].name for i in between)
        raise InputError(
            f"The selection feeds {names}, which feeds the selection again",
            f"Select {names} too.",
        )
    for key, node in design.nodes.items():
        owner = weights_owner(node)
        if owner in design.nodes and (key in chosen) != (owner in chosen):
            other = design.nodes[owner].name
            raise InputError(
                f"{node.name} uses the weights of {other}, but only one of them is selected",
                f"Select both, or give {node.name} weights of its own.",
            )


def _within(exposed: Exposed, chosen: Collection[str]) -> Exposed:
    """What the new group exposes of what its level exposes."""
    return replace(exposed, targets=tuple(t for t in exposed.targets if t[0] in chosen))


def _through(exposed: Exposed, chosen: Collection[str], use: str) -> Exposed:
    """What the level exposes when some of it is now reached through the use of the new group."""
    targets = ((use, exposed.name) if t[0] in chosen else t for t in exposed.targets)
    return replace(exposed, targets=tuple(dict.fromkeys(targets)))


def _middle(design: Design, nodes: Collection[str]) -> edits.Point:
    places = [design.position(i) for i in nodes]
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2


class _Making:
    """The ports and wires of a group while it is being made of chosen nodes.

    In ``outer``, which has the wires to and from the group, the node that will use it has the id
    "".
    """

    def __init__(self, design: Design, chosen: Mapping[str, Node]) -> None:
        self.design, self.chosen = design, chosen
        self.entries: dict[str, Node] = {}
        self.exits: dict[str, Node] = {}
        self.inner: dict[End, End] = {}
        self.outer: dict[End, End] = {}
        self._of_source: dict[End, str] = {}
        self._add_inputs()
        self._add_outputs()

    def positions(self) -> dict[str, edits.Point]:
        """Where the nodes stand: the inputs left and the outputs right of the others."""
        places = {i: self.design.position(i) for i in self.chosen}
        left = min(x for x, _ in places.values()) - _APART
        right = max(x for x, _ in places.values()) + _APART
        _, middle = _middle(self.design, self.chosen)
        for x, ports in ((left, self.entries), (right, self.exits)):
            top = middle - _ROW * (len(ports) - 1) / 2
            places |= {key: (x, top + row * _ROW) for row, key in enumerate(ports)}
        return places

    def _add_inputs(self) -> None:
        for key, node in self.chosen.items():
            wired = self.design.sources.get(key, {})
            ports = {p.name: p.optional for p in ports_of(self.design, node)[0]}
            for name in dict.fromkeys((*ports, *wired)):
                if name in wired:
                    self.inner[End(key, name)] = self._inner_source(wired[name], name)
                elif not ports[name]:
                    entry = self._port("input", GroupInput.kind, self.entries, name)
                    self.inner[End(key, name)] = End(entry, "output")

    def _inner_source(self, source: End, name: str) -> End:
        if source.node in self.chosen:
            return source
        if source not in self._of_source:
            entry = self._port("input", GroupInput.kind, self.entries, name)
            self._of_source[source] = entry
            self.outer[End("", entry)] = source
        return End(self._of_source[source], "output")

    def _add_outputs(self) -> None:
        fed: dict[End, list[End]] = {}
        for key, node in self.chosen.items():
            found = block_of(self.design, node)
            if not (found and found[0].role == "loss"):
                fed |= {End(key, port): [] for port in ports_of(self.design, node)[1]}
        for target, source in self.design.wires.items():
            if source.node in self.chosen:
                fed.setdefault(source, []).append(target)
        for source, targets in fed.items():
            outside = [t for t in targets if t.node not in self.chosen]
            if outside or not targets:
                exit_ = self._port("output", GroupOutput.kind, self.exits, source.port)
                self.inner[End(exit_, "input")] = source
                self.outer |= dict.fromkeys(outside, End("", exit_))

    def _port(self, stem: str, kind: str, ports: dict[str, Node], name: str) -> str:
        there = {**self.chosen, **self.entries, **self.exits}
        key = _free(stem, there)
        ports[key] = Node(key, _free(name, {n.name for n in there.values()}), kind)
        return key


def _free(wanted: str, taken: Collection[str]) -> str:
    number, found = 2, wanted
    while found in taken:
        number, found = number + 1, f"{wanted}_{number}"
    return found
