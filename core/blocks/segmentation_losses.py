"""Losses for segmentation: a class for each place of an image, sequence or volume."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.class_metrics import label_metrics, yes_no_metrics
from core.blocks.losses import (
    PER_SAMPLE,
    Loss,
    Metric,
    any_labelled,
    check_labels,
    check_yes_no,
    like_logits,
)
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Dice(Loss):
    """Dice loss for segmentation: one minus the overlap of predicted and true areas.

    It does not care how large an object is, where cross-entropy forgets small ones.

    ``logits`` ``[B, ..., C]`` float32 with one to three axes of places (no sigmoid or softmax
    before). With several logits ``target`` is int32 ``[B, ...]``, the class of each place; with one
    it is 0 or 1, ``[B, ...]`` or ``[B, ..., 1]``. Places with an int32 -1 have no label and do not
    count. A loss ``[B]``, the mean over the classes. Nothing is trained. Metrics:
    accuracy, the share of places that are right; when a split is evaluated also precision, recall,
    F1 and the intersection over union.

    Source: Milletari et al., V-Net: fully convolutional neural networks for volumetric medical
    image segmentation, 2016.
    """

    kind = "Dice"
    label = "Dice"
    keywords = ("segmentation", "overlap", "f1", "iou", "jaccard", "sorensen", "mask", "u-net")
    inputs = (port("logits", 3, 4, 5), port("target", 2, 3, 4, 5, dtype=""))
    example = {"logits": (4, 4, 1), "target": (4, 4)}
    prediction = "logits"
    logits = ("logits",)
    classifies = True
    formula = "loss = 1 - mean over c of (2 Σ p_c t_c + s) / (Σ p_c + Σ t_c + s)"

    smooth: float = param(
        1.0,
        label="Smoothing",
        help="s, added above and below, so that an absent class costs nothing.",
        minimum=0.0001,
        advanced=True,
    )

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        if logits.features == 1:
            check_yes_no(logits, target)
        elif target.dtype != "int32":
            raise ShapeError(
                f"{logits.features} classes need a target of int32 labels, not {target}",
                "Give each place the number of its class, or the last layer one unit.",
            )
        else:
            check_labels(logits, target)
        return PER_SAMPLE

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        truth = like_logits(logits)
        if logits.features > 1:
            truth = call("jax.nn.one_hot", Name("target"), logits.features)
        said = self.probabilities(logits, target)
        if target.dtype == "int32":
            # A place without a label belongs to no area, and nothing said there counts.
            known = call("jnp.expand_dims", Name("target"), -1)
            known = like_logits(logits) if logits.features == 1 else known
            known = call("jnp.greater_equal", known, 0)
            said, truth = (call("jnp.where", known, part, 0) for part in (said, truth))
        return call("layers.dice", said, truth, self.smooth)

    def counted(self, logits: Tensor, target: Tensor) -> Call | None:
        return any_labelled(target)

    def metrics(self, logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
        if logits.features == 1:
            return yes_no_metrics(logits, target)
        return label_metrics(logits, target)

    def probabilities(self, logits: Tensor, target: Tensor) -> Call:
        if logits.features == 1:
            return call("nnx.sigmoid", Name("logits"))
        return call("nnx.softmax", Name("logits"), axis=-1)
