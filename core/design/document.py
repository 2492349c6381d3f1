"""The immutable design: nodes, wires, frames, notes, groups, data binding, recipe and view."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from core.blocks.block import Block
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

    ``params`` are the saved values, faulty ones included; ``instance`` gives usable ones. What a
    ``muted`` node is given at its first input goes on unchanged; a muted loss is left out.
    """

    id: str
    name: str
    block: str
    params: Mapping[str, Any] = field(default_factory=dict)
    muted: bool = False

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
class Frame:
    """A titled box around some nodes, for the eye alone. ``color`` names a hue, empty for none."""

    id: str
    name: str
    nodes: tuple[str, ...]
    color: str = ""


@dataclass(frozen=True)
class Note:
    """A text on the canvas. ``rect`` is left, top, width and height in pixels."""

    id: str
    text: str
    rect: tuple[float, float, float, float]
    color: str = ""


@dataclass(frozen=True)
class Exposed:
    """A parameter of a group: setting it sets the ``targets``, pairs of node id and parameter."""

    name: str
    targets: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Graph:
    """Nodes and their wires, and how they stand on a canvas.

    ``wires`` maps each connected input to the output that feeds it, so an input has at most one.
    ``frames``, ``notes`` and ``view`` are what training does not depend on; ``view`` holds the
    ``positions`` of nodes on the canvas, in pixels. ``exposed`` are the parameters that each use
    sets for itself where this is what a group holds.
    """

    nodes: Mapping[str, Node] = field(default_factory=dict)
    wires: Mapping[End, End] = field(default_factory=dict)
    frames: Mapping[str, Frame] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    view: Mapping[str, Any] = field(default_factory=dict)
    exposed: tuple[Exposed, ...] = ()

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


@dataclass(frozen=True)
class Group(Graph):
    """A subgraph with a name, used as a block by nodes of the kind ``Group``.

    Its ports are its nodes of the kinds ``GroupInput`` and ``GroupOutput``, in their order, called
    by their ids.
    """

    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Design(Graph):
    """What the user is making. Every edit makes a new one that shares the untouched parts.

    ``groups`` are the definitions that nodes of the kind ``Group`` use, at whatever depth. ``data``
    and ``recipe`` are the saved values as they stand in the file.
    """

    name: str = "Untitled"
    groups: Mapping[str, Group] = field(default_factory=dict)
    data: Mapping[str, Any] | None = None
    recipe: Mapping[str, Any] = field(default_factory=dict)


def snake_case(kind: str) -> str:
    """``MaxPool`` -> ``max_pool``, ``LSTM`` -> ``lstm``: the stem of a new node's name.

    What stands before a dot, the name of a plugin, is left out.
    """
    own = kind.rpartition(".")[2]
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", own).lower()
