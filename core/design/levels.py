"""A look into a group as if it were the design, and back: so that every edit works inside groups.

A level is named by its path: the ids of the nodes that lead into it, each a use of a group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from core.design.document import Design, End, Graph, Group, Node
from core.design.exposing import forget_nodes
from core.design.ports import entries, exits, group_of, nodes_as_set, used_by

Path = tuple[str, ...]
Edit = Callable[[Design], Design]
G = TypeVar("G", bound=Graph)


def valid_path(design: Design, path: Path) -> Path:
    """The path as far as it leads into groups that are there."""
    for depth in range(len(path)):
        if group_at(design, path[: depth + 1]) is None:
            return path[:depth]
    return path


def group_at(design: Design, path: Path) -> Group | None:
    """The group that a path leads into; None for the design itself and for paths that end."""
    graph: Graph = design
    group = None
    for key in path:
        node = graph.nodes.get(key)
        group = group_of(design, node) if node else None
        if group is None:
            return None
        graph = group
    return group


def level(design: Design, path: Path) -> Design:
    """What stands at a path, as a design of its own with the whole design's groups and data."""
    group = group_at(design, path)
    return design if group is None else inside(design, group)


def level_as_set(design: Design, path: Path) -> Design:
    """What stands at a path with the parameters that the uses around it set."""
    here = design
    for key in path:
        group = group_of(design, here.nodes[key])
        if group is None:
            return here
        here = inside(design, group, here.nodes[key])
    return here


def inside(design: Design, group: Group, use: Node | None = None) -> Design:
    """What a group holds, as a design of its own with the whole design's groups and data.

    With a ``use`` its nodes have the parameters that this sets.
    """
    parts = _parts(group)
    if use is not None:
        parts["nodes"] = nodes_as_set(design, group, use)
    return replace(design, **parts, exposed=group.exposed)


def with_level(design: Design, path: Path, edited: Design) -> Design:
    """The design with what stands at a path edited.

    Wires to ports that are gone go too, and so does what was exposed of nodes that are gone.
    """
    group = group_at(design, path)
    if group is None:
        return edited
    # An edit may change what is exposed of the level that it works in, or of the group by its id.
    exposed = edited.exposed
    if exposed == group.exposed:
        exposed = edited.groups[group.id].exposed
    changed = replace(edited.groups[group.id], **_parts(edited), exposed=exposed)
    whole = replace(
        design,
        name=edited.name,
        data=edited.data,
        recipe=edited.recipe,
        groups={**edited.groups, group.id: changed},
    )
    lost = _ports(group) - _ports(changed)
    whole = _without_ports(whole, group.id, lost) if lost else whole
    return forget_nodes(whole, group.id, group.nodes.keys() - changed.nodes.keys())


def at_level(path: Path, edit: Edit) -> Edit:
    """The edit of the whole design that carries out ``edit`` at a path."""
    return lambda design: with_level(design, path, edit(level(design, path)))


def _parts(graph: Graph) -> dict[str, Any]:
    return {
        "nodes": graph.nodes,
        "wires": graph.wires,
        "frames": graph.frames,
        "notes": graph.notes,
        "view": graph.view,
    }


def _ports(group: Group) -> set[tuple[bool, str]]:
    """The ports of a group: whether each is an output, and its name."""
    ins = {(False, n.id) for n in entries(group)}
    return ins | {(True, n.id) for n in exits(group)}


def _without_ports(design: Design, group: str, lost: set[tuple[bool, str]]) -> Design:
    def kept(graph: G) -> G:
        uses = {n.id for n in graph.nodes.values() if used_by(n) == group}

        def is_lost(end: End, output: bool) -> bool:
            return end.node in uses and (output, end.port) in lost

        wires = {
            t: s
            for t, s in graph.wires.items()
            if not (is_lost(t, output=False) or is_lost(s, output=True))
        }
        return graph if len(wires) == len(graph.wires) else replace(graph, wires=wires)

    inner = {i: kept(g) for i, g in design.groups.items()}
    return replace(kept(design), groups=inner)
