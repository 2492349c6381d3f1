"""Losses that teach a policy by how its games end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.losses import PER_SAMPLE, Loss, Metric
from core.params import param
from core.tensor import Tensor

_FOR_ACTIONS = "Wire it to a Target that reads the column action."


@dataclass(frozen=True)
class PolicyGradient(Loss):
    """Makes actions likelier the better the games went on after them (REINFORCE).

    ``logits`` float32 ``[B, A]`` score the A actions, ``action`` int32 ``[B]`` is what was done,
    ``returns`` float32 ``[B]`` or ``[B, 1]`` what came after it; a loss ``[B]``. The optional
    ``value`` of that shape is what the network expected: only what exceeds it counts.
    It is a mere baseline here; a Mean squared error on the return trains it. The optional
    ``legal`` float32 ``[B, A]`` is 0 for actions that may not be taken, whose logits then play no
    part. Nothing is trained. The gradient is that of the policy alone: no gradient goes into
    ``returns`` and ``value``. Metric: entropy, in nats, how undecided the policy is.

    Source: Williams, Simple statistical gradient-following algorithms for connectionist
    reinforcement learning, 1992.
    """

    kind = "PolicyGradient"
    label = "Policy gradient"
    keywords = ("reinforce", "reinforcement learning", "rl", "actor critic", "a2c", "advantage")
    inputs = (
        port("logits", 2),
        port("action", 1, dtype="int32", remedy=_FOR_ACTIONS),
        port("returns", 1, 2),
        port("value", 1, 2, optional=True),
        port("legal", 2, optional=True),
    )
    example = {"logits": (3,), "action": (), "returns": (1,)}
    prediction = "logits"
    logits = ("logits",)
    acts = True
    gradient = "surrogate"
    formula = (
        "advantage = returns - value\n"
        "loss = -advantage log softmax(logits)[action] - entropy bonus · entropy"
    )

    entropy_bonus: float = param(
        0.01,
        label="Entropy bonus",
        help="Reward for staying undecided, so that other actions go on being tried.",
        minimum=0.0,
    )
    normalise: bool = param(
        True,
        label="Normalise",
        help="Bring the advantages of a batch to mean 0 and deviation 1.",
    )

    @property
    def across_batch(self) -> bool:  # type: ignore[override]
        """Normalised advantages depend on the batch."""
        return self.normalise

    def infer(
        self,
        logits: Tensor,
        action: Tensor,
        returns: Tensor,
        value: Tensor | None = None,
        legal: Tensor | None = None,
    ) -> Tensor:
        if action.classes > logits.features:
            raise ShapeError(
                f"there are {action.classes} actions, but {logits.features} logits",
                f"Give the last layer {action.classes} units.",
            )
        for name, tensor in (("returns", returns), ("value", value)):
            if tensor is not None and tensor.size != 1:
                raise ShapeError(
                    f"{name} has {tensor.size} numbers a sample, not one",
                    "Wire it to the return, or to a Dense with 1 unit that predicts it.",
                )
        if legal is not None and legal.shape != logits.shape:
            raise ShapeError(
                f"legal {legal} does not fit logits {logits}",
                f"Give the last layer {legal.features} units.",
            )
        return PER_SAMPLE

    def _scores(self, legal: Tensor | None) -> Call | Name:
        if legal is None:
            return Name("logits")
        return call("layers.only_legal", Name("logits"), Name("legal"))

    def forward(
        self,
        logits: Tensor,
        action: Tensor,
        returns: Tensor,
        value: Tensor | None = None,
        legal: Tensor | None = None,
    ) -> Call:
        compared = [Name("returns")] if value is None else [Name("returns"), Name("value")]
        gain = call("layers.advantage", *compared, normalise=self.normalise)
        scores = self._scores(legal)
        return call("layers.policy_gradient", scores, Name("action"), gain, self.entropy_bonus)

    def metrics(
        self,
        logits: Tensor,
        action: Tensor,
        returns: Tensor,
        value: Tensor | None = None,
        legal: Tensor | None = None,
    ) -> Mapping[str, Metric]:
        return {"entropy": Metric(call("layers.entropy", self._scores(legal)))}

    def probabilities(
        self,
        logits: Tensor,
        action: Tensor,
        returns: Tensor,
        value: Tensor | None = None,
        legal: Tensor | None = None,
    ) -> Call:
        return call("nnx.softmax", self._scores(legal), axis=-1)
