"""A design with its groups unfolded: every copy of every inner node stands for itself.

What analyses, compiles and trains sees nothing but this; ``unfolding`` makes it. Node ids are
paths: ``n5/n2`` is the node ``n2`` in the group that ``n5`` uses, ``n5~3/n2`` the same in the third
of the repeats of ``n5``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.design.document import Design, Group, Node
from core.design.levels import Path
from core.design.ports import GroupUse
from core.design.problems import Problem


@dataclass(frozen=True)
class Copy:
    """One copy of what a group holds: the group, what stands before the names, and its nodes.

    ``place`` is what stands before the names where copies are not told apart.
    """

    group: str
    name: str
    place: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Unfolded:
    """One use of a group: its node where it stands, its block, and the ids of its copies.

    ``name`` starts with the names of the uses that it stands in. ``inside`` is what it holds, with
    the parameters that it sets.
    """

    node: Node
    group: Group
    block: GroupUse
    name: str
    copies: tuple[str, ...]
    inside: Design


@dataclass(frozen=True)
class Flat:
    """The unfolded design, and how it came about.

    ``uses`` has every use of a group by id, ``copies`` each of their copies, ``muted`` the nodes
    that are passed by, ``ties`` says whose weights a node uses instead of its own. A design
    ``is_plain`` that has no groups, no tied weights and nothing muted, and so stands for itself.
    """

    design: Design
    uses: Mapping[str, Unfolded] = field(default_factory=dict)
    copies: Mapping[str, Copy] = field(default_factory=dict)
    muted: Mapping[str, Node] = field(default_factory=dict)
    ties: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_plain: bool = True

    def inner(self, use: Unfolded) -> Iterator[str]:
        """The unfolded nodes of all copies of a use."""
        for copy in use.copies:
            yield from self.copies[copy].nodes

    def name_of(self, node: str) -> str:
        """What an unfolded node, or a node that uses a group or is muted, is called.

        The names of the uses that it stands in come first; copies are not told apart.
        """
        use, there = self.uses.get(node), self.design.nodes.get(node) or self.muted.get(node)
        around = self.copies.get(copy_around(node))
        own = use.node.name if use else there.name if there else node
        return around.place + own.removeprefix(around.name) if around else own


def copy_around(node: str) -> str:
    """The copy of a group that an unfolded node or copy stands in; empty where it is in none."""
    return node.rpartition("/")[0]


def first_copy(copy: str) -> str:
    """The first of the repeats of a use, whose id is that of the use, from any of them."""
    before, slash, last = copy.rpartition("/")
    return before + slash + last.partition("~")[0]


def place_of(node: str) -> tuple[Path, str]:
    """The path of the level that an unfolded node stands at, and its id there."""
    *path, last = (part.split("~")[0] for part in node.split("/"))
    return tuple(path), last


def flat_id(path: Path, node: str) -> str:
    """What a node at a path is called in the unfolded design; of repeats, the first copy's."""
    return "/".join((*path, node))
