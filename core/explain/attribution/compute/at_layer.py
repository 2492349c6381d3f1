"""The gradient of a score at the output of a layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from core.design.document import End
from core.explain.attribution.compute.functions import Feed, chosen, spread

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


def slopes_at(subject: Subject, end: End) -> tuple[np.ndarray, np.ndarray]:
    """An output for the sample, and the gradient of the target's score there, without a batch."""
    functions, scored, reading = subject.functions, subject.scored, subject.reading
    shape = subject.shapes[end]

    def slopes(params: Any, rest: Any, feed: Feed, target: Any) -> tuple[jax.Array, jax.Array]:
        network = functions.network(params, rest)

        def score(nudge: jax.Array) -> tuple[jax.Array, jax.Array]:
            found = network.values(feed, {end: nudge})
            return chosen(spread(found[scored], reading), target).sum(), found[end]

        slope, value = jax.grad(score, has_aux=True)(jnp.zeros(shape.shape, shape.dtype))
        return value, slope

    function = functions.once(("at layer", end, scored, reading), lambda: jax.jit(slopes))
    feed = subject.feed(subject.sample[None])
    value, slope = function(subject.params, subject.rest, feed, subject.chosen)
    return np.asarray(value[0]), np.asarray(slope[0])
