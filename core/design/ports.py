"""The block of a node in its design: from the catalogue, or made from the group that it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.blocks.block import Block, Port
from core.blocks.embedding import Unembedding
from core.blocks.group_ports import GroupInput, GroupOutput
from core.design.document import Design, Exposed, Graph, Group, Node
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
TRAINABLE = "trainable"
_TRAINABLE = Param(
    TRAINABLE,
    "bool",
    True,
    "Trainable",
    "Off: all weights inside are frozen, training leaves them as they are.",
    advanced=True,
)
OWN = (_GROUP, _REPEAT, _SHARED_REPEATS, _WEIGHTS_OF, _TRAINABLE)
OWN_NAMES = frozenset(p.name for p in OWN)
# Which group is used, and whose weights, is for each use to say where it stands.
OF_ONE_USE = ("group", "weights_of")
_SHARING = (GROUP_KIND, Unembedding.kind)
_EXPOSABLE = {p.name: p for p in OWN if p.name not in OF_ONE_USE}
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


def port_names(design: Design, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of a node's inputs and of its outputs."""
    found = block_of(design, node)
    if found:
        return found[0].port_names, found[0].outputs
    ins, outs = ports_of(design, node)
    return tuple(port.name for port in ins), outs


def group_of(design: Design, node: Node) -> Group | None:
    """The definition that a node uses; None for other nodes, and where it is missing."""
    used = used_by(node)
    return None if used is None else design.groups.get(used)


def used_by(node: Node) -> str | None:
    """The id of the group that a node uses, which may be missing; None for other nodes."""
    return str(node.params.get("group", "")) if node.block == GROUP_KIND else None


def weights_owner(node: Node) -> str:
    """The id of the use of a group, or Embedding, whose weights a node uses.

    Empty for weights of its own.
    """
    owner = node.params.get("weights_of") if node.block in _SHARING else None
    return owner if isinstance(owner, str) else ""


def entries(graph: Graph) -> list[Node]:
    """The nodes at which values enter a group."""
    return [n for n in graph.nodes.values() if n.block == GroupInput.kind]


def exits(graph: Graph) -> list[Node]:
    """The nodes at which values leave a group."""
    return [n for n in graph.nodes.values() if n.block == GroupOutput.kind]


def uses_of(design: Design, group: str) -> Iterator[tuple[Graph, Node]]:
    """Every node of a whole design that uses a group, with the design or group it stands in."""
    for graph in (design, *design.groups.values()):
        for node in graph.nodes.values():
            if used_by(node) == group:
                yield graph, node


def exposed_params(design: Design, group: Group) -> list[Param]:
    """What each use of a group can set; the default is the value inside the group.

    Left out is what no target has, and what is called like a parameter that every use has.
    """
    found = (exposed_param(design, group, e) for e in group.exposed if e.name not in OWN_NAMES)
    return [p for p in found if p]


def exposed_param(design: Design, group: Group, exposed: Exposed) -> Param | None:
    """The parameter that is exposed: that of the first target which has it, at whatever depth."""
    none: tuple[Any, ...] = ()
    open_ = [(group, key, name, none) for key, name in reversed(exposed.targets)]
    seen = set()
    while open_:
        holder, key, name, given = open_.pop()
        node = holder.nodes.get(key)
        if node is None or (holder.id, key, name) in seen:
            continue
        seen.add((holder.id, key, name))
        values = (*given, node.params[name]) if name in node.params else given
        declared = _declared(node, name)
        if declared is not None:
            label = exposed.name.replace("_", " ").capitalize()
            default = next((v for v in map(plain, values) if not declared.fault(v)), None)
            default = declared.default if default is None else _typed(declared, default)
            return replace(declared, name=exposed.name, label=label, default=default)
        inner = group_of(design, node)
        if inner is not None:
            targets = [t for e in inner.exposed if e.name == name for t in e.targets]
            open_ += [(inner, *target, values) for target in reversed(targets)]
    return None


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
            chosen[name] = _typed(known[name], value)
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
    """A group's nodes with the parameters that a use of it sets; in a frozen use all are frozen."""
    nodes = _exposed_set(design, group, use)
    if use.params.get(TRAINABLE) is not False:
        return nodes
    return {
        i: replace(n, params={**n.params, TRAINABLE: False}) if _declared(n, TRAINABLE) else n
        for i, n in nodes.items()
    }


def _exposed_set(design: Design, group: Group, use: Node) -> Mapping[str, Node]:
    if not group.exposed:
        return group.nodes
    block, faults = use_of(design, group, use)
    unset = OWN_NAMES.union(f.name for f in faults)
    values = {n: v for n, v in block.chosen if n in use.params and n not in unset}
    nodes = dict(group.nodes)
    for exposed in group.exposed:
        for key, name in exposed.targets if exposed.name in values else ():
            if key in nodes and not (nodes[key].block == GROUP_KIND and name in OF_ONE_USE):
                params = {**nodes[key].params, name: values[exposed.name]}
                nodes[key] = replace(nodes[key], params=params)
    return nodes


def _declared(node: Node, name: str) -> Param | None:
    """A parameter that a node has by itself and that may be exposed."""
    if node.block == GROUP_KIND:
        return _EXPOSABLE.get(name)
    found = node.instance
    if found is None or name in OF_ONE_USE:
        return None
    return next((p for p in found[0].params() if p.name == name), None)


def _typed(declared: Param, value: Value) -> Value:
    return float(value) if declared.kind == "float" else value  # type: ignore[arg-type]
