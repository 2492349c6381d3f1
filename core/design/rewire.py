"""Edits that keep the flow through a design: a node put into a wire, and nodes bridged away."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from core.blocks.block import ShapeError
from core.design import edits, fitting
from core.design.document import Design, End
from core.design.ports import GroupUse, block_of, ports_of
from core.design.problems import refusal
from core.design.trial import use_made_of
from core.tensor import Tensor


def insert_on_wire(design: Design, node: str, target: End) -> Design:
    """Put a free node into the wire that ends at ``target``: first input in, first output out.

    A design in which that cannot be done (no such wire, the node has wires, or lacks an input or
    an output) comes back as it is. Whether shapes fit is not asked; see ``fits_wire``.
    """
    source, ends = design.wires.get(target), _through(design, node)
    if source is None or ends is None or _has_wires(design, node):
        return design
    inlet, outlet = ends
    return edits.connect(edits.connect(design, source, inlet), outlet, target)


def fits_wire(design: Design, outputs: Mapping[End, Tensor], node: str, target: End) -> bool:
    """Whether a free node takes what runs through a wire, and its output can go on to ``target``.

    Shapes that are not known are taken to fit.
    """
    inserted = insert_on_wire(design, node, target)
    if inserted is design:
        return False
    ends = _through(design, node)
    assert ends is not None, "a node that was inserted has ends"
    inlet, outlet = ends
    if refusal(design, outputs, design.wires[target], inlet) is not None:
        return False
    try:
        output = _output(design, outputs.get(design.wires[target]), node)
    except ShapeError:
        return False
    known = {outlet: output} if output is not None else {}
    return refusal(design, known, outlet, target) is None


def bridge(design: Design, nodes: Collection[str]) -> Design:
    """Take nodes away and wire what fed the first input of each to all that it fed.

    Chains of such nodes are passed through. A consumer loses its wire where nothing fed the first
    input, and where it would come to feed itself.
    """
    gone = set(nodes) & set(design.nodes)
    bridged = {}
    for target, source in design.wires.items():
        if target.node in gone or source.node not in gone:
            continue
        feeding = _before(design, source, gone)
        if feeding is not None and feeding.node != target.node:
            bridged[target] = feeding
    left = edits.remove(design, gone)
    for target, source in bridged.items():
        left = edits.connect(left, source, target)
    return left


def _before(design: Design, source: End, gone: Collection[str]) -> End | None:
    """The output of a remaining node that feeds ``source`` through first inputs of nodes gone."""
    seen = set()
    end: End | None = source
    while end is not None and end.node in gone:
        if end.node in seen:
            return None
        seen.add(end.node)
        inputs, _ = ports_of(design, design.nodes[end.node])
        end = design.wires.get(End(end.node, inputs[0].name)) if inputs else None
    return end


def _through(design: Design, node: str) -> tuple[End, End] | None:
    """A node's first input and first output, if it has both."""
    inputs, outputs = ports_of(design, design.nodes[node])
    return (End(node, inputs[0].name), End(node, outputs[0])) if inputs and outputs else None


def _has_wires(design: Design, node: str) -> bool:
    return any(node in (target.node, source.node) for target, source in design.wires.items())


def _output(design: Design, given: Tensor | None, key: str) -> Tensor | None:
    """What a node makes of the tensor at its first input; None where that is not known."""
    node = design.nodes[key]
    if node.muted:
        return given
    found = block_of(design, node)
    if found is None or given is None:
        return None
    if isinstance(found[0], GroupUse):
        first = next(iter(found[0].entries), None)
        return use_made_of(design, node, first.name, given) if first else None
    return fitting.made_of(found[0], given)
