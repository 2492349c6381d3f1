"""How a ready group is written down, and the design that is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.blocks.group_ports import GroupInput, GroupOutput
from core.design import edits, marks
from core.design.document import Design, End, Group, Node
from core.design.exposing import expose
from core.design.group_edits import use_group

Spec = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Recipe:
    """A group: its ``title``, what its ``note`` says of it, nodes by name, wires and parameters.

    Wires are written ``source -> target.port``; a port that is left out is ``input``. ``exposed``
    has the targets, written ``node.parameter``, of each parameter that uses can set. ``frames`` are
    nodes that belong together.
    """

    title: str
    note: str
    inputs: tuple[str, ...]
    nodes: Mapping[str, Spec]
    wires: tuple[str, ...]
    exposed: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def made(recipe: Recipe) -> tuple[Design, str]:
    """A design that uses the group once, and the id of the node that does."""
    inner = Design()
    specs: dict[str, Spec] = {
        **dict.fromkeys(recipe.inputs, (GroupInput.kind, {})),
        **recipe.nodes,
        "output": (GroupOutput.kind, {}),
    }
    for name, (kind, params) in specs.items():
        inner = edits.add_node(inner, Node(name, name, kind, params), (0.0, 0.0))
    for text in recipe.wires:
        source, target = text.split(" -> ")
        node, _, port = target.partition(".")
        inner = edits.connect(inner, End(source, "output"), End(node, port or "input"))
    for name, nodes in recipe.frames.items():
        inner = marks.frame(inner, nodes, name)
    group = Group(
        inner.nodes, inner.wires, inner.frames, view=inner.view, id="g1", name=recipe.title
    )
    design, use = use_group(Design(groups={"g1": group}), "g1", (0.0, 0.0))
    design = edits.rename(design, use, recipe.title.lower().replace("-", "_").replace(" ", "_"))
    for name, targets in recipe.exposed.items():
        pairs = [tuple(target.split(".")) for target in targets]
        design = expose(design, "g1", name, pairs)
    return design, use
