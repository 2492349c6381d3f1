"""Problems of what a design computes and learns: circles, no loss, dead branches."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial

from core.design import edits
from core.design.document import End
from core.design.flat import Flat, copy_around, first_copy, flat_id, place_of
from core.design.levels import at_level
from core.design.order import ancestors, in_circles
from core.design.problems import ERROR, WARNING, Fix, Problem


def circle(flat: Flat, stuck: Collection[str]) -> Iterator[Problem]:
    """Wires in a circle, told of the nodes of the innermost level that holds it all."""
    nodes = in_circles(stuck, flat.design.sources) if stuck else []
    if not nodes:
        return
    if not flat.is_plain:
        nodes = _together(nodes)
    names = ", ".join(flat.name_of(i) for i in nodes)
    yield Problem(ERROR, nodes[0], f"the wires go round in a circle: {names}", "Remove one wire.")


def learning(
    flat: Flat,
    roles: Mapping[str, str],
    sources: Mapping[str, Mapping[str, End]],
    parameters: int,
) -> Iterator[Problem]:
    """No loss, nothing to train, and what leads to no loss; a group that does not is told as one.

    ``roles`` are those of the unfolded nodes' blocks, ``parameters`` counts the trained values.
    """
    if not flat.design.nodes:
        yield Problem(ERROR, None, "the design is empty", "Drag an Input from the palette.")
        return
    losses = [i for i, role in roles.items() if role == "loss"]
    if not losses:
        yield Problem(
            ERROR,
            None,
            "there is no loss",
            "Add a loss block and wire a prediction and a target.",
            only_training=True,
        )
        return
    if not parameters:
        remedy = "Add a layer that has parameters, or unfreeze one."
        yield Problem(WARNING, None, "nothing is trained", remedy)
    for key in _idle(flat, ancestors(losses, sources)):
        path, node = place_of(key)
        name = flat.name_of(key)
        removed = at_level(path, partial(edits.remove, nodes=(node,)))
        yield Problem(
            WARNING,
            key,
            f"{name} leads to no loss, so it is not trained",
            "Wire its output on, or remove it.",
            Fix(f"Remove {name}", removed, whole=True),
        )


def _idle(flat: Flat, needed: Collection[str]) -> Iterator[str]:
    """What leads to no loss: nodes, and uses of groups of which that is true as a whole.

    What stands in a group is idle only if it is so wherever the group is used. Its ports are not
    told of: that an output is not used everywhere is what they are for.
    """
    if flat.is_plain:
        yield from (key for key in flat.design.nodes if key not in needed)
        return
    useful = {_definition(flat, key) for key in needed}
    for copy in {copy_around(key) for key in needed}:
        useful |= {_definition(flat, part) for part in _parts(f"{copy}/")}
    told = set()
    for key in flat.design.nodes:
        if key in needed:
            continue
        part = next((p for p in _parts(key) if _definition(flat, p) not in useful), None)
        if part is None or place_of(part) in told:
            continue
        told.add(place_of(part))
        found = flat.design.nodes[key].instance
        if part != key or found is None or not found[0].within_groups:
            yield part


def _parts(key: str) -> Iterator[str]:
    """The uses of groups that an unfolded node stands in, the outermost first, and the node."""
    names = key.split("/")
    yield from (first_copy("/".join(names[:depth])) for depth in range(1, len(names)))
    yield key


def _definition(flat: Flat, key: str) -> tuple[str | None, str]:
    """The group that an unfolded node stands in, or None, and its id there."""
    around = flat.copies.get(copy_around(key))
    return (around.group if around else None), key.rpartition("/")[2]


def _together(nodes: Iterable[str]) -> list[str]:
    """The nodes of the deepest level that has all of these in it, each once."""
    places = [(*path, node) for path, node in map(place_of, nodes)]
    depth = 0
    while all(len(p) > depth + 1 and p[depth] == places[0][depth] for p in places):
        depth += 1
    shown = dict.fromkeys(p[: depth + 1] for p in places)
    return [flat_id(p[:-1], p[-1]) for p in shown]
