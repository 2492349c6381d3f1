"""Figures of evaluated splits against scikit-learn: ragged batches, missing classes and labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn import metrics

from core.blocks.classification_losses import BinaryCrossEntropy, CrossEntropy, Focal
from core.blocks.losses import Loss
from core.blocks.margin_losses import Hinge
from core.blocks.regression_losses import Huber, MeanSquaredError
from core.blocks.segmentation_losses import Dice
from core.blocks.sequence_losses import NextToken
from core.compile.figures import figure_rules
from core.compile.plan import LossStep, Plan
from core.design.document import End
from core.tensor import Tensor
from core.train import evaluation
from core.train.evaluation import Evaluation

CLOSE = 1e-6


class Given:
    """Stands for a network and its data: what is loaded are the rows of given arrays."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.arrays = arrays

    def load(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        return {name: values[rows] for name, values in self.arrays.items()}

    def batch(self, loaded: dict[str, Any], play: Any, step: Any) -> tuple[dict[str, Any], Any]:
        return loaded, {}

    def play(self, params: Any, rest: Any) -> Any:
        return lambda batch: {End(name, "output"): value for name, value in batch.items()}


def evaluated(
    block: Loss, rows: np.ndarray | None = None, scale: float = 1.0, **arrays: np.ndarray
) -> dict[str, float]:
    """The figures of a loss over the rows of arrays that a network gave."""
    tensors = {
        name: Tensor((None, *a.shape[1:]), a.dtype.name, int(a.max()) + 1 if a.dtype == "i4" else 0)
        for name, a in arrays.items()
    }
    ends = {name: End(name, "output") for name in arrays}
    step = LossStep(
        "loss",
        "loss",
        1.0,
        block.forward(**tensors),
        block.metrics(**tensors),
        None,
        ends,
        ends[block.prediction],
        "target",
        counted=block.counted(**tensors),
    )
    plan = Plan((), (step,), (), {}, {}, ())
    given: Any = Given(arrays)
    count = len(next(iter(arrays.values())))
    made = Evaluation(plan, figure_rules(plan, {"target": scale}), given, given, 64, count)
    return made.figures([], [], np.arange(count) if rows is None else rows, (0,))


def classes(rows: int, count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits ``[rows, count]`` that know a little of the labels, and the labels."""
    rng = np.random.default_rng(seed)
    target = rng.integers(0, count, rows).astype(np.int32)
    logits = 3 * rng.normal(size=(rows, count)).astype(np.float32)
    logits[np.arange(rows), target] += 2
    return logits, target


def class_figures(truth: np.ndarray, said: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1 as scikit-learn has them."""
    found = {"accuracy": metrics.accuracy_score(truth, said)}
    for average in ("macro", "micro"):
        for name in ("precision", "recall", "f1"):
            score = getattr(metrics, f"{name}_score")
            found[f"{name}_{average}"] = score(truth, said, average=average, zero_division=0)
    return found


@pytest.mark.parametrize("block", [CrossEntropy(), Focal()], ids=repr)
def test_classes(block: Loss) -> None:
    logits, target = classes(1000, 7)
    found = evaluated(block, logits=logits, target=target)
    chances = softmax(logits.astype(np.float64), axis=1)
    wanted = class_figures(target, logits.argmax(axis=1)) | {
        f"top_{k}_accuracy": metrics.top_k_accuracy_score(target, chances, k=k) for k in (3, 5)
    }
    wanted["auc"] = metrics.roc_auc_score(target, chances, multi_class="ovr", average="macro")
    assert list(found) == ["loss", "accuracy", "top_3_accuracy", "top_5_accuracy", *list(found)[4:]]
    assert found == pytest.approx({"loss": found["loss"], **wanted}, abs=CLOSE)


def test_scores_of_a_hinge_are_ranked_as_they_are() -> None:
    logits, target = classes(300, 4)
    found = evaluated(Hinge(), logits=logits, target=target)
    areas = [metrics.roc_auc_score(target == c, logits[:, c]) for c in range(4)]
    assert found["auc"] == pytest.approx(np.mean(areas), abs=CLOSE)
    assert found["f1_macro"] == pytest.approx(
        metrics.f1_score(target, logits.argmax(axis=1), average="macro"), abs=CLOSE
    )


def test_there_is_no_top_3_of_3_classes() -> None:
    logits, target = classes(30, 3)
    assert not [n for n in evaluated(CrossEntropy(), logits=logits, target=target) if "top" in n]


def test_more_classes_than_are_counted_by_comparison() -> None:
    logits, target = classes(2000, 90)
    found = evaluated(CrossEntropy(), logits=logits, target=target)
    for name, wanted in class_figures(target, logits.argmax(axis=1)).items():
        assert found[name] == pytest.approx(wanted, abs=CLOSE)


def test_classes_that_a_split_does_not_have() -> None:
    """Some are neither true nor said, one is only true, one only said."""
    logits, target = classes(400, 6)
    logits[:, [2, 5]] -= 1000
    rows = np.flatnonzero((target != 5) & (target != 1))
    found = evaluated(CrossEntropy(), rows, logits=logits, target=target)
    truth, said = target[rows], logits[rows].argmax(axis=1)
    assert set(truth) == {0, 2, 3, 4}
    assert set(said) == {0, 1, 3, 4}
    for name, wanted in class_figures(truth, said).items():
        assert found[name] == pytest.approx(wanted, abs=CLOSE)
    present = [0, 2, 3, 4]
    # Log-odds, because chances that small are all the same number.
    odds = [
        logits[rows, c].astype(np.float64)
        - np.log(np.exp(np.delete(logits[rows].astype(np.float64), c, axis=1)).sum(axis=1))
        for c in present
    ]
    areas = [metrics.roc_auc_score(truth == c, o) for c, o in zip(present, odds, strict=True)]
    assert found["auc"] == pytest.approx(np.mean(areas), abs=CLOSE)


def test_a_split_of_one_class_has_no_curve() -> None:
    logits, target = classes(100, 3)
    found = evaluated(CrossEntropy(), np.flatnonzero(target == 1), logits=logits, target=target)
    assert np.isnan(found["auc"])
    assert found["recall_micro"] == found["accuracy"]


def test_samples_without_a_label_are_left_out_of_every_figure() -> None:
    logits, target = classes(700, 5)
    missing = target.copy()
    missing[::3] = -1
    known = np.flatnonzero(missing >= 0)
    found = evaluated(CrossEntropy(), logits=logits, target=missing)
    wanted = evaluated(CrossEntropy(), known, logits=logits, target=target)
    assert found == pytest.approx(wanted, abs=CLOSE)


def test_a_split_without_any_label_has_no_figures() -> None:
    logits, target = classes(20, 3)
    assert evaluated(CrossEntropy(), logits=logits, target=np.full_like(target, -1)) == {}


@pytest.mark.parametrize("block", [BinaryCrossEntropy(), Focal(), Hinge()], ids=repr)
@pytest.mark.parametrize("threes", [1, 3])
def test_yes_or_no(block: Loss, threes: int) -> None:
    """Also with scores of which many are equal."""
    rng = np.random.default_rng(1)
    target = (rng.random(517) < 0.3).astype(np.int32)
    logits = (rng.normal(size=517) - 1 + target).round(5 if threes == 1 else 1)
    logits = logits.astype(np.float32)[:, None]
    found = evaluated(block, logits=logits, target=target)
    said = (logits[:, 0] > 0).astype(int)
    wanted = class_figures(target, said) | {
        "precision": metrics.precision_score(target, said),
        "recall": metrics.recall_score(target, said),
        "f1": metrics.f1_score(target, said),
        "auc": metrics.roc_auc_score(target, logits[:, 0]),
    }
    assert found == pytest.approx({"loss": found["loss"], **wanted}, abs=CLOSE)


def test_several_questions() -> None:
    rng = np.random.default_rng(2)
    target = (rng.random((300, 4)) < [0.5, 0.2, 0.05, 0.9]).astype(np.float32)
    logits = (rng.normal(size=(300, 4)) + target).astype(np.float32)
    found = evaluated(BinaryCrossEntropy(), logits=logits, target=target)
    said = (logits > 0).astype(int)
    for average in ("micro", "macro"):
        for name in ("precision", "recall", "f1"):
            wanted = getattr(metrics, f"{name}_score")(target, said, average=average)
            assert found[f"{name}_{average}"] == pytest.approx(wanted, abs=CLOSE)
    assert found["auc"] == pytest.approx(metrics.roc_auc_score(target, expit(logits)), abs=CLOSE)


@pytest.mark.parametrize("block", [CrossEntropy(), Dice()], ids=repr)
def test_places_have_an_intersection_over_union(block: Loss) -> None:
    logits, target = classes(90 * 20, 6)
    logits, target = logits.reshape(90, 4, 5, 6), target.reshape(90, 4, 5)
    target = np.where(target == 4, 3, target).astype(np.int32)
    target[:, 0, 0] = -1
    found = evaluated(block, logits=logits, target=target)
    known = target >= 0
    truth, said = target[known], logits.argmax(axis=-1)[known]
    wanted = class_figures(truth, said)
    wanted["iou"] = metrics.jaccard_score(truth, said, average="macro", zero_division=0)
    for name, value in wanted.items():
        assert found[name] == pytest.approx(value, abs=CLOSE)
    assert "auc" not in found


def test_areas_of_yes_have_an_intersection_over_union() -> None:
    rng = np.random.default_rng(5)
    target = (rng.random((40, 6, 6)) < 0.2).astype(np.int32)
    logits = (rng.normal(size=(40, 6, 6, 1)) + target[..., None]).astype(np.float32)
    found = evaluated(Dice(), logits=logits, target=target)
    truth, said = target.ravel(), (logits > 0).ravel()
    wanted = metrics.jaccard_score(truth, said, average="macro")
    assert found["iou"] == pytest.approx(wanted, abs=CLOSE)
    assert found["f1"] == pytest.approx(metrics.f1_score(truth, said), abs=CLOSE)


@pytest.mark.parametrize("block", [MeanSquaredError(), Huber()], ids=repr)
@pytest.mark.parametrize("offset", [0.0, 2000.0])
def test_numbers(block: Loss, offset: float) -> None:
    """Also far from zero, where sums of squares would lose their digits."""
    rng = np.random.default_rng(3)
    target = (offset + rng.normal(size=(1000, 3)) * [1, 5, 0.5]).astype(np.float32)
    prediction = (target + rng.normal(size=target.shape)).astype(np.float32)
    found = evaluated(block, scale=2.5, prediction=prediction, target=target)
    truth, said = target.astype(np.float64), prediction.astype(np.float64)
    pooled = truth.ravel(), said.ravel()
    assert found["r2"] == pytest.approx(metrics.r2_score(truth, said), rel=1e-5, abs=CLOSE)
    assert found["mae"] == pytest.approx(2.5 * metrics.mean_absolute_error(*pooled), rel=CLOSE)
    assert found["rmse"] == pytest.approx(2.5 * metrics.root_mean_squared_error(*pooled), rel=CLOSE)


def test_a_constant_target_is_explained_wholly_or_not_at_all() -> None:
    target = np.full((10, 2), 3, np.float32)
    prediction = target + np.array([0, 1])
    found = evaluated(MeanSquaredError(), prediction=prediction.astype(np.float32), target=target)
    assert found["r2"] == metrics.r2_score(target, prediction) == 0.5


def test_the_next_token() -> None:
    rng = np.random.default_rng(4)
    tokens = rng.integers(0, 11, (70, 6)).astype(np.int32)
    logits = rng.normal(size=(70, 6, 11)).astype(np.float32)
    found = evaluated(NextToken(), logits=logits, tokens=tokens)
    said = softmax(logits[:, :-1].reshape(-1, 11).astype(np.float64), axis=1)
    truth = tokens[:, 1:].ravel()
    entropy = metrics.log_loss(truth, said, labels=range(11))
    assert found["perplexity"] == pytest.approx(np.exp(entropy), rel=CLOSE)
    for k in (3, 5):
        wanted = metrics.top_k_accuracy_score(truth, said, k=k, labels=range(11))
        assert found[f"top_{k}_accuracy"] == pytest.approx(wanted, abs=CLOSE)


def test_a_network_that_says_the_same_of_all_has_no_luck_in_the_top() -> None:
    target = np.arange(10, dtype=np.int32)
    found = evaluated(CrossEntropy(), logits=np.zeros((10, 10), np.float32), target=target)
    assert (found["accuracy"], found["top_3_accuracy"]) == pytest.approx((0.1, 0.3))
    assert found["auc"] == 0.5


def test_what_would_take_too_much_memory_has_no_area(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_KEPT", 500)
    logits, target = classes(200, 3)
    found = evaluated(CrossEntropy(), logits=logits, target=target)
    assert "auc" not in found
    assert "f1_macro" in found


def test_no_rows_have_every_figure_without_a_value() -> None:
    logits, target = classes(10, 3)
    found = evaluated(CrossEntropy(), np.arange(0), logits=logits, target=target)
    assert set(found) == set(evaluated(CrossEntropy(), logits=logits, target=target))
    assert all(np.isnan(value) for value in found.values())
