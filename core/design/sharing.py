"""Which unfolded nodes use the weights of others: in uses of a group that share, and in repeats."""

from __future__ import annotations

from collections.abc import Iterator

from core.design import edits
from core.design.document import Design
from core.design.flat import Flat, Unfolded, copy_around, place_of
from core.design.levels import at_level
from core.design.problems import ERROR, Fix, Problem


def shared_weights(flat: Flat) -> tuple[dict[str, str], list[Problem]]:
    """For each node without weights of its own the one whose it uses; and what cannot be shared."""
    ties: dict[str, str] = {}
    problems = []
    for key, use in flat.uses.items():
        owner = _owner(flat, key, use)
        if isinstance(owner, str):
            problems.append(_refusal(key, use, owner))
        elif owner is not None:
            pairs = zip(use.copies, owner.copies, strict=True)
            found = [tied for pair in pairs for tied in _tied(flat, *pair)]
            if all(there in flat.design.nodes for _, there in found):
                ties.update(found)
            else:
                wrong = f"{owner.node.name} holds other blocks, so weights cannot be shared"
                problems.append(_refusal(key, use, wrong))
        elif use.block.values()["shared_repeats"]:
            found = [tied for copy in use.copies[1:] for tied in _tied(flat, copy, key)]
            ties.update((node, there) for node, there in found if there in flat.design.nodes)
    for key, owner_id in ties.items():
        while owner_id in ties:
            owner_id = ties[owner_id]
        ties[key] = owner_id
    return ties, problems


def _owner(flat: Flat, key: str, use: Unfolded) -> Unfolded | str | None:
    """The use whose weights a use shares, or why it cannot; None for weights of its own."""
    wanted = use.block.values()["weights_of"]
    if not wanted:
        return None
    above = copy_around(key)
    there = f"{above}/{wanted}" if above else str(wanted)
    owner = flat.uses.get(there)
    if owner is None and there in flat.muted:
        return f"{flat.muted[there].name}, whose weights it uses, is muted"
    if owner is None or owner.group is not use.group or there == key:
        return f"there is no other use {wanted!r} of {use.group.name} here"
    if owner.block.values()["weights_of"]:
        return f"{owner.node.name} has no weights of its own"
    if len(owner.copies) != len(use.copies):
        return f"{owner.node.name} is not repeated as often, so weights cannot be shared"
    return owner


def _tied(flat: Flat, copy: str, owner: str) -> Iterator[tuple[str, str]]:
    """The nodes of a copy, each with the node at the same place in the owner."""
    for node in flat.copies[copy].nodes:
        yield node, owner + node[len(copy) :]


def _refusal(key: str, use: Unfolded, wrong: str) -> Problem:
    path, node = place_of(key)

    def own(design: Design) -> Design:
        return edits.set_params(design, node, weights_of="")

    remedy = "Give it weights of its own."
    fix = Fix(remedy.rstrip("."), at_level(path, own), whole=True)
    return Problem(ERROR, key, f"{use.name}: {wrong}", remedy, fix)
