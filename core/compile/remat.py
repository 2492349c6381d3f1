"""Rematerialisation: activations that are computed again in the backward pass, not kept.

The network is cut into about sqrt(n) segments of which only the inputs are kept, which needs memory
for about 2 sqrt(n) outputs instead of n, for one more forward pass (Chen et al., 2016, "Training
Deep Nets with Sublinear Memory Cost").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from core.compile.model import Network, computed
from core.compile.plan import Step
from core.design.document import End

Arrays = list[jax.Array]
# From weights, what layers keep beside them, and inputs, to outputs and what layers keep then.
Segment = Callable[[Arrays, Arrays, Arrays], tuple[Arrays, Arrays]]


def values(network: Network, feed: Mapping[str, jax.Array], half: str = "") -> dict[End, jax.Array]:
    """What ``network.values(feed, half=half)`` returns, of which segments' inputs alone are kept.

    It can be differentiated backward only.
    """
    found = {End(node, "output"): value for node, value in feed.items()}
    for part in segments(_fed(network.plan.steps, found)):
        _run(network, part, found, half)
    return found


def segments(steps: Sequence[Step]) -> list[tuple[Step, ...]]:
    """Cut steps into about as many segments as each has steps, where few outputs cross a cut."""
    count = max(1, round(math.sqrt(len(steps))))
    size = len(steps) / count
    crossing = _crossing(steps)
    cuts = [0]
    for number in range(1, count):
        near = range(round((number - 0.4) * size), round((number + 0.4) * size) + 1)
        places = [p for p in near if cuts[-1] < p < len(steps)]
        if places:
            cuts.append(min(places, key=lambda p: (crossing[p], abs(p - number * size))))
    return [tuple(steps[a:b]) for a, b in zip(cuts, [*cuts[1:], len(steps)], strict=True)]


def _fed(steps: Sequence[Step], feed: Mapping[End, Any]) -> list[Step]:
    """The steps that depend on nothing but the feed."""
    known, found = set(feed), []
    for step in steps:
        if known.issuperset(step.inputs.values()):
            known.update(step.outputs)
            found.append(step)
    return found


def _crossing(steps: Sequence[Step]) -> list[int]:
    """For each place before a step, how many outputs of earlier steps are read from there on."""
    made = {end: place for place, step in enumerate(steps) for end in step.outputs}
    last: dict[End, int] = {}
    for place, step in enumerate(steps):
        last |= dict.fromkeys(step.inputs.values(), place)
    return [
        sum(first < place <= last.get(end, -1) for end, first in made.items())
        for place in range(len(steps))
    ]


def _run(network: Network, steps: Sequence[Step], found: dict[End, jax.Array], half: str) -> None:
    """Compute a segment, and put its outputs to what was found."""
    outputs = [end for step in steps for end in step.outputs]
    read = dict.fromkeys(end for step in steps for end in step.inputs.values())
    inputs = [end for end in read if end not in outputs]
    names = dict.fromkeys(step.attribute for step in steps if step.layer is not None)
    layers = {name: getattr(network, name) for name in names}
    graph, params, rest = _split(layers)
    weights, weights_form = jax.tree.flatten(params)
    kept, kept_form = jax.tree.flatten(rest)

    def segment(weights: Arrays, kept: Arrays, given: Arrays) -> tuple[Arrays, Arrays]:
        parts = jax.tree.unflatten(weights_form, weights), jax.tree.unflatten(kept_form, kept)
        own = nnx.merge(graph, *parts)
        inner = dict(zip(inputs, given, strict=True))
        computed(steps, own, inner, half=half, lookup=network._resolve)
        after = _split(own)[2]
        return [inner[end] for end in outputs], jax.tree.leaves(after)

    made, after = _rematerialised(segment)(weights, kept, [found[end] for end in inputs])
    nnx.update(layers, jax.tree.unflatten(kept_form, after))
    found.update(zip(outputs, made, strict=True))


def _split(layers: Any) -> tuple[Any, Any, Any]:
    """The form of layers, their parameters, and what they keep beside them."""
    form, params, rest = nnx.split(layers, nnx.Param, ...)  # type: ignore[misc]
    return form, params, rest


def _rematerialised(segment: Segment) -> Segment:
    """The same function, which keeps its arguments alone for the backward pass.

    ``jax.checkpoint`` does the same, but XLA merges what it computes again with the first
    computation when it compiles for a CPU, and so keeps everything after all.
    """
    wrapped = jax.custom_vjp(segment)

    def forward(*given: Any) -> tuple[Any, Any]:
        return segment(*given), given

    def backward(given: tuple[Arrays, Arrays, Arrays], slopes: Any) -> Any:
        weights, kept, inputs = given
        shielded = _shielded(inputs, [s for s in jax.tree.leaves(slopes) if _is_float(s)])
        return jax.vjp(segment, weights, kept, shielded)[1](slopes)

    wrapped.defvjp(forward, backward)
    return wrapped


def _shielded(inputs: Arrays, slopes: Arrays) -> Arrays:
    """The same values, which the compiler cannot know to be the same nor have before the slopes."""
    slopes = [s for s in slopes if s.size]
    if not slopes:
        return inputs
    inputs, slopes = jax.lax.optimization_barrier((inputs, slopes))
    magnitude = sum(jnp.abs(s.ravel()[0]).astype(jnp.float32) for s in slopes)
    zero = jnp.minimum(magnitude, 0.0)
    # Subtracted, because -0.0 + 0.0 is 0.0.
    return jax.lax.platform_dependent(
        inputs,
        zero,
        cpu=lambda given, zero: [g - zero.astype(g.dtype) for g in given],
        default=lambda given, zero: given,
    )


def _is_float(array: Any) -> bool:
    return bool(jnp.issubdtype(array.dtype, jnp.floating))
