"""How the inspector shows the parameters of a node that uses a group."""

from __future__ import annotations

from dataclasses import replace

from core.design.document import Design, Node
from core.design.ports import GroupUse
from core.params import Param, Value

OWN_WEIGHTS = "its own"


def shown(design: Design, node: Node, use: GroupUse) -> tuple[tuple[Param, ...], dict[str, Value]]:
    """The parameters to show and their values: other uses by name, and nothing that is idle."""
    values = use.values()
    names = {i: n.name for i, n in _others(design, node).items()}
    hidden = {"group"}
    if values["repeat"] == 1 and not values["shared_repeats"]:
        hidden.add("shared_repeats")
    owner = str(values["weights_of"])
    if not names and not owner:
        hidden.add("weights_of")
    values["weights_of"] = names.get(owner, owner) or OWN_WEIGHTS
    choices = (OWN_WEIGHTS, *names.values())
    declared = []
    for param in use.params():
        if param.name == "weights_of":
            param = replace(param, kind="choice", choices=choices, label="Weights")
        if param.name not in hidden:
            declared.append(param)
    return tuple(declared), {p.name: values[p.name] for p in declared}


def stored(design: Design, node: Node, name: str, value: Value) -> Value:
    """What is saved when the user sets a parameter to a value that ``shown`` gave."""
    if name != "weights_of":
        return value
    return next((i for i, n in _others(design, node).items() if n.name == value), "")


def _others(design: Design, node: Node) -> dict[str, Node]:
    """The other uses of the same group that have weights of their own."""
    group = node.params.get("group")
    return {
        i: n
        for i, n in design.nodes.items()
        if n.block == node.block
        and n.params.get("group") == group
        and n.id != node.id
        and not n.params.get("weights_of")
    }
