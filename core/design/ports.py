"""The block of a node in its design: from the catalogue, or made from the group that it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from core.blocks.block import Block, Port
from core.blocks.group_ports import GroupInput, GroupOutput
from core.design.document import Design, Graph, Group, Node
from core.params import Fault, Param, Value, plain

GROUP_KIND = "Group"

# What every use of a group sets, besides the parameters that the group exposes.
_GROUP = Param("group", "text", "", "Group", "Which group this is a use of.")
_REPEAT = Param(
    "repeat",
    "int",
    1,
    "Repeat",
    "How many copies stand behind each other, each fed by the one before it.",
    minimum=1,
    maximum=512,
)
_SHARED_REPEATS = Param(
    "shared_repeats",
    "bool",
    False,
    "Repeats share weights",
    "Whether all copies use the weights of the first.",
)
_WEIGHTS_OF = Param(
    "weights_of",
    "text",
    "",
    "Weights of",
    "Another use of the same group, whose weights are used; empty for weights of its own.",
)
OWN = (_GROUP, _REPEAT, _SHARED_REPEATS, _WEIGHTS_OF)
Found = tuple[Block, tuple[Fault, ...]]


@dataclass(frozen=True)
class GroupUse(Block):
    """A group of blocks with a name, used as one block."""

    label: str = ""  # type: ignore[misc]
    entries: tuple[Port, ...] = ()
    outputs: tuple[str, ...] = ()  # type: ignore[misc]
    output_labels: tuple[str, ...] = ()
    declared: tuple[Param, ...] = ()
    chosen: tuple[tuple[str, Value], ...] = ()

    kind = GROUP_KIND
    family = "Groups"
    inputs = ()

    def ports(self) -> tuple[Port, ...]:
        return self.entries

    def params(self) -> tuple[Param, ...]:  # type: ignore[override]
        """What every use sets, and then what the group exposes."""
        return self.declared

    def values(self) -> dict[str, Value]:
        return dict(self.chosen)

    @property
    def repeat(self) -> int:
        """How many copies stand behind each other."""
        return int(self.values()["repeat"])  # type: ignore[arg-type]


def block_of(design: Design, node: Node) -> Found | None:
    """A node's block with its parameters and what is wrong with them.

    None for a kind that nobody knows, and for the use of a group that is not there.
    """
    if node.block != GROUP_KIND:
        return node.instance
    group = group_of(design, node)
    return use_of(design, group, node) if group else None


def ports_of(design: Design, node: Node) -> tuple[tuple[Port, ...], tuple[str, ...]]:
    """Input ports and output names of a node; an unknown block has those its wires name."""
    found = block_of(design, node)
    if found:
        return found[0].ports(), found[0].outputs
    ins = tuple(Port(t.port, t.port) for t in design.wires if t.node == node.id)
    outs = dict.fromkeys(s.port for s in design.wires.values() if s.node == node.id)
    return ins, tuple(outs)


def group_of(design: Design, node: Node) -> Group | None:
    """The definition that a node uses; None for other nodes, and where it is missing."""
    if node.block != GROUP_KIND:
        return None
    return design.groups.get(str(node.params.get("group", "")))


def entries(graph: Graph) -> list[Node]:
    """The nodes at which values enter a group."""
    return [n for n in graph.nodes.values() if n.block == GroupInput.kind]


def exits(graph: Graph) -> list[Node]:
    """The nodes at which values leave a group."""
    return [n for n in graph.nodes.values() if n.block == GroupOutput.kind]


def uses_of(design: Design, group: str) -> Iterator[tuple[Graph, Node]]:
    """Every node that uses a group, with the design or group that it stands in."""
    for graph in (design, *design.groups.values()):
        for node in graph.nodes.values():
            if node.block == GROUP_KIND and node.params.get("group") == group:
                yield graph, node


def reaches(design: Design, group: str, wanted: str) -> bool:
    """Whether a group is, or holds at whatever depth, the group ``wanted``."""
    seen: set[str] = set()
    open_ = [group]
    while open_:
        key = open_.pop()
        if key == wanted:
            return True
        if key in seen or key not in design.groups:
            continue
        seen.add(key)
        inner = design.groups[key].nodes.values()
        open_ += [str(n.params.get("group", "")) for n in inner if n.block == GROUP_KIND]
    return False


def exposed_params(design: Design, group: Group) -> list[Param]:
    """What each use of a group can set; the default is the value inside the group."""
    found = []
    for exposed in group.exposed:
        for key, name in exposed.targets:
            node = group.nodes.get(key)
            inner = _block_within(design, group, node) if node else None
            declared = {p.name: p for p in inner.params()}.get(name) if inner else None
            if inner and declared:
                value = inner.values()[name]
                label = exposed.name.replace("_", " ").capitalize()
                found.append(replace(declared, name=exposed.name, label=label, default=value))
                break
    return found


def _block_within(design: Design, group: Group, node: Node) -> Block | None:
    """The block of a node in a group; None also for a group that would hold itself."""
    used = group_of(design, node)
    found = None if used and reaches(design, used.id, group.id) else block_of(design, node)
    return found[0] if found else None


def use_of(design: Design, group: Group, node: Node) -> tuple[GroupUse, tuple[Fault, ...]]:
    """A node that uses a group, as a block, and what is wrong with its parameters."""
    declared = (*OWN, *exposed_params(design, group))
    known = {p.name: p for p in declared}
    chosen: dict[str, Value] = {p.name: p.default for p in declared}
    faults = []
    for name, raw in node.params.items():
        value = plain(raw)
        if name not in known:
            faults.append(Fault(name, f"{group.name} has no parameter {name!r}"))
        elif wrong := known[name].fault(value):
            faults.append(Fault(name, wrong))
        else:
            chosen[name] = float(value) if known[name].kind == "float" else value
    ins = tuple(Port(n.id, n.name) for n in entries(group))
    outs = exits(group)
    use = GroupUse(
        group.name,
        ins,
        tuple(n.id for n in outs),
        tuple(n.name for n in outs),
        declared,
        tuple(chosen.items()),
    )
    return use, tuple(faults)


def nodes_as_set(design: Design, group: Group, use: Node) -> Mapping[str, Node]:
    """A group's nodes with the parameters that a use of it sets."""
    values = use_of(design, group, use)[0].values()
    nodes = dict(group.nodes)
    for exposed in group.exposed:
        if exposed.name not in use.params or exposed.name not in values:
            continue
        for key, name in exposed.targets:
            if key in nodes:
                params = {**nodes[key].params, name: values[exposed.name]}
                nodes[key] = replace(nodes[key], params=params)
    return nodes
