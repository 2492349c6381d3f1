"""The metrics of losses that tell classes apart, or answer yes or no."""

from __future__ import annotations

from collections.abc import Mapping

from core.blocks.call import Name, call
from core.blocks.losses import Metric, like_logits, mean_of_answered, mean_of_labelled
from core.tensor import Tensor

# Whether the true class is among so many; where there are more classes than that.
TOP = (3, 5)
# An area for each class of more than so many would take longer than all other figures.
_MOST_CURVES = 100
_MACRO = ("precision_macro", "recall_macro", "f1_macro")
_MICRO = ("precision_micro", "recall_micro", "f1_micro")
_OF_YES = ("precision", "recall", "f1")
_COUNTS = Name("counts")


def label_metrics(logits: Tensor, target: Tensor, *, chances: bool = True) -> dict[str, Metric]:
    """Metrics of exclusive classes; ``chances`` says that a softmax makes probabilities of logits.

    Of each place of a sample where there are several, and then with the intersection over union.
    """
    found = {"accuracy": label_accuracy(target), **top_metrics(logits, target)}
    several = target.rank > 1
    counted = call("layers.label_counts", Name("logits"), Name("target"), _COUNTS)
    gives = (*_MACRO, *_MICRO, *(("iou",) if several else ()))
    finish = "layers.place_scores" if several else "layers.class_scores"
    found["by_class"] = Metric(counted, gives=gives, finish=finish, in_training=False)
    if not several and 1 < logits.features <= _MOST_CURVES:
        ranking = "layers.label_ranking" if chances else "layers.score_ranking"
        found["auc"] = _area(ranking, Name("target"))
    return found


def yes_no_metrics(logits: Tensor, target: Tensor) -> dict[str, Metric]:
    """Metrics of yes-or-no answers: of one a sample, of one a place, or of several questions."""
    found = {"accuracy": yes_no_accuracy(logits, target)}
    truth = like_logits(logits)
    if logits.rank > 2:
        if logits.features == 1:
            found["by_class"] = _answers("answer_place_scores", logits, (*_OF_YES, "iou"))
        return found
    if logits.features == 1:
        found["by_class"] = _answers("answer_scores", logits, _OF_YES)
    else:
        counted = call("layers.question_counts", Name("logits"), truth, _COUNTS)
        gives, finish = (*_MACRO, *_MICRO), "layers.question_scores"
        found["by_class"] = Metric(counted, gives=gives, finish=finish, in_training=False)
    if logits.features <= _MOST_CURVES:
        found["auc"] = _area("layers.answer_ranking", truth)
    return found


def top_metrics(logits: Tensor, target: Tensor) -> Mapping[str, Metric]:
    """The share of labels that are among the largest few logits, for each of ``TOP``."""
    return {
        f"top_{k}_accuracy": Metric(
            mean_of_labelled(call("layers.in_top", Name("logits"), Name("target"), k), target),
            in_training=False,
        )
        for k in TOP
        if k < logits.features
    }


def label_accuracy(target: Tensor) -> Metric:
    """The share of labels whose logit is the largest."""
    best = call("jnp.argmax", Name("logits"), axis=-1)
    return Metric(mean_of_labelled(call("jnp.equal", best, Name("target")), target))


def yes_no_accuracy(logits: Tensor, target: Tensor) -> Metric:
    """The share of yes-or-no targets that the logit's sign tells."""
    says_yes = call("jnp.greater", Name("logits"), 0)
    is_yes = call("jnp.greater", like_logits(logits), 0.5)
    return Metric(mean_of_answered(call("jnp.equal", says_yes, is_yes), logits, target))


def _answers(finish: str, logits: Tensor, first: tuple[str, ...]) -> Metric:
    counted = call("layers.answer_counts", Name("logits"), like_logits(logits), _COUNTS)
    gives = (*first, *_MACRO, *_MICRO)
    return Metric(counted, gives=gives, finish=f"layers.{finish}", in_training=False)


def _area(ranking: str, truth: object) -> Metric:
    return Metric(
        call(ranking, Name("logits"), truth),
        gives=("auc",),
        finish="layers.areas_under_curves",
        whole=True,
        in_training=False,
    )
