"""One look at a batch: every node's output and the prediction's gradient at the inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from core.compile.model import Network
from core.compile.names import resolve
from core.compile.plan import Plan
from core.design.document import End


class Look(NamedTuple):
    """What a look shows; all arrays have the batch in front.

    ``outputs`` holds each node's output by node id. ``gradients`` holds, by Input node id, the
    gradient of the predicted class's logit (of the sum, where nothing is classified) with respect
    to the input, or for token ids with respect to their embeddings. ``probabilities`` is None
    where the loss has none.
    """

    outputs: dict[str, jax.Array]
    gradients: dict[str, list[jax.Array]]
    prediction: jax.Array
    probabilities: jax.Array | None


def look(network: Network, feed: Mapping[str, jax.Array]) -> Look:
    """Run a network in evaluation mode and take the input gradient (Simonyan et al. 2014).

    ``feed`` holds one array ``[B, ...]`` for each Input node by id, and for each Target node that
    the prediction depends on. Of a sequence the last step's prediction is explained, of an image
    all places together.
    """
    loss = network.plan.shown
    found = network.values(feed)
    places = {
        node: where_gradient_reaches(network.plan, End(node, "output"), found)
        for node in network.plan.inputs
        if node in feed
    }
    nudge = {end: jnp.zeros_like(found[end]) for ends in places.values() for end in ends}

    def score(nudge: dict[End, jax.Array]) -> jax.Array:
        prediction = network.values(feed, nudge)[loss.prediction]
        if prediction.ndim == 3:
            prediction = prediction[:, -1]
        classified = loss.classifies or loss.probabilities is not None
        if classified and prediction.ndim > 1 and prediction.shape[-1] > 1:
            prediction = prediction.max(axis=-1)
        return prediction.sum()

    slopes = jax.grad(score)(nudge)
    scope = {port: found[end] for port, end in loss.inputs.items() if end in found}
    return Look(
        first_outputs(found),
        {node: [slopes[end] for end in ends] for node, ends in places.items()},
        found[loss.prediction],
        loss.probabilities.run(scope, resolve) if loss.probabilities else None,
    )


def first_outputs(found: Mapping[End, jax.Array]) -> dict[str, jax.Array]:
    """Each node's first output by node id."""
    first: dict[str, jax.Array] = {}
    for end, value in found.items():
        first.setdefault(end.node, value)
    return first


def where_gradient_reaches(plan: Plan, end: End, found: Mapping[End, Any]) -> list[End]:
    """The output itself, or for ids the first outputs behind it that are not ids.

    ``found`` has each output's array, or anything with its ``dtype``.
    """
    if end not in found:
        return []
    if jnp.issubdtype(found[end].dtype, jnp.floating):
        return [end]
    readers = [o for s in plan.steps if end in s.inputs.values() for o in s.outputs]
    behind = (where_gradient_reaches(plan, output, found) for output in readers)
    return list(dict.fromkeys(place for places in behind for place in places))
