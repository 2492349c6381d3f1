"""Losses for classes and for yes-or-no answers that are given as logits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import Call, Name, call
from core.blocks.class_metrics import label_metrics, yes_no_accuracy, yes_no_metrics
from core.blocks.losses import (
    FOR_NUMBERS,
    PER_SAMPLE,
    Loss,
    Metric,
    Reduced,
    any_labelled,
    check_class_weights,
    check_labels,
    check_yes_no,
    class_weights_param,
    is_yes_no,
    like_logits,
    mean_of_answered,
    mean_of_labelled,
)
from core.params import param
from core.tensor import Tensor


def _smoothing() -> float:
    return param(
        0.0,
        label="Label smoothing",
        help="Share of the target that is spread evenly over all classes.",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )


@dataclass(frozen=True)
class CrossEntropy(Loss):
    """Softmax cross-entropy for classification into exclusive classes.

    With label smoothing ε the target of the true class is 1 - ε + ε / C and that of each other one
    ε / C. Class weights multiply each class's term; the batch's mean is not divided by them.

    ``logits`` ``[B, ..., C]`` float32 (no softmax before), ``target`` ``[B, ...]`` int32 class
    labels, -1 where there is none; a loss ``[B]``, the mean over a sample's places with a label.
    Nothing is trained. Metrics: accuracy, the share of labels whose logit is the largest; when a
    split is evaluated also that of labels among the 3 and 5 largest, precision, recall, F1 and the
    area under the ROC curve, or with several places a sample their intersection over union.

    Sources: Bridle, Probabilistic interpretation of feedforward classification network outputs,
    1990; Szegedy et al., Rethinking the Inception architecture for computer vision, 2016 (label
    smoothing).
    """

    kind = "CrossEntropy"
    label = "Cross-entropy"
    keywords = (
        "nll",
        "softmax cross-entropy",
        "classification",
        "log loss",
        "softmax",
        "label smoothing",
        "class weights",
    )
    inputs = (
        port("logits", 2, 3, 4, 5),
        port("target", 1, 2, 3, 4, dtype="int32", remedy=FOR_NUMBERS),
    )
    example = {"logits": (10,), "target": ()}
    prediction = "logits"
    logits = ("logits",)
    classifies = True
    formula = "loss = -Σ_c w_c q_c log softmax(logits)_c\nq = (1 - ε) one_hot(target) + ε / C"

    label_smoothing: float = _smoothing()
    class_weights: tuple[float, ...] = class_weights_param()

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        check_labels(logits, target)
        check_class_weights(self.class_weights, logits)
        return PER_SAMPLE

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        if not self.label_smoothing and not self.class_weights:
            hard = "optax.softmax_cross_entropy_with_integer_labels"
            return mean_of_labelled(call(hard, Name("logits"), Name("target")), target)
        truth = call("jax.nn.one_hot", Name("target"), logits.features)
        if self.label_smoothing:
            truth = call("optax.smooth_labels", truth, self.label_smoothing)
        if self.class_weights:
            truth = call("jnp.multiply", truth, call("jnp.asarray", self.class_weights))
        return mean_of_labelled(call("optax.softmax_cross_entropy", Name("logits"), truth), target)

    def counted(self, logits: Tensor, target: Tensor) -> Call | None:
        return any_labelled(target)

    def metrics(self, logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
        found = label_metrics(logits, target)
        if target.rank == 2 and not self.label_smoothing and not self.class_weights:
            found["perplexity"] = Metric(
                self.forward(logits, target), exponential=True, in_training=False
            )
        return found

    def probabilities(self, logits: Tensor, target: Tensor) -> Call:
        return call("nnx.softmax", Name("logits"), axis=-1)


@dataclass(frozen=True)
class BinaryCrossEntropy(Reduced):
    """Sigmoid cross-entropy for yes-or-no targets, one or several a sample.

    Also the likelihood of pixels between 0 and 1 in an autoencoder. With label smoothing ε a target
    t is taken for t (1 - ε) + ε / 2.

    ``logits`` ``[B, ..., N]`` float32 (no sigmoid before); ``target`` of the same shape, or ``[B]``
    for one logit a sample, float32 or int32 with the values 0 and 1, int32 also -1 where nobody
    knows, which does not count; a loss ``[B]``. Nothing is trained. Metrics: accuracy at 0.5; when
    a split is evaluated also precision, recall, F1 and the area under the ROC curve.

    Source: Cox, The regression analysis of binary sequences, 1958.
    """

    kind = "BinaryCrossEntropy"
    label = "Binary cross-entropy"
    keywords = (
        "bce",
        "sigmoid",
        "logistic",
        "multi-label",
        "log loss",
        "pos_weight",
        "label smoothing",
    )
    inputs = (port("logits", 2, 3, 4, 5), port("target", 1, 2, 3, 4, 5, dtype=""))
    example = {"logits": (1,), "target": ()}
    prediction = "logits"
    logits = ("logits",)
    classifies = True
    formula = "loss = mean of -w t log σ(z) - (1 - t) log(1 - σ(z)),   z = logits, t = target"

    label_smoothing: float = _smoothing()
    positive_weight: float = param(
        1.0,
        label="Positive weight",
        help="Factor of the loss of yes; above 1 finds more of them, at more false alarms.",
        minimum=0.0,
        advanced=True,
    )

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        check_yes_no(logits, target)
        return PER_SAMPLE

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        truth = like_logits(logits)
        if self.label_smoothing:
            kept = call("jnp.multiply", truth, 1 - self.label_smoothing)
            truth = call("jnp.add", kept, self.label_smoothing / 2)
        if self.positive_weight == 1:
            loss = call("optax.sigmoid_binary_cross_entropy", Name("logits"), truth)
        else:
            weighted = "layers.weighted_binary_cross_entropy"
            loss = call(weighted, Name("logits"), truth, self.positive_weight)
        if self.reduction == "mean":
            return mean_of_answered(loss, logits, target)
        if target.dtype == "int32":
            loss = call("jnp.where", call("jnp.greater_equal", like_logits(logits), 0), loss, 0)
        return self.joined(loss, logits.rank)

    def counted(self, logits: Tensor, target: Tensor) -> Call | None:
        return any_labelled(target)

    def metrics(self, logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
        if logits.rank > 2 and target.dtype == "float32":
            # The pixels of a picture that is rebuilt, which are no answers.
            return {"accuracy": yes_no_accuracy(logits, target)}
        return yes_no_metrics(logits, target)

    def probabilities(self, logits: Tensor, target: Tensor) -> Call:
        return call("nnx.sigmoid", Name("logits"))


@dataclass(frozen=True)
class Focal(Loss):
    """Focal loss: cross-entropy in which samples that are told well already count less.

    ``logits`` ``[B, ..., N]`` float32 (no sigmoid or softmax before). For yes-or-no answers
    ``target`` has the same shape, or ``[B]`` with one logit a sample, with the values 0 and 1. For
    C classes it is int32 ``[B, ...]``, and alpha does not count. An int32 -1 is no label and does
    not count. A loss ``[B]``, the mean over a sample's places. Nothing is trained. Metrics: those
    of the cross-entropies.

    Source: Lin et al., Focal loss for dense object detection, 2017.
    """

    kind = "Focal"
    label = "Focal"
    keywords = ("imbalance", "hard examples", "retinanet", "detection", "gamma")
    inputs = (port("logits", 2, 3, 4, 5), port("target", 1, 2, 3, 4, 5, dtype=""))
    example = {"logits": (1,), "target": ()}
    prediction = "logits"
    logits = ("logits",)
    classifies = True
    formula = "loss = -α (1 - p)^γ log p,   p = probability of the truth, α = 1 - α where it is no"

    gamma: float = param(
        2.0,
        label="Gamma",
        help="How little the samples that are told well count; 0 is cross-entropy.",
        minimum=0.0,
    )
    alpha: float = param(
        0.25,
        label="Alpha",
        help="Factor of yes, 1 - alpha that of no, in yes-or-no answers.",
        minimum=0.0,
        maximum=1.0,
    )
    class_weights: tuple[float, ...] = class_weights_param()

    def infer(self, logits: Tensor, target: Tensor) -> Tensor:
        if is_yes_no(logits, target):
            check_yes_no(logits, target)
        else:
            check_labels(logits, target)
            check_class_weights(self.class_weights, logits)
        return PER_SAMPLE

    def forward(self, logits: Tensor, target: Tensor) -> Call:
        if is_yes_no(logits, target):
            is_yes = call("jnp.greater", like_logits(logits), 0.5)
            margin = call("jnp.where", is_yes, Name("logits"), call("jnp.negative", Name("logits")))
            factor = call("jnp.where", is_yes, self.alpha, 1 - self.alpha)
            loss = call("jnp.multiply", factor, call("layers.focal", margin, self.gamma))
            return mean_of_answered(loss, logits, target)
        margin = call("layers.log_odds", Name("logits"), Name("target"))
        loss = call("layers.focal", margin, self.gamma)
        if self.class_weights:
            weights = call("jnp.take", call("jnp.asarray", self.class_weights), Name("target"))
            loss = call("jnp.multiply", weights, loss)
        return mean_of_labelled(loss, target)

    def counted(self, logits: Tensor, target: Tensor) -> Call | None:
        return any_labelled(target)

    def metrics(self, logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
        if is_yes_no(logits, target):
            return yes_no_metrics(logits, target)
        return label_metrics(logits, target)

    def probabilities(self, logits: Tensor, target: Tensor) -> Call:
        if is_yes_no(logits, target):
            return call("nnx.sigmoid", Name("logits"))
        return call("nnx.softmax", Name("logits"), axis=-1)
