"""The compiled network: a plain ``nnx.Module`` whose layers are called like the nodes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import jax
from flax import nnx

from core.compile.names import resolve
from core.compile.plan import LossStep, Plan, Step, output_names
from core.design.document import End


class Network(nnx.Module):
    """A design as a Flax NNX module.

    Each node with a layer is an attribute called like the node (``network.conv_1``). Call it with
    one array for each Input node, in the design's order, shape ``[B, ...]``; it returns what its
    loss is given as the prediction (without a prediction, what nothing else reads), or a dictionary
    of such outputs by node name where there are several.
    """

    def __init__(self, plan: Plan, rngs: nnx.Rngs) -> None:
        """Build every layer; parameters are drawn from ``rngs``."""
        self.plan = plan
        # Finds the functions that blocks name; lowering puts faster ones in their place.
        self._resolve = resolve
        for step in plan.steps:
            if step.layer is not None and not hasattr(self, step.attribute):
                setattr(self, step.attribute, step.layer.run({"rngs": rngs}, resolve))

    def __call__(self, *inputs: jax.Array) -> Any:
        """The prediction for a batch; see the class."""
        found = self.values(dict(zip(self.plan.inputs, inputs, strict=True)))
        named = output_names(self.plan)
        outputs = {named[end]: found[end] for end in self.plan.outputs}
        return outputs if len(outputs) > 1 else next(iter(outputs.values()))

    def train(self, **attributes: Any) -> None:
        """Set all layers to training; frozen ones keep to the averages that they have."""
        super().train(**attributes)
        for attribute, learning in self.plan.learning.items():
            layer = getattr(self, attribute)
            if not learning.trainable:
                layer.set_attributes(use_running_average=True, raise_if_not_found=False)

    def values(
        self,
        feed: Mapping[str, jax.Array],
        nudge: Mapping[End, jax.Array] | None = None,
        half: str = "",
    ) -> dict[End, jax.Array]:
        """Every node's output for a batch, by output.

        ``feed`` holds the arrays of Input and Target nodes by node id; what depends on a node that
        is not fed is left out. ``nudge`` is added to the named outputs, so that a gradient with
        respect to a zero nudge is the gradient at that output. ``half`` is the format, bfloat16 or
        float16, that float32 outputs are cast to, as of layers with float32 statistics; those of a
        node whose own number format was chosen stay.
        """
        found = {End(node, "output"): value for node, value in feed.items()}
        for end in found.keys() & (nudge or {}).keys():
            found[end] = found[end] + (nudge or {})[end]
        layers = {s.attribute: getattr(self, s.attribute) for s in self.plan.steps if s.layer}
        computed(self.plan.steps, layers, found, nudge, half, self._resolve)
        return found

    def onward(
        self, given: Mapping[End, jax.Array], wanted: Collection[End]
    ) -> dict[End, jax.Array]:
        """What is given ``[B, ...]``, and all that the wanted outputs need beside it."""
        found = dict(given)
        steps = needed(self.plan.steps, wanted, given)
        layers = {s.attribute: getattr(self, s.attribute) for s in steps if s.layer}
        computed(steps, layers, found, lookup=self._resolve)
        return found


def needed(steps: Sequence[Step], wanted: Collection[End], given: Collection[End]) -> list[Step]:
    """The steps, in their order, that compute the wanted outputs from those that are given."""
    missing, kept = set(wanted) - set(given), []
    for step in reversed(steps):
        if missing.intersection(step.outputs):
            kept.append(step)
            missing |= set(step.inputs.values()) - set(given)
    return kept[::-1]


def computed(
    steps: Iterable[Step],
    layers: Mapping[str, Any],
    found: dict[End, jax.Array],
    nudge: Mapping[End, jax.Array] | None = None,
    half: str = "",
    lookup: Callable[[str], Any] = resolve,
) -> None:
    """Put the outputs of steps to what was found; those with inputs that were not are left out.

    For ``nudge`` and ``half`` see ``Network.values``; ``lookup`` finds functions by dotted names.
    """
    nudge = nudge or {}
    for step in steps:
        if not all(source in found for source in step.inputs.values()):
            continue
        scope: dict[str, Any] = {p: found[s] for p, s in step.inputs.items()}
        if step.layer is not None:
            scope["layer"] = layers[step.attribute]
        value = step.forward.run(scope, lookup)
        values = value if len(step.outputs) > 1 else (value,)
        if half and not (step.layer and step.layer.options.get("dtype")):
            values = tuple(v.astype(half) if v.dtype == "float32" else v for v in values)
        for end, given in zip(step.outputs, values, strict=True):
            found[end] = given + nudge[end] if end in nudge else given


def loss_scope(loss: LossStep, found: Mapping[End, jax.Array]) -> dict[str, jax.Array]:
    """The local names that a loss node's calls are run with."""
    return {port: found[source] for port, source in loss.inputs.items()}
