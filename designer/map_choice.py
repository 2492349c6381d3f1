"""What is asked of an attribution method: the method, its parameters, the class and the layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.design.analysis import Analysis
from core.explain.attribution.ask import Attribute
from core.explain.attribution.catalog import methods
from core.explain.attribution.method import ATTENTION, CONV, Method
from core.explain.own_sample import OwnSample
from core.params import Value

PREDICTED, TRUE = "predicted", "true"
FIRST_METHOD = "integrated_gradients"
# A method that looks at a layer does so at one of these families of blocks.
_FAMILIES = {CONV: "Convolution", ATTENTION: "Attention"}
Target = str | int


@dataclass(frozen=True)
class MapChoice:
    """A method with what is set of its parameters, for a class and a layer or Input.

    ``target`` is ``PREDICTED``, ``TRUE`` or the number of a class; ``node`` may be empty.
    """

    method: str
    params: tuple[tuple[str, Value], ...] = ()
    target: Target = PREDICTED
    node: str = ""

    def question(
        self, number: int, truth: int | None, own: OwnSample | None = None
    ) -> Attribute | None:
        """The question for a sample of that true class, or one of the user's own in its place.

        None if the class is not known.
        """
        if self.target == TRUE and truth is None:
            return None
        target = truth if self.target == TRUE else None
        if isinstance(self.target, int):
            target = self.target
        number = number if own is None else 0
        return Attribute(self.method, self.params, number, target, self.node, own=own)


def method_kinds() -> Mapping[str, type[Method]]:
    """The methods in the order in which they are offered: by what people call them."""
    found = methods()
    return {kind: found[kind] for kind in sorted(found, key=lambda k: found[k].label.lower())}


def usual_method(kinds: Mapping[str, type[Method]]) -> str:
    """The method to begin with."""
    return FIRST_METHOD if FIRST_METHOD in kinds else next(iter(kinds), "")


def nodes_for(method: type[Method], analysis: Analysis) -> dict[str, str]:
    """The names of the nodes that a method can look at, by id: layers, or else Inputs."""
    if not method.at_layer:
        return {r.node.id: analysis.name_of(r.node.id) for r in analysis.by_role("input")}
    family = _FAMILIES.get(method.needs)
    found = {}
    for node in analysis.order:
        block = analysis.nodes[node].block
        if block is None or block.role != "layer":
            continue
        if family is None or block.family == family:
            found[node] = analysis.name_of(node)
    return found
