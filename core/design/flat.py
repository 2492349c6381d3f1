"""A design with its groups unfolded: every copy of every inner node stands for itself.

What analyses, compiles and trains sees nothing but this. Node ids are paths: ``n5/n2`` is the node
``n2`` in the group that ``n5`` uses, ``n5~3/n2`` the same in the third of the repeats of ``n5``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

from core.blocks.group_ports import Bypass
from core.design.document import Design, End, Group, Node
from core.design.levels import Path
from core.design.ports import (
    GROUP_KIND,
    entries,
    exits,
    group_of,
    nodes_as_set,
    ports_of,
    use_of,
)

# No design that trains is larger; it bounds what nested repeats can ask for.
MOST_NODES = 20_000


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the use of a group; ``dangling`` is the input end of a wire to remove."""

    node: str
    message: str
    remedy: str
    dangling: End | None = None


@dataclass(frozen=True)
class Unfolded:
    """One use of a group: its node where it stands, and the ids of its copies."""

    node: Node
    group: Group
    copies: tuple[str, ...]


@dataclass(frozen=True)
class Flat:
    """The unfolded design, and how it came about.

    ``uses`` has every use of a group by id, ``muted`` the nodes that are passed by, ``ties`` says
    whose weights a node uses instead of its own, ``names`` what stands before the names in a copy.
    """

    design: Design
    uses: Mapping[str, Unfolded] = field(default_factory=dict)
    muted: Mapping[str, Node] = field(default_factory=dict)
    ties: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()

    @property
    def is_plain(self) -> bool:
        """Whether the design has no groups and nothing muted, and so stands for itself."""
        return not (self.uses or self.muted or self.troubles)


def place_of(node: str) -> tuple[Path, str]:
    """The path of the level that an unfolded node stands at, and its id there."""
    *path, last = (part.split("~")[0] for part in node.split("/"))
    return tuple(path), last


def flat_id(path: Path, node: str) -> str:
    """What a node at a path is called in the unfolded design; of repeats, the first copy's."""
    return "/".join((*path, node))


def flatten(design: Design, previous: Flat | None = None) -> Flat:
    """Unfold all groups. Nodes that ``previous`` has alike are the same objects."""
    if not any(n.muted or n.block == GROUP_KIND for n in design.nodes.values()):
        return Flat(design)
    work = _Unfolding(design, previous.design.nodes if previous else {})
    work.add(design.nodes, design.wires, "", "", ())
    work.share()
    plain = replace(
        design, nodes=work.nodes, wires=work.wires, frames={}, notes={}, view={}, groups={}
    )
    return Flat(plain, work.uses, work.muted, work.ties, work.names, tuple(work.troubles))


