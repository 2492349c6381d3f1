"""What a design learns by: losses, each with the metrics that go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Metric:
    """A figure beside the loss: ``value`` computes it for each sample, ``[B]``.

    A split's figure is the mean over its samples, or with ``root`` the square root of the mean.
    ``in_target_units`` figures scale with the target, so standardised data is scaled back.
    """

    value: Call
    root: bool = False
    in_target_units: bool = False


class Loss(Block):
    """Base of the losses: a prediction and a target in, one loss a sample ``[B]`` out.

    A design's total loss is the sum over its loss nodes of weight times the mean over the batch.
    """

    family = "Loss"
    role = "loss"
    outputs = ("loss",)
    prediction: ClassVar[str]

    weight: float

    def metrics(self, *args: Any, **inputs: Any) -> Mapping[str, Metric]:
        """The figures that go with this loss, by name."""
        return {}

    def probabilities(self, *args: Any, **inputs: Any) -> Call | None:
        """The prediction as probabilities of classes, for losses that have them."""
        return None


def _weight() -> float:
    return param(1.0, label="Weight", help="Share of this loss in the total.", minimum=0.0)


def _per_sample(value: Call, rank: int) -> Call:
    """Average all axes but the batch."""
    return call("jnp.mean", value, axis=tuple(range(1, rank))) if rank > 1 else value


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Softmax cross-entropy for classification into exclusive classes.

    ``logits`` ``[B, ..., C]`` float32 (no softmax before), ``target`` ``[B, ...]`` int32 class
    labels. Metric: accuracy, the share of labels whose logit is the largest.
    """

    kind = "CrossEntropy"
    label = "Cross-entropy"
    keywords = ("softmax", "classification", "log loss", "nll")
    inputs = (port("logits", 2, 3, 4, 5), port("target", 1, 2, 3, 4, dtype="int32"))
    example = {"logits": (10,), "target": ()}
    prediction = "logits"

    weight: float = _weight()

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        if logits.shape[:-1] != target.shape:
            raise ShapeError(
                f"logits {logits} do not fit target {target}",
                "Logits need the target's axes and then one axis with one number a class.",
            )
        if target.classes > logits.features:
            raise ShapeError(
                f"the target has {target.classes} classes, but there are {logits.features} logits",
                f"Give the last layer {target.classes} units.",
            )
        return Tensor((None,))

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        loss = call(
            "optax.softmax_cross_entropy_with_integer_labels", Name("logits"), Name("target")
        )
        return _per_sample(loss, target.rank)

    def metrics(self, logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
        best = call("jnp.argmax", Name("logits"), axis=-1)
        right = call("jnp.equal", best, Name("target"))
        return {"accuracy": Metric(_per_sample(right, target.rank))}

    def probabilities(self, logits: Tensor, target: Tensor) -> Call:
        return call("nnx.softmax", Name("logits"), axis=-1)


@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    """Sigmoid cross-entropy for yes-or-no targets, one or several a sample.

    ``logits`` ``[B, ..., N]`` float32 (no sigmoid before); ``target`` of the same shape, or ``[B]``
    for one logit a sample, float32 or int32 with the values 0 and 1. Metric: accuracy at 0.5.
    """

    kind = "BinaryCrossEntropy"
    label = "Binary cross-entropy"
    keywords = ("sigmoid", "logistic", "multi-label", "bce")
    inputs = (port("logits", 2, 3, 4, 5), port("target", 1, 2, 3, 4, 5, dtype=""))
    example = {"logits": (1,), "target": ()}
    prediction = "logits"

    weight: float = _weight()

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        if target.shape not in (logits.shape, logits.shape[:-1]) or (
            target.shape != logits.shape and logits.features != 1
        ):
            raise ShapeError(
                f"logits {logits} do not fit target {target}",
                "Give the last layer one unit for each yes-or-no target.",
            )
        if target.classes > 2:
            raise ShapeError(
                f"the target has {target.classes} classes, not two", "Use Cross-entropy instead."
            )
        return Tensor((None,))

    def _target(self, logits: Tensor) -> Call:
        return call("jnp.reshape", Name("target"), (-1, *logits.sizes))

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        loss = call("optax.sigmoid_binary_cross_entropy", Name("logits"), self._target(logits))
        return _per_sample(loss, logits.rank)

    def metrics(self, logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
        says_yes = call("jnp.greater", Name("logits"), 0)
        is_yes = call("jnp.greater", self._target(logits), 0.5)
        return {"accuracy": Metric(_per_sample(call("jnp.equal", says_yes, is_yes), logits.rank))}

    def probabilities(self, logits: Tensor, target: Tensor) -> Call:
        return call("nnx.sigmoid", Name("logits"))


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """Mean squared error, for predicting numbers.

    ``prediction`` and ``target`` float32 of one shape ``[B, ...]``. Metrics: rmse (root mean
    squared error) and mae (mean absolute error), both in the target's own units.
    """

    kind = "MeanSquaredError"
    label = "Mean squared error"
    keywords = ("mse", "l2", "regression")
    inputs = (port("prediction", 2, 3, 4, 5), port("target", 2, 3, 4, 5))
    example = {"prediction": (1,), "target": (1,)}
    prediction = "prediction"

    weight: float = _weight()

    def infer(self, prediction: Tensor, target: Tensor) -> Tensor:
        if prediction.shape != target.shape:
            raise ShapeError(
                f"prediction {prediction} does not fit target {target}",
                f"Give the last layer an output of {target}.",
            )
        return Tensor((None,))

    def forward(self, prediction: Tensor, target: Tensor) -> Call:
        error = call("optax.squared_error", Name("prediction"), Name("target"))
        return _per_sample(error, target.rank)

    def metrics(self, prediction: Tensor, target: Tensor) -> Mapping[str, Metric]:
        distance = call("jnp.abs", call("jnp.subtract", Name("prediction"), Name("target")))
        squares = self.forward(prediction, target)
        return {
            "rmse": Metric(squares, root=True, in_target_units=True),
            "mae": Metric(_per_sample(distance, target.rank), in_target_units=True),
        }
