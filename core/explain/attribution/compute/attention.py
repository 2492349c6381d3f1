"""The attention weights of a network for one sample."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from core.compile.model import computed
from core.compile.plan import Step
from core.design.document import End
from core.explain.attribution.compute.functions import Feed

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


class _Recorder:
    """What attention functions take for a module, and give their weights to."""

    def __init__(self) -> None:
        self.weights: list[jax.Array] = []

    def sow(self, kind: Any, name: str, value: jax.Array) -> None:
        self.weights.append(value)


def attention_weights(
    subject: Subject, steps: Sequence[Step], attending: Sequence[Step]
) -> list[np.ndarray]:
    """The weights ``[heads, T, S]`` of each attending step, in computing order.

    ``steps`` are all that lead to the prediction.
    """
    functions = subject.functions

    def weights(params: Any, rest: Any, feed: Feed) -> list[jax.Array]:
        network = functions.network(params, rest)
        layers = {s.attribute: getattr(network, s.attribute) for s in steps if s.layer}
        recorder = _Recorder()
        for attribute in dict.fromkeys(step.attribute for step in attending):
            layers[attribute].attention_fn = _recording(layers[attribute].attention_fn, recorder)
        found = {End(node, "output"): value for node, value in feed.items()}
        computed(steps, layers, found)
        return recorder.weights

    function = functions.once(("attention", subject.scored), lambda: jax.jit(weights))
    found = function(subject.params, subject.rest, subject.feed(subject.sample[None]))
    return [np.asarray(one[0]) for one in found]


def _recording(attend: Callable[..., jax.Array], recorder: _Recorder) -> Callable[..., jax.Array]:
    def recorded(*given: jax.Array, **options: Any) -> jax.Array:
        return attend(*given, **{**options, "module": recorder})

    return recorded