class _Unfolding:
    """The unfolded design while it is being made."""

    def __init__(self, design: Design, known: Mapping[str, Node]) -> None:
        self.design, self.known = design, known
        self.nodes: dict[str, Node] = {}
        self.wires: dict[End, End] = {}
        self.uses: dict[str, Unfolded] = {}
        self.muted: dict[str, Node] = {}
        self.ties: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.troubles: list[Trouble] = []

    def add(
        self,
        nodes: Mapping[str, Node],
        wires: Mapping[End, End],
        prefix: str,
        name: str,
        within: tuple[str, ...],
    ) -> None:
        """Unfold one copy of a graph. ``within`` are the groups that it stands in."""
        for node in nodes.values():
            self._add_node(node, prefix, name, within)
        for target, source in wires.items():
            self._add_wire(nodes[source.node], nodes[target.node], source, target, prefix)

    def share(self) -> None:
        """Let uses that share weights, and repeats that do, use those of their owner."""
        for key, use in self.uses.items():
            owner = self._owner(key, use)
            for number, copy in enumerate(use.copies):
                if owner is not None:
                    self._tie(copy, owner.copies[number])
                elif number and use.node.params.get("shared_repeats") is True:
                    self._tie(copy, use.copies[0])
        for key, owner_id in self.ties.items():
            while owner_id in self.ties:
                owner_id = self.ties[owner_id]
            self.ties[key] = owner_id

    def _add_node(self, node: Node, prefix: str, name: str, within: tuple[str, ...]) -> None:
        key = prefix + node.id
        if node.muted and not _leads_on(node):
            self.muted[key] = node
            return
        if node.muted and ports_of(self.design, node)[0]:
            self.muted[key] = node
            self._keep(Node(key, name + node.name, Bypass.kind, {}))
            return
        group = group_of(self.design, node)
        if group is None or not self._can_unfold(node, group, key, name, within):
            self._keep(replace(node, id=key, name=name + node.name, muted=False))
            return
        self._unfold(node, group, key, name, within)

    def _unfold(
        self, node: Node, group: Group, key: str, name: str, within: tuple[str, ...]
    ) -> None:
        use, faults = use_of(self.design, group, node)
        for fault in faults:
            message = f"{name}{node.name}: {fault.message}"
            self._trouble(key, message, "Correct it in the inspector.")
        nodes = nodes_as_set(self.design, group, node)
        copies = tuple(key if k == 0 else f"{key}~{k + 1}" for k in range(use.repeat))
        self.uses[key] = Unfolded(node, group, copies)
        for number, copy in enumerate(copies):
            which = f"[{number + 1}]" if use.repeat > 1 else ""
            self.names[copy] = f"{name}{node.name}{which}/"
            self.add(nodes, group.wires, f"{copy}/", self.names[copy], (*within, group.id))
        ins, outs = entries(group), exits(group)
        if ins and outs:
            for before, after in pairwise(copies):
                source = End(f"{before}/{outs[0].id}", "output")
                self.wires[End(f"{after}/{ins[0].id}", "input")] = source

    def _can_unfold(
        self, node: Node, group: Group, key: str, name: str, within: tuple[str, ...]
    ) -> bool:
        shown = f"{name}{node.name}"
        if group.id in within:
            message = f"{shown}: the group {group.name} holds itself"
            self._trouble(key, message, "Remove this node from the group.")
            return False
        repeat = use_of(self.design, group, node)[0].repeat
        if len(self.nodes) + repeat * len(group.nodes) > MOST_NODES:
            message = f"{shown}: the groups unfold to more than {MOST_NODES:,} blocks"
            self._trouble(key, message, "Repeat them less often.")
            return False
        return True

    def _add_wire(self, giver: Node, taker: Node, source: End, target: End, prefix: str) -> None:
        start = self._start(giver, source, prefix)
        ends = self._ends(taker, target, prefix)
        if start is None or ends is None:
            lost, end = (giver, source) if start is None else (taker, target)
            side = "output" if start is None else "input"
            self.troubles.append(
                Trouble(
                    prefix + lost.id,
                    f"{lost.name} has no {side} {end.port!r}, but a wire goes there",
                    "Remove the wire.",
                    target,
                )
            )
            return
        for end in ends:
            self.wires[end] = start

    def _start(self, node: Node, end: End, prefix: str) -> End | None:
        """The unfolded output that a node's output is; None for one that is not there."""
        key = prefix + node.id
        if key in self.uses:
            place = f"{self.uses[key].copies[-1]}/{end.port}"
            return End(place, "output") if place in self.nodes else None
        return End(key, "output" if key in self.muted else end.port)

    def _ends(self, node: Node, end: End, prefix: str) -> list[End] | None:
        """The unfolded inputs that a node's input feeds; None for one that is not there."""
        key = prefix + node.id
        if key not in self.muted and key not in self.uses:
            return [End(key, end.port)]
        ports, _ = ports_of(self.design, node)
        first = bool(ports) and end.port == ports[0].name
        if key in self.muted:
            return [End(key, "input")] if first and key in self.nodes else []
        use = self.uses[key]
        if f"{key}/{end.port}" not in self.nodes:
            return None
        fed = use.copies[:1] if first and exits(use.group) else use.copies
        return [End(f"{copy}/{end.port}", "input") for copy in fed]

    def _owner(self, key: str, use: Unfolded) -> Unfolded | None:
        """The use whose weights a use shares; None for weights of its own."""
        wanted = use.node.params.get("weights_of")
        if not isinstance(wanted, str) or not wanted:
            return None
        path, _, _ = key.rpartition("/")
        there = f"{path}/{wanted}" if path else wanted
        owner = self.uses.get(there)
        name = self.names[key].rstrip("/")
        remedy = "Choose another one, or give it weights of its own."
        if owner is None or owner.group.id != use.group.id or owner is use:
            message = f"{name}: there is no other use {wanted!r} of {use.group.name} here"
            self._trouble(key, message, remedy)
        elif owner.node.params.get("weights_of"):
            message = f"{name}: {owner.node.name} has no weights of its own"
            self._trouble(key, message, remedy)
        elif len(owner.copies) != len(use.copies):
            message = f"{name}: {owner.node.name} is repeated {len(owner.copies)} times"
            self._trouble(key, message, "Repeat both equally often.")
        else:
            return owner
        return None

    def _tie(self, copy: str, owner: str) -> None:
        start = f"{copy}/"
        for key in self.nodes:
            if key.startswith(start):
                self.ties[key] = f"{owner}/{key[len(start) :]}"

    def _keep(self, node: Node) -> None:
        old = self.known.get(node.id)
        self.nodes[node.id] = old if old is not None and old == node else node

    def _trouble(self, node: str, message: str, remedy: str) -> None:
        self.troubles.append(Trouble(node, message, remedy))


def _leads_on(node: Node) -> bool:
    """Whether something can follow a node; nothing follows a loss."""
    found = node.instance
    return found is None or found[0].role != "loss"
