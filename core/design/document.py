"""The immutable design: nodes, wires, groups, data binding, recipe and view."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from core.blocks.block import Block, Port
from core.blocks.catalog import blocks
from core.params import Fault

EMPTY: Mapping[str, Any] = MappingProxyType({})


class End(NamedTuple):
    """One end of a wire: a port of a node."""

    node: str
    port: str

    def __str__(self) -> str:
        return f"{self.node}.{self.port}"


@dataclass(frozen=True)
class Node:
    """One block placed in a design.

    ``params`` are the saved values, faulty ones included; ``instance`` gives usable ones.
    """

    id: str
    name: str
    block: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        """Whether this version of Layerloom has the block."""
        return self.block in blocks()

    @cached_property
    def instance(self) -> tuple[Block, tuple[Fault, ...]] | None:
        """The block with this node's parameters and what is wrong with them; None if unknown."""
        cls = blocks().get(self.block)
        return cls.read(self.params) if cls else None


@dataclass(frozen=True)
class Group:
    """A named set of nodes."""

    id: str
    name: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """What the user is making. Every edit makes a new one that shares the untouched parts.

    ``wires`` maps each connected input to the output that feeds it, so an input has at most one.
    ``data`` and ``recipe`` are the saved values as they stand in the file. ``view`` is what
    training does not depend on: the ``positions`` of nodes on the canvas, in pixels.
    """

    name: str = "Untitled"
    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: Mapping[End, End] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def sources(self) -> Mapping[str, Mapping[str, End]]:
        """For each node with connected inputs: port -> the output that feeds it."""
        found: dict[str, dict[str, End]] = {}
        for target, source in self.wires.items():
            found.setdefault(target.node, {})[target.port] = source
        return found

    def position(self, node: str) -> tuple[float, float]:
        """Where a node stands on the canvas, (0, 0) if nobody placed it."""
        x, y = self.view.get("positions", EMPTY).get(node, (0.0, 0.0))
        return float(x), float(y)

    def named(self, name: str) -> Node | None:
        """The first node called ``name``, or whose id it is."""
        by_name = next((n for n in self.nodes.values() if n.name == name), None)
        return by_name or self.nodes.get(name)

    def free_id(self, taken: frozenset[str] = frozenset()) -> str:
        """A node id that no node has."""
        number = len(self.nodes) + 1
        while f"n{number}" in self.nodes or f"n{number}" in taken:
            number += 1
        return f"n{number}"

    def free_name(self, wanted: str, taken: frozenset[str] = frozenset()) -> str:
        """``wanted``, or with a number behind it where that is taken."""
        names = {n.name for n in self.nodes.values()} | taken
        if wanted not in names:
            return wanted
        stem = re.sub(r"_\d+$", "", wanted)
        number = 2
        while f"{stem}_{number}" in names:
            number += 1
        return f"{stem}_{number}"


def snake_case(kind: str) -> str:
    """``MaxPool`` -> ``max_pool``, ``LSTM`` -> ``lstm``: the stem of a new node's name."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower()


def ports_of(design: Design, node: Node) -> tuple[tuple[Port, ...], tuple[str, ...]]:
    """Input ports and output names of a node; an unknown block has those its wires name."""
    found = node.instance
    if found:
        return found[0].ports(), found[0].outputs
    ins = tuple(Port(t.port, t.port) for t in design.wires if t.node == node.id)
    outs = dict.fromkeys(s.port for s in design.wires.values() if s.node == node.id)
    return ins, tuple(outs)
