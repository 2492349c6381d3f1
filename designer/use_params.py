"""How the inspector shows the parameters of a node that may use the weights of another one."""

from __future__ import annotations

from dataclasses import replace

from core.blocks.block import Block
from core.blocks.embedding import Embedding, Unembedding
from core.design.document import Design, Node
from core.design.ports import TRAINABLE
from core.params import Param, Value

OWN_WEIGHTS = "its own"


def shown(design: Design, node: Node, block: Block) -> tuple[tuple[Param, ...], dict[str, Value]]:
    """The parameters to show and their values: other nodes by name, and nothing that is idle."""
    values = block.values()
    names = {i: n.name for i, n in _owners(design, node).items()}
    hidden = {"group"}
    if values.get("repeat") == 1 and not values["shared_repeats"]:
        hidden.add("shared_repeats")
    owner = str(values["weights_of"])
    if not names and not owner:
        hidden.add("weights_of")
    if owner:
        hidden.add(TRAINABLE)
    values["weights_of"] = names.get(owner, owner) or OWN_WEIGHTS
    choices = (OWN_WEIGHTS, *names.values())
    declared = []
    for param in block.params():
        if param.name == "weights_of":
            param = replace(param, kind="choice", choices=choices, label="Weights")
        if param.name not in hidden:
            declared.append(param)
    return tuple(declared), {p.name: values[p.name] for p in declared}


def stored(design: Design, node: Node, name: str, value: Value) -> Value:
    """What is saved when the user sets a parameter to a value that ``shown`` gave."""
    if name != "weights_of":
        return value
    return next((i for i, n in _owners(design, node).items() if n.name == value), "")


def _owners(design: Design, node: Node) -> dict[str, Node]:
    """The nodes whose weights it could use: Embeddings, or other uses of the same group."""
    if node.block == Unembedding.kind:
        return {i: n for i, n in design.nodes.items() if n.block == Embedding.kind}
    group = node.params.get("group")
    return {
        i: n
        for i, n in design.nodes.items()
        if n.block == node.block
        and n.params.get("group") == group
        and n.id != node.id
        and not n.params.get("weights_of")
    }
