"""What all losses have in common: metrics, weight, and how their inputs must fit each other.

The losses themselves are in the files named ``..._losses.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.blocks.block import Block, ShapeError
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor

PER_SAMPLE = Tensor((None,))
FOR_LABELS = "For class labels use Cross-entropy; numbers must be read as float32."
FOR_NUMBERS = "For numbers use Mean squared error; class labels must be read as int32."


@dataclass(frozen=True)
class Metric:
    """A figure beside the loss: ``value`` computes it for each sample, ``[B]``.

    A split's figure is the mean over its samples, with ``root`` the square root of the mean, with
    ``exponential`` the mean's exponential (perplexity). ``in_target_units`` figures scale with the
    target, so standardised data is scaled back. One that is not ``in_training`` is computed when a
    split is evaluated, and not in every step.

    Where ``finish`` names a function, ``value`` is computed of the batch as a whole instead, with
    how much each sample counts, ``[B]``, as the name ``counts``: arrays of any shape that are added
    up over batches. The function makes the figures that the metric ``gives`` of the sums. Of a
    ``whole`` metric ``value`` is arrays ``[B, ...]``, and the function is given those of all
    samples of the split, with their ``counts``, on the device.
    """

    value: Call
    root: bool = False
    in_target_units: bool = False
    exponential: bool = False
    in_training: bool = True
    gives: tuple[str, ...] = ()
    finish: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Loss(Block):
    """Base of the losses: a prediction and, mostly, a target in, one loss a sample ``[B]`` out.

    A design's total loss is the sum over its loss nodes of weight times the mean over the batch.
    ``prediction`` names the port that is shown and explained, ``logits`` those that take
    unnormalised scores. A loss that ``classifies`` takes scores of classes: the largest wins, a
    single one says yes above 0. One that goes ``across_batch`` compares samples with one another,
    so that its value depends on the batch. One that does not ``predict`` holds its input to
    something of its own, as a penalty does; the network gives what others are given. One that
    ``acts`` is given scores of actions by a network that plays in an environment.
    """

    family = "Loss"
    role = "loss"
    outputs = ("loss",)
    prediction: ClassVar[str]
    logits: ClassVar[tuple[str, ...]] = ()
    classifies: ClassVar[bool] = False
    across_batch: ClassVar[bool] = False
    predicts: ClassVar[bool] = True
    acts: ClassVar[bool] = False

    weight: float = param(1.0, label="Weight", help="Share of this loss in the total.", minimum=0.0)
    trains: tuple[str, ...] = param(
        (),
        kind="names",
        label="Trains",
        help="The nodes and groups that this loss trains, as each side of a GAN has its own; "
        "empty: all. Losses that train the same are added, others take turns in every step.",
        advanced=True,
    )
    every: int = param(
        1,
        label="Every",
        help="Takes part in one step of so many; a critic learns more often than its generator.",
        minimum=1,
        advanced=True,
    )

    def counted(self, *args: Any, **inputs: Any) -> Call | None:
        """Which samples have a target, ``[B]`` of 0 and 1; None where all have.

        The others count neither in this loss nor in its metrics.
        """
        return None

    @property
    def logit_ports(self) -> tuple[str, ...]:
        """The ports that take logits with these parameters."""
        return self.logits

    def metrics(self, *args: Any, **inputs: Any) -> Mapping[str, Metric]:
        """The figures that go with this loss, by name."""
        return {}

    def probabilities(self, *args: Any, **inputs: Any) -> Call | None:
        """The prediction as probabilities of classes, for losses that have them."""
        return None


@dataclass(frozen=True)
class Reduced(Loss):
    """Base of the losses with one value for each element, of which a sample's is the mean."""

    reduction: str = param(
        "mean",
        label="Reduction",
        help="How a sample's elements are joined: their mean, or their sum, as in a likelihood.",
        choices=("mean", "sum"),
        advanced=True,
    )

    def joined(self, value: Call, rank: int) -> Call:
        """One value a sample of ``value`` with so many axes."""
        return per_sample(value, rank, f"jnp.{self.reduction}")


