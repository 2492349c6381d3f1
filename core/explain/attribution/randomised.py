"""Weights drawn anew, layer by layer from the top: what is left is what was not learned. No JAX."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.explain.attribution.graph import leading_to

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


def layers_from_top(subject: Subject) -> tuple[tuple[str, str], ...]:
    """Attribute and node id of the layers with weights that the score depends on, last one first.

    Layers that share their weights are one, which stands where its first use from the top is.
    """
    program = subject.job.program
    names = (*program.param_names, *program.rest_names)
    arrays = (*subject.params, *subject.rest)
    # Layers such as Dropout keep a counter and a key of random numbers, which are no weights.
    weighted = {
        name.partition(".")[0]
        for name, array in zip(names, arrays, strict=True)
        if "float" in str(array.dtype)
    }
    found: dict[str, str] = {}
    for step in reversed(leading_to(subject.plan, subject.scored)):
        if step.attribute in weighted:
            found.setdefault(step.attribute, step.node)
    return tuple(found.items())


def with_drawn(subject: Subject, attributes: Collection[str]) -> Subject:
    """The same question of a network that has all that these layers keep drawn anew."""
    program = subject.job.program
    params, rest = subject.drawn_anew()
    return replace(
        subject,
        params=_mixed(program.param_names, subject.params, params, attributes),
        rest=_mixed(program.rest_names, subject.rest, rest, attributes),
    )


def _mixed(
    names: Sequence[str], learned: Sequence[Any], drawn: Sequence[Any], attributes: Collection[str]
) -> list[Any]:
    three = zip(names, learned, drawn, strict=True)
    return [new if name.partition(".")[0] in attributes else old for name, old, new in three]
