"""Losses for samples whose label nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.losses import PER_SAMPLE, Loss, Metric, check_same
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class PseudoLabel(Loss):
    """Cross-entropy with the class that the network itself is sure of, for unlabelled samples.

    The class with the largest probability is taken for the label where that is at least the
    threshold; the other samples have a loss of 0. ``logits`` ``[B, C]`` float32 learn; the class is
    that of the optional ``guess`` ``[B, C]``, logits of the same samples seen with less noise, into
    which no gradient goes; without it the logits teach themselves. Samples whose optional ``label``
    ``[B]`` int32 is known (not -1) do not count: give them a cross-entropy. A loss ``[B]``. Nothing
    is trained. Metric: confident, the share of samples above the threshold.

    Sources: Lee, Pseudo-label: the simple and efficient semi-supervised learning method for deep
    neural networks, 2013; Sohn et al., FixMatch: simplifying semi-supervised learning with
    consistency and confidence, 2020 (threshold and guess).
    """

    kind = "PseudoLabel"
    label = "Pseudo-label"
    keywords = ("semi-supervised", "self-training", "fixmatch", "unlabelled", "unlabeled", "ssl")
    inputs = (
        port("logits", 2),
        port("guess", 2, optional=True),
        port("label", 1, dtype="int32", optional=True),
    )
    example = {"logits": (4,)}
    prediction = "logits"
    logits = ("logits", "guess")
    predicts = False
    formula = (
        "q = softmax(guess),  c = argmax q\nloss = -log softmax(logits)_c where q_c ≥ threshold"
    )

    threshold: float = param(
        0.95,
        label="Threshold",
        help="Probability above which the network is believed.",
        minimum=0.0,
        maximum=1.0,
    )

    def infer(
        self, logits: Tensor, guess: Tensor | None = None, label: Tensor | None = None
    ) -> Tensor:
        if guess is not None:
            check_same(logits=logits, guess=guess)
        if logits.features < 2:
            raise ShapeError(
                "one logit names no class", "Give the last layer a unit for each class."
            )
        return PER_SAMPLE

    def counted(
        self, logits: Tensor, guess: Tensor | None = None, label: Tensor | None = None
    ) -> Call | None:
        return None if label is None else call("jnp.less", Name("label"), 0)

    def forward(
        self, logits: Tensor, guess: Tensor | None = None, label: Tensor | None = None
    ) -> Call:
        source = _source(guess)
        loss = call(
            "optax.softmax_cross_entropy_with_integer_labels",
            Name("logits"),
            call("jnp.argmax", source, axis=-1),
        )
        return call("jnp.where", self._is_sure(source), loss, 0.0)

    def metrics(
        self, logits: Tensor, guess: Tensor | None = None, label: Tensor | None = None
    ) -> Mapping[str, Metric]:
        return {"confident": Metric(self._is_sure(_source(guess)))}

    def _is_sure(self, source: Name) -> Call:
        chance = call("jnp.max", call("nnx.softmax", source, axis=-1), axis=-1)
        return call("jnp.greater_equal", chance, self.threshold)


def _source(guess: Tensor | None) -> Name:
    return Name("logits" if guess is None else "guess")
