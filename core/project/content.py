"""A design as the JSON content of a project file; ``reader`` is the way back."""

from __future__ import annotations

from typing import Any

from core.design.document import Design, Frame, Graph, Group, Node, Note
from core.project.migrate import FORMAT_VERSION


def to_content(design: Design) -> dict[str, Any]:
    """The design as it stands in a file."""
    return {
        "layerloom": FORMAT_VERSION,
        "name": design.name,
        **graph_content(design),
        "groups": [group_content(g) for g in design.groups.values()],
        "data": design.data,
        "recipe": dict(design.recipe),
        "view": view_content(design),
    }


def graph_content(graph: Graph) -> dict[str, Any]:
    """The nodes and wires of a design or group as they stand in a file."""
    return {
        "nodes": [_node_content(n) for n in graph.nodes.values()],
        "wires": [{"from": str(s), "to": str(t)} for t, s in graph.wires.items()],
    }


def group_content(group: Group) -> dict[str, Any]:
    """The definition of a group as it stands in a file."""
    return {
        "id": group.id,
        "name": group.name,
        **graph_content(group),
        "exposed": [
            {"name": e.name, "sets": [f"{node}.{param}" for node, param in e.targets]}
            for e in group.exposed
        ],
        "view": view_content(group),
    }


def view_content(graph: Graph) -> dict[str, Any]:
    """How a design or group stands on the canvas, as it is in a file."""
    view = dict(graph.view)
    if graph.frames:
        view["frames"] = [_colored(f, nodes=list(f.nodes)) for f in graph.frames.values()]
    if graph.notes:
        view["notes"] = [_colored(n, rect=list(n.rect)) for n in graph.notes.values()]
    return view


def _node_content(node: Node) -> dict[str, Any]:
    muted = {"muted": True} if node.muted else {}
    params = dict(node.params)
    return {"id": node.id, "name": node.name, "block": node.block, **muted, "params": params}


def _colored(mark: Frame | Note, **more: Any) -> dict[str, Any]:
    words = {"name": mark.name} if isinstance(mark, Frame) else {"text": mark.text}
    color = {"color": mark.color} if mark.color else {}
    return {"id": mark.id, **words, **more, **color}
