"""Freezing: training leaves the weights of frozen nodes, and of all that frozen groups hold."""

from __future__ import annotations

from collections.abc import Iterable

from core.design import edits
from core.design.document import Design, Node
from core.design.ports import TRAINABLE, block_of, weights_owner


def may_freeze(design: Design, node: str) -> bool:
    """Whether a node has weights of a kind that can be frozen; a group always may."""
    found = block_of(design, design.nodes[node])
    return found is not None and any(p.name == TRAINABLE for p in found[0].params())


def is_frozen(node: Node) -> bool:
    """Whether a node says that its weights are left as they are."""
    return node.params.get(TRAINABLE) is False


def freeze(design: Design, nodes: Iterable[str], frozen: bool = True) -> Design:
    """Freeze nodes, or let them learn again; those without weights of that kind are passed over.

    Those that share weights are frozen together.
    """
    chosen = {i for node in nodes for i in _sharing(design, node)}
    for node in design.nodes:
        if node in chosen and may_freeze(design, node):
            design = edits.set_params(design, node, **{TRAINABLE: not frozen})
    return design


def _sharing(design: Design, node: str) -> list[str]:
    """A node and those that share its weights."""
    owner = weights_owner(design.nodes[node]) or node
    others = (i for i, n in design.nodes.items() if owner in (i, weights_owner(n)))
    return [node, *others]
