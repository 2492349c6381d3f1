"""Which unfolded nodes use the weights of others: uses of a group, repeats, and Unembeddings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from core.blocks.embedding import Embedding
from core.design import edits
from core.design.document import Design, Node
from core.design.flat import Flat, Unfolded, copy_around, place_of
from core.design.levels import at_level
from core.design.ports import weights_owner
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
    for key, node in flat.design.nodes.items():
        if weights_owner(node):
            fault = _table_fault(flat, node)
            if fault:
                problems.append(fault)
            else:
                ties[key] = _beside(key, weights_owner(node))
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
    there = _beside(key, str(wanted))
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


def _beside(key: str, node: str) -> str:
    """The unfolded id of a node at the level of another one."""
    above = copy_around(key)
    return f"{above}/{node}" if above else node


def _table_fault(flat: Flat, node: Node) -> Problem | None:
    """Why an Unembedding cannot use the table of the Embedding that it names."""
    there = _beside(node.id, weights_owner(node))
    owner = flat.design.nodes.get(there)
    if there in flat.muted:
        return _refused(node.id, node.name, f"{flat.name_of(there)}, whose table it uses, is muted")
    if owner is None or owner.block != Embedding.kind:
        wrong = f"there is no Embedding {weights_owner(node)!r} here"
        return _refused(node.id, node.name, wrong)
    mine, its = node.instance, owner.instance
    if not (mine and its) or mine[1] or its[1]:
        return None
    size, wanted = (found[0].values()["vocabulary"] for found in (mine, its))
    if size == wanted:
        return None
    path, key = place_of(node.id)
    return Problem(
        ERROR,
        node.id,
        f"{node.name}: Vocabulary is {size}, but the table of {owner.name} has {wanted}",
        f"Set Vocabulary to {wanted}.",
        Fix(
            f"Set Vocabulary to {wanted}",
            at_level(path, partial(_set_vocabulary, node=key, size=wanted)),
            whole=True,
        ),
    )


def _set_vocabulary(design: Design, node: str, size: object) -> Design:
    return edits.set_params(design, node, vocabulary=size)


def _tied(flat: Flat, copy: str, owner: str) -> Iterator[tuple[str, str]]:
    """The nodes of a copy, each with the node at the same place in the owner."""
    for node in flat.copies[copy].nodes:
        yield node, owner + node[len(copy) :]


def _refusal(key: str, use: Unfolded, wrong: str) -> Problem:
    return _refused(key, use.name, wrong)


def _refused(key: str, name: str, wrong: str) -> Problem:
    path, node = place_of(key)

    def own(design: Design) -> Design:
        return edits.set_params(design, node, weights_of="")

    remedy = "Give it weights of its own."
    fix = Fix(remedy.rstrip("."), at_level(path, own), whole=True)
    return Problem(ERROR, key, f"{name}: {wrong}", remedy, fix)
