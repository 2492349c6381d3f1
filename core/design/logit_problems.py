"""Warns where a loss wants logits and is given what a softmax or sigmoid has squashed already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from core.blocks.block import Block
from core.blocks.losses import Loss
from core.design import edits
from core.design.document import Design, End
from core.design.flat import Flat, copy_around, place_of
from core.design.levels import at_level
from core.design.passing import origin
from core.design.problems import WARNING, Fix, Problem

# Functions of an Activation that no logits come from. A log_softmax does no harm: the softmax of it
# is that of what it was given.
SQUASHING = ("softmax", "sigmoid", "hard_sigmoid", "log_sigmoid")


def squashed_logits(flat: Flat, blocks: Mapping[str, Block]) -> Iterator[Problem]:
    """Losses whose logits come from an activation that makes probabilities of them.

    ``blocks`` are those of the unfolded nodes. The fix takes the activation away where it serves
    the loss alone, and wires the loss past it where others read it too.
    """
    for key, loss in blocks.items():
        if not isinstance(loss, Loss):
            continue
        for port in loss.logit_ports:
            target = End(key, port)
            source = flat.design.wires.get(target)
            if source is None:
                continue
            giver = origin(flat.design, source).node
            function = squashing(blocks.get(giver))
            if function:
                yield _squashed(flat, target, giver, function)


def squashing(block: Block | None) -> str:
    """The function by which a block makes probabilities; empty if it does not."""
    function = str(getattr(block, "function", "")) if block else ""
    return function if block and block.kind == "Activation" and function in SQUASHING else ""


def _squashed(flat: Flat, target: End, giver: str, function: str) -> Problem:
    loss, name = flat.name_of(target.node), flat.name_of(giver)
    return Problem(
        WARNING,
        target.node,
        f"{loss}: logits expected, but {name} is a {function}",
        f"The loss applies its own; a second one slows learning down. Take {name} away.",
        _fix(flat, target, giver, name),
    )


def _fix(flat: Flat, target: End, giver: str, name: str) -> Fix | None:
    """None where loss and activation stand at different levels: a group may be used elsewhere."""
    if copy_around(target.node) != copy_around(giver):
        return None
    path, node = place_of(giver)
    if set(_readers(flat.design, giver)) == {target}:
        return Fix(f"Remove {name}", at_level(path, partial(_take_out, node)), whole=True)
    end = End(place_of(target.node)[1], target.port)
    return Fix(f"Wire past {name}", at_level(path, partial(_wire_past, node, end)), whole=True)


def _readers(design: Design, giver: str) -> Iterator[End]:
    """The inputs that a node feeds, looking through nodes that only pass a value on."""
    for target, source in design.wires.items():
        if source.node != giver:
            continue
        found = design.nodes[target.node].instance
        if found and found[0].passes_on:
            yield from _readers(design, target.node)
        else:
            yield target


def _take_out(activation: str, design: Design) -> Design:
    before = design.wires.get(End(activation, "input"))
    left = edits.remove(design, (activation,))
    for target, source in design.wires.items():
        if source.node == activation and before:
            left = edits.connect(left, before, target)
    return left


def _wire_past(activation: str, target: End, design: Design) -> Design:
    before = design.wires.get(End(activation, "input"))
    return edits.connect(design, before, target) if before else design