def per_sample(value: Call, rank: int, function: str = "jnp.mean") -> Call:
    """Average all axes but the batch."""
    return call(function, value, axis=tuple(range(1, rank))) if rank > 1 else value


def check_same(**tensors: Tensor) -> None:
    """Raise ShapeError unless all tensors have one shape."""
    (first, wanted), *others = tensors.items()
    for name, tensor in others:
        if tensor.shape != wanted.shape:
            raise ShapeError(
                f"{_spoken(first)} {wanted} does not fit {_spoken(name)} {tensor}",
                f"Give the layer before {_spoken(first)} an output of {tensor}.",
            )


def check_labels(logits: Tensor, target: Tensor) -> None:
    """Raise ShapeError unless there is one logit for each class that the labels may name."""
    if logits.shape[:-1] != target.shape:
        remedy = "Logits need the target's axes and then one axis with one number a class."
        if target.rank == 1:
            remedy = "Put Flatten or Global average pooling before the last Dense."
        raise ShapeError(f"logits {logits} do not fit target {target}", remedy)
    if target.classes > logits.features:
        raise ShapeError(
            f"the target has {target.classes} classes, but there are {logits.features} logits",
            f"Give the last layer {target.classes} units.",
        )


def is_yes_no(logits: Tensor, target: Tensor) -> bool:
    """Whether each logit answers a question of its own, rather than standing for a class."""
    return logits.features == 1 or target.shape == logits.shape or target.dtype == "float32"


def check_yes_no(logits: Tensor, target: Tensor) -> None:
    """Raise ShapeError unless there is one logit for each yes-or-no target."""
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


def labelled(target: Tensor) -> Call | None:
    """Which elements of ``target`` have a label, ``[B, ...]``; None where all have.

    A label of -1 says that nobody knows it.
    """
    return call("jnp.greater_equal", Name("target"), 0) if target.dtype == "int32" else None


def any_labelled(target: Tensor) -> Call | None:
    """Which samples have a label at some place, ``[B]``; None where all have."""
    known = labelled(target)
    return per_sample(known, target.rank, "jnp.any") if known else None


def mean_of_labelled(value: Call, target: Tensor) -> Call:
    """The mean ``[B]`` of ``value``, of the target's shape, over the places with a label."""
    known = labelled(target)
    if target.rank == 1 or known is None:
        return per_sample(value, target.rank)
    return call("layers.mean_where", value, known)


def mean_of_answered(value: Call, logits: Tensor, target: Tensor) -> Call:
    """The mean ``[B]`` of ``value``, of the shape of yes-or-no logits, over those with a label."""
    if target.dtype != "int32" or logits.sizes == (1,):
        return per_sample(value, logits.rank)
    return call("layers.mean_where", value, call("jnp.greater_equal", like_logits(logits), 0))


def like_logits(logits: Tensor) -> Call:
    """The target, of the shape of its logits ``[B, ..., N]``."""
    return call("jnp.reshape", Name("target"), (-1, *logits.sizes))


def check_class_weights(weights: tuple[float, ...], logits: Tensor) -> None:
    """Raise ShapeError unless there is a weight for each class, or none at all."""
    if weights and len(weights) != logits.features:
        raise ShapeError(
            f"Class weights has {len(weights)} numbers, but there are {logits.features} classes",
            f"Give Class weights {logits.features} numbers, or leave it empty.",
        )


def class_weights_param() -> Any:
    """The parameter for the weight of each class."""
    return param(
        (),
        kind="floats",
        label="Class weights",
        help="One number a class that its samples' loss is multiplied by; empty: all count alike.",
        minimum=0.0,
        advanced=True,
    )


def _spoken(name: str) -> str:
    return name.replace("_", " ")
