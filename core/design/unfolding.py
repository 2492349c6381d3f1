"""Unfolds the groups of a design and passes its muted nodes by; see ``flat`` for the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from core.blocks.group_ports import Bypass
from core.design import edits
from core.design.document import Design, End, Group, Node
from core.design.flat import Copy, Flat, Unfolded, place_of
from core.design.levels import Edit, at_level, inside
from core.design.ports import GROUP_KIND, group_of, ports_of, use_of, weights_owner
from core.design.problems import ERROR, WARNING, Fix, Problem
from core.design.sharing import shared_weights

# No design that trains is larger; they bound what nested groups can ask for.
MOST_NODES = 20_000
MOST_LEVELS = 64


def flatten(design: Design, previous: Flat | None = None) -> Flat:
    """Unfold all groups. Nodes that ``previous`` has alike are the same objects."""
    known = previous.design.nodes if previous and previous.is_plain else {}
    nodes = design.nodes.items()
    if not any(_is_special(n) for i, n in nodes if known.get(i) is not n):
        return Flat(design)
    work = _Unfolding(design, previous.design.nodes if previous else {})
    work.add(design, _Spot())
    flat = Flat(
        replace(
            design, nodes=work.nodes, wires=work.wires, frames={}, notes={}, view={}, groups={}
        ),
        work.uses,
        work.copies,
        work.muted,
        is_plain=False,
    )
    ties, problems = shared_weights(flat)
    return replace(flat, ties=ties, problems=(*work.problems, *problems))


def _is_special(node: Node) -> bool:
    """Whether a design with such a node does not stand for itself."""
    return node.muted or node.block == GROUP_KIND or bool(weights_owner(node))


class _Spot(NamedTuple):
    """Where a level is unfolded: what stands before ids and names, and the groups around it.

    ``place`` is what stands before the names where copies are not told apart.
    """

    prefix: str = ""
    name: str = ""
    place: str = ""
    within: tuple[str, ...] = ()


class _Unfolding:
    """The unfolded design while it is being made."""

    def __init__(self, design: Design, known: Mapping[str, Node]) -> None:
        self.design, self.known = design, known
        self.nodes: dict[str, Node] = {}
        self.wires: dict[End, End] = {}
        self.uses: dict[str, Unfolded] = {}
        self.copies: dict[str, Copy] = {}
        self.muted: dict[str, Node] = {}
        self.problems: list[Problem] = []
        self._keys: list[str] = []
        self._asked_for = len(design.nodes)
        self._is_full = False

    def add(self, level: Design, spot: _Spot) -> None:
        """Unfold one copy of a level."""
        for node in level.nodes.values():
            if node.muted and self._pass_by(level, node, spot):
                continue
            if node.block == GROUP_KIND and self._unfold(node, spot):
                continue
            if spot.prefix or node.muted:
                key, title = spot.prefix + node.id, spot.name + node.name
                node = replace(node, id=key, name=title, muted=False)
            self._keep(node)
        for target, source in level.wires.items():
            start = self._start(spot.prefix + source.node, source.port)
            if start is not None:
                for end in self._ends(level, target, spot.prefix):
                    self.wires[end] = start

    def _pass_by(self, level: Design, node: Node, spot: _Spot) -> bool:
        """Leave a muted node out, or put a bypass in its place; False where neither can be."""
        key, title = spot.prefix + node.id, spot.name + node.name
        ins, outs = ports_of(level, node)
        known = node.instance
        if outs and not ins:
            message = f"{title} has no input to pass on, so it is not muted"
            unmute = partial(edits.mute, nodes=(node.id,), muted=False)
            self._tell(key, message, "Unmute it, or remove it.", ("Unmute", unmute), WARNING)
            return False
        self.muted[key] = node
        if outs and not (known and known[0].role == "loss"):
            self._keep(Node(key, title, Bypass.kind))
        return True

    def _unfold(self, node: Node, spot: _Spot) -> bool:
        """Put copies of what a group holds in place of its use; False where that cannot be."""
        key, title = spot.prefix + node.id, spot.name + node.name
        group = group_of(self.design, node)
        if group is None:
            message = f"{title}: there is no group {node.params.get('group', '')!r}"
            self._tell(key, message, "Remove it, or use another group.")
            return False
        block, faults = use_of(self.design, group, node)
        for fault in faults:
            self._tell(key, f"{title}: {fault.message}", "Correct it in the inspector or the file.")
        if not self._may_unfold(node, spot, group, block.repeat):
            return False
        if block.repeat > 1 and not (block.entries and block.outputs):
            message = f"{title}: copies of {group.name} need an input and an output to be chained"
            self._tell(key, message, "Set Repeat to 1, or give the group both.")
        level = inside(self.design, group, node)
        copies = (key, *(f"{key}~{number}" for number in range(2, block.repeat + 1)))
        self.uses[key] = Unfolded(node, group, block, title, copies, level)
        for number, copy in enumerate(copies, 1):
            name = f"{title}[{number}]/" if block.repeat > 1 else f"{title}/"
            start, place = len(self._keys), f"{spot.place}{node.name}/"
            self.add(level, _Spot(f"{copy}/", name, place, (*spot.within, group.id)))
            self.copies[copy] = Copy(group.id, name, place, tuple(self._keys[start:]))
        if block.entries and block.outputs:
            for before, after in pairwise(copies):
                target = End(f"{after}/{block.entries[0].name}", "input")
                self.wires[target] = End(f"{before}/{block.outputs[0]}", "output")
        return True

    def _may_unfold(self, node: Node, spot: _Spot, group: Group, repeat: int) -> bool:
        key, title = spot.prefix + node.id, spot.name + node.name
        if group.id in spot.within:
            message = f"{title}: the group {group.name} holds itself"
            fix = (f"Remove {node.name}", partial(edits.remove, nodes=(node.id,)))
            self._tell(key, message, "Remove this node from the group.", fix)
        elif len(spot.within) >= MOST_LEVELS:
            message = f"{title}: groups stand in groups at more than {MOST_LEVELS} levels"
            self._tell(key, message, "Use fewer levels.")
        elif self._asked_for + repeat * (1 + len(group.nodes)) > MOST_NODES:
            if not self._is_full:
                message = f"{title}: the groups unfold to more than {MOST_NODES:,} blocks"
                self._tell(key, message, "Repeat them less often.")
            self._is_full = True
        else:
            self._asked_for += repeat * (1 + len(group.nodes))
            return True
        return False

    def _start(self, key: str, port: str) -> End | None:
        """The unfolded output that a node's output is; None for one that is not there."""
        use = self.uses.get(key)
        if use is not None:
            there = port in use.block.outputs
            return End(f"{use.copies[-1]}/{port}", "output") if there else None
        if key not in self.nodes:
            return None
        return End(key, "output" if key in self.muted else port)

    def _ends(self, level: Design, target: End, prefix: str) -> list[End]:
        """The unfolded inputs that a node's input feeds; none for one that is not there."""
        key = prefix + target.node
        use = self.uses.get(key)
        if use is not None:
            names = [port.name for port in use.block.entries]
            if target.port not in names:
                return []
            chained = target.port == names[0] and use.block.outputs
            fed = use.copies[:1] if chained else use.copies
            return [End(f"{copy}/{target.port}", "input") for copy in fed]
        if key not in self.nodes:
            return []
        if key in self.muted:
            ports, _ = ports_of(level, level.nodes[target.node])
            return [End(key, "input")] if target.port == ports[0].name else []
        return [End(key, target.port)]

    def _keep(self, node: Node) -> None:
        old = self.known.get(node.id)
        self.nodes[node.id] = old if old is not None and old == node else node
        self._keys.append(node.id)

    def _tell(
        self,
        key: str,
        message: str,
        remedy: str,
        fix: tuple[str, Edit] | None = None,
        severity: str = ERROR,
    ) -> None:
        """Note a problem at a node; the fix edits the level that it stands at."""
        path, _ = place_of(key)
        made = Fix(fix[0], at_level(path, fix[1]), whole=True) if fix else None
        self.problems.append(Problem(severity, key, message, remedy, made))
