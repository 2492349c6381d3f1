"""Turns nodes of a design into a group that is used in their place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from core.blocks.group_ports import GroupInput, GroupOutput
from core.design import edits
from core.design.document import Design, End, Group, Node
from core.design.fragment import free_group_id
from core.design.group_edits import free_title, use_group
from core.design.order import ancestors
from core.design.ports import block_of, ports_of
from core.errors import InputError

# How far a group's ports stand from its other nodes and from each other, in pixels.
_APART = 240.0
_ROW = 88.0


def make_group(design: Design, nodes: Collection[str], name: str = "") -> tuple[Design, str]:
    """Turn nodes into a group that is used in their place, and the id of the node that uses it.

    Its inputs are the outputs outside that feed the nodes, and their inputs that need a wire and
    have none; its outputs are what goes out, and what goes nowhere. Raises InputError where nothing
    is chosen, and where a node outside lies between chosen ones.
    """
    chosen = {i: n for i, n in design.nodes.items() if i in set(nodes)}
    if not chosen:
        raise InputError("No node is selected", "Select the nodes that shall become a group.")
    between = _between(design, chosen)
    if between:
        names = ", ".join(design.nodes[i].name for i in between)
        raise InputError(
            f"The selection feeds {names}, which feeds the selection again",
            f"Select {names} too.",
        )
    made = _Making(design, chosen)
    group = Group(
        id=free_group_id(design),
        name=name or free_title(design, "Group"),
        nodes={**made.entries, **chosen, **made.exits},
        wires=made.inner,
        frames={i: f for i, f in design.frames.items() if chosen.keys() >= set(f.nodes)},
        view={"positions": made.positions()},
    )
    left = edits.remove(design, chosen)
    left = replace(left, groups={**left.groups, group.id: group})
    left, use = use_group(left, group.id, _middle(design, chosen))
    outer = {
        End(use, t.port) if t.node == "" else t: End(use, s.port) if s.node == "" else s
        for t, s in made.outer.items()
    }
    return replace(left, wires={**left.wires, **outer}), use


def _between(design: Design, chosen: Collection[str]) -> list[str]:
    """The nodes outside that are fed by chosen ones and feed chosen ones, at whatever distance."""
    above = ancestors(chosen, design.sources)
    feeds: dict[str, dict[str, End]] = {}
    for target, source in design.wires.items():
        feeds.setdefault(source.node, {})[str(target)] = target
    below = ancestors(chosen, feeds)
    return [i for i in design.nodes if i in above and i in below and i not in chosen]


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
            ports, _ = ports_of(self.design, node)
            for port in ports:
                target = End(key, port.name)
                source = self.design.wires.get(target)
                if source is None and not port.optional:
                    self.inner[target] = End(self._entry(port.name), "output")
                elif source is not None and source.node in self.chosen:
                    self.inner[target] = source
                elif source is not None:
                    if source not in self._of_source:
                        entry = self._of_source[source] = self._entry(port.name)
                        self.outer[End("", entry)] = source
                    self.inner[target] = End(self._of_source[source], "output")

    def _add_outputs(self) -> None:
        fed: dict[End, list[End]] = {}
        for target, source in self.design.wires.items():
            fed.setdefault(source, []).append(target)
        for key, node in self.chosen.items():
            found = block_of(self.design, node)
            if found and found[0].role == "loss":
                continue
            for port in ports_of(self.design, node)[1]:
                source = End(key, port)
                outside = [t for t in fed.get(source, ()) if t.node not in self.chosen]
                if outside or source not in fed:
                    exit_ = self._port("output", GroupOutput.kind, self.exits, port)
                    self.inner[End(exit_, "input")] = source
                    self.outer |= dict.fromkeys(outside, End("", exit_))

    def _entry(self, name: str) -> str:
        return self._port("input", GroupInput.kind, self.entries, name)

    def _port(self, stem: str, kind: str, ports: dict[str, Node], name: str) -> str:
        taken = {*self.chosen, *self.entries, *self.exits}
        key, number = stem, 2
        while key in taken:
            key, number = f"{stem}_{number}", number + 1
        names = {n.name for n in (*self.chosen.values(), *ports.values())}
        title, number = name, 2
        while title in names:
            title, number = f"{name}_{number}", number + 1
        ports[key] = Node(key, title, kind)
        return key
