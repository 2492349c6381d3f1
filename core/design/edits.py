"""Every edit of a design, as a pure function from design to design."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from core.blocks.catalog import block
from core.design.document import Design, End, Node, snake_case
from core.design.marks import frames_without
from core.design.ports import weights_owner
from core.params import plain

Point = tuple[float, float]


def new_node(design: Design, kind: str, **params: Any) -> Node:
    """A node of this kind with default parameters, and an id and name that are free.

    Advanced parameters are left to their defaults, so that files stay short.
    """
    usual = {p.name: p.default for p in block(kind).params() if not p.advanced}
    name = design.free_name(snake_case(kind))
    return Node(design.free_id(), name, kind, {**usual, **params})


def add_node(design: Design, node: Node, position: Point) -> Design:
    """Place a node. Raises ValueError if its id is taken."""
    if node.id in design.nodes:
        raise ValueError(f"there is a node {node.id} already")
    return replace(
        design, nodes={**design.nodes, node.id: node}, view=_placed(design, {node.id: position})
    )


def remove(design: Design, nodes: Collection[str] = (), wires: Collection[End] = ()) -> Design:
    """Take nodes away with all their wires, and further wires named by their input ends."""
    gone, cut = set(nodes), set(wires)
    positions = design.view.get("positions", {})
    return replace(
        design,
        nodes={i: n for i, n in design.nodes.items() if i not in gone},
        wires={
            t: s
            for t, s in design.wires.items()
            if t not in cut and t.node not in gone and s.node not in gone
        },
        frames=frames_without(design, gone),
        view={**design.view, "positions": {i: p for i, p in positions.items() if i not in gone}},
    )


def connect(design: Design, source: End, target: End) -> Design:
    """Wire an output to an input, in place of any wire that was there."""
    return replace(design, wires={**design.wires, target: source})


def disconnect(design: Design, target: End) -> Design:
    """Take away the wire into an input."""
    return replace(design, wires={t: s for t, s in design.wires.items() if t != target})


def reconnect(design: Design, old: End, source: End, new: End) -> Design:
    """Move a wire's end to another input."""
    return connect(disconnect(design, old), source, new)


def move(design: Design, positions: Mapping[str, Point]) -> Design:
    """Put nodes elsewhere on the canvas; nodes that are not there are passed over."""
    there = {i: p for i, p in positions.items() if i in design.nodes}
    return replace(design, view=_placed(design, there))


def rename(design: Design, node: str, name: str) -> Design:
    """Give a node another name."""
    return _with_node(design, replace(design.nodes[node], name=name))


def mute(design: Design, nodes: Iterable[str], muted: bool = True) -> Design:
    """Pass nodes by, or take them in again."""
    for node in nodes:
        design = _with_node(design, replace(design.nodes[node], muted=muted))
    return design


def set_params(design: Design, node: str, /, **params: Any) -> Design:
    """Change parameters of a node."""
    old = design.nodes[node]
    values = {k: plain(v) for k, v in params.items()}
    return _with_node(design, replace(old, params={**old.params, **values}))


def set_data(design: Design, data: Mapping[str, Any] | None) -> Design:
    """Bind the design to other data."""
    return replace(design, data=data)


def set_recipe(design: Design, recipe: Mapping[str, Any]) -> Design:
    """Train differently."""
    return replace(design, recipe=recipe)


def set_name(design: Design, name: str) -> Design:
    """Give the design another name."""
    return replace(design, name=name)


def duplicate(design: Design, nodes: Collection[str], shift: Point = (32.0, 32.0)) -> Design:
    """Copy nodes with the wires among them; the copies are the last nodes of the result.

    What shares the weights of a node that is copied too shares those of the copy.
    """
    copies: dict[str, str] = {}
    chosen = set(nodes)
    for old in [n for i, n in design.nodes.items() if i in chosen]:
        node = replace(old, id=design.free_id(), name=design.free_name(old.name))
        x, y = design.position(old.id)
        design = add_node(design, node, (x + shift[0], y + shift[1]))
        copies[old.id] = node.id
    inner = {
        End(copies[t.node], t.port): End(copies[s.node], s.port)
        for t, s in design.wires.items()
        if t.node in copies and s.node in copies
    }
    for key in copies.values():
        owner = weights_owner(design.nodes[key])
        if owner in copies:
            design = set_params(design, key, weights_of=copies[owner])
    return replace(design, wires={**design.wires, **inner})


def _with_node(design: Design, node: Node) -> Design:
    return replace(design, nodes={**design.nodes, node.id: node})


def _placed(design: Design, positions: Mapping[str, Point]) -> dict[str, Any]:
    fresh = {i: (float(x), float(y)) for i, (x, y) in positions.items()}
    return {**design.view, "positions": {**design.view.get("positions", {}), **fresh}}
