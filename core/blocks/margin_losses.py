"""Hinge losses, as support vector machines have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import Call, Name, call
from core.blocks.class_metrics import label_metrics, yes_no_metrics
from core.blocks.losses import (
    PER_SAMPLE,
    Loss,
    Metric,
    any_labelled,
    check_labels,
    check_yes_no,
    is_yes_no,
    like_logits,
    mean_of_answered,
    mean_of_labelled,
)
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class _Margin(Loss):
    """Base: how far each score falls short of the margin."""

    inputs = (port("logits", 2, 3, 4, 5), port("target", 1, 2, 3, 4, 5, dtype=""))
    example = {"logits": (1,), "target": ()}
    prediction = "logits"
    logits = ("logits",)
    classifies = True

    margin: float = param(
        1.0, label="Margin", help="How far the truth must lie ahead to cost nothing.", minimum=0.0
    )

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        if is_yes_no(logits, target):
            check_yes_no(logits, target)
        else:
            check_labels(logits, target)
        return PER_SAMPLE

    def shortfall(self, logits: Tensor, target: Tensor) -> Call:
        """What is missing to the margin, at least 0, for each answer or label."""
        if is_yes_no(logits, target):
            is_yes = call("jnp.greater", like_logits(logits), 0.5)
            ahead = call("jnp.where", is_yes, Name("logits"), call("jnp.negative", Name("logits")))
        else:
            ahead = call("layers.lead", Name("logits"), Name("target"))
        return call("nnx.relu", call("jnp.subtract", self.margin, ahead))

    def averaged(self, value: Call, logits: Tensor, target: Tensor) -> Call:
        """The mean ``[B]`` of what ``shortfall`` gives over what has a label."""
        if is_yes_no(logits, target):
            return mean_of_answered(value, logits, target)
        return mean_of_labelled(value, target)

    def counted(self, logits: Tensor, target: Tensor) -> Call | None:
        return any_labelled(target)

    def metrics(self, logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
        if is_yes_no(logits, target):
            return yes_no_metrics(logits, target)
        return label_metrics(logits, target, chances=False)


@dataclass(frozen=True)
class Hinge(_Margin):
    """Hinge loss of support vector machines, for two classes or several.

    ``logits`` ``[B, ..., N]`` float32 are scores without limits. For yes-or-no answers ``target``
    has the same shape, or ``[B]`` with one score a sample, with the values 0 and 1, which are taken
    for -1 and 1. For C classes it is int32 ``[B, ...]``, and the best of the wrong classes is held
    against the true one (Crammer and Singer). A loss ``[B]``, the mean over a sample's places.
    Nothing is trained. Metrics: those of the cross-entropies, the scores ranked as they are.

    Sources: Cortes and Vapnik, Support-vector networks, 1995; Crammer and Singer, On the
    algorithmic implementation of multiclass kernel-based vector machines, 2001.
    """

    kind = "Hinge"
    label = "Hinge"
    keywords = ("svm", "support vector", "margin", "crammer-singer", "max margin")
    formula = (
        "two classes: loss = max(0, margin - t z), t = 2 target - 1\n"
        "several: loss = max(0, margin + max over c ≠ target of z_c - z_target)"
    )

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        return self.averaged(self.shortfall(logits, target), logits, target)


@dataclass(frozen=True)
class SquaredHinge(_Margin):
    """Squared hinge loss: like Hinge, smooth at the margin and harder on large errors.

    ``logits`` ``[B, ..., N]`` float32 are scores without limits; ``target`` as for Hinge: yes or no
    for each score, or int32 labels ``[B, ...]`` of the classes. A loss ``[B]``, the mean over a
    sample's places. Nothing is trained. Metrics: those of the cross-entropies.

    Source: Lee and Mangasarian, SSVM: a smooth support vector machine, 2001.
    """

    kind = "SquaredHinge"
    label = "Squared hinge"
    keywords = ("svm", "support vector", "margin", "l2-svm")
    formula = "loss = (the hinge loss)²"

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        missing = self.shortfall(logits, target)
        return self.averaged(call("jnp.square", missing), logits, target)
