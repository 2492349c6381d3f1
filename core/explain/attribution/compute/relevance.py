"""Relevance propagated backwards through the steps of a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from core.compile.model import Network
from core.compile.names import resolve
from core.compile.plan import Step
from core.explain.attribution.compute.functions import (
    Arrays,
    Feed,
    chosen,
    spread,
    values_at,
)
from core.explain.attribution.lrp import MOVES, PASSES

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

# From the inputs of a layer to its outputs.
Forward = Callable[[Arrays], Arrays]


def relevance(
    subject: Subject,
    steps: Sequence[Step],
    rules: Mapping[str, str],
    folded: Mapping[str, str],
    epsilon: float,
) -> tuple[np.ndarray, ...]:
    """The relevance ``[1, ...]`` of each of the sample's places for the target's score.

    ``steps`` lead from the places to the score, ``rules`` say what each node does with relevance,
    and ``folded`` names the layers that batch normalizations belong to.
    """
    functions, places = subject.functions, subject.places
    scored, reading = subject.scored, subject.reading

    def propagate(
        params: Any, rest: Any, feed: Feed, points: Arrays, target: Any, epsilon: Any
    ) -> Arrays:
        network = functions.network(params, rest)
        found = values_at(network, feed, places, points)

        def score(value: jax.Array) -> jax.Array:
            return chosen(spread(value, reading), target).sum()

        # The score is linear in what it is read from.
        known = {scored: found[scored] * jax.grad(score)(found[scored])}
        for layer in reversed(_layers(steps, folded)):
            inputs = tuple(layer[0].inputs.values())
            given = tuple(found[end] for end in inputs)
            outputs = layer[-1].outputs
            held = tuple(known.get(end, jnp.zeros_like(found[end])) for end in outputs)
            rule = rules[layer[-1].node]
            shares = held
            if rule != PASSES:
                shares = _shared(_forward(network, layer), given, held, rule, epsilon)
            for end, share in zip(inputs, shares, strict=True):
                known[end] = known[end] + share if end in known else share
        zeros = (jnp.zeros_like(point) for point in points)
        return tuple(known.get(end, zero) for end, zero in zip(places, zeros, strict=True))

    function = functions.once(("relevance", places, scored, reading), lambda: jax.jit(propagate))
    return subject.at_points(
        lambda *given: function(*given, np.float32(epsilon)),
        subject.points(subject.sample[None]),
    )


def _shared(forward: Forward, given: Arrays, held: Arrays, rule: str, epsilon: jax.Array) -> Arrays:
    """What the inputs of a layer get of the relevance that its outputs hold."""
    values, back = jax.vjp(forward, given)
    if rule == MOVES:
        (moved,) = back(held)
        return moved
    pairs = zip(held, values, strict=True)
    parts = tuple(r / (z + epsilon * jnp.where(z < 0, -1.0, 1.0)) for r, z in pairs)
    (slopes,) = back(parts)
    return tuple(x * slope for x, slope in zip(given, slopes, strict=True))


def _layers(steps: Sequence[Step], folded: Mapping[str, str]) -> list[tuple[Step, ...]]:
    """Steps that share relevance out together, in computing order."""
    by_node = {step.node: step for step in steps}
    within = set(folded.values())
    return [
        (by_node[folded[s.node]], s) if s.node in folded else (s,)
        for s in steps
        if s.node not in within
    ]


def _forward(network: Network, layer: Sequence[Step]) -> Forward:
    """A layer, or two one after the other, as a function of its inputs."""

    def forward(given: Arrays) -> Arrays:
        values = given
        for step in layer:
            scope: dict[str, Any] = dict(zip(step.inputs, values, strict=True))
            if step.layer is not None:
                scope["layer"] = getattr(network, step.attribute)
            value = step.forward.run(scope, resolve)
            values = value if len(step.outputs) > 1 else (value,)
        return tuple(values)

    return forward
