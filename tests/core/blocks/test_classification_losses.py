"""Losses for classes, yes-or-no answers and segmentation against PyTorch and scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from built_block import run, tensors_of
from sklearn.metrics import accuracy_score, hinge_loss
from torch.nn import functional

from core.blocks.block import ShapeError
from core.blocks.classification_losses import BinaryCrossEntropy, CrossEntropy, Focal
from core.blocks.losses import Loss
from core.blocks.margin_losses import Hinge, SquaredHinge
from core.blocks.segmentation_losses import Dice
from core.compile.names import resolve
from core.tensor import Tensor

RNG = np.random.default_rng(8)
WEIGHTS = (0.5, 2.0, 1.0, 0.0)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(0.0, 2.0, shape).astype(np.float32)


def labels(classes: int, *shape: int) -> np.ndarray:
    found = RNG.integers(0, classes, shape, dtype=np.int32)
    found.flat[0] = classes - 1
    return found


def metric(loss: Loss, name: str, **arrays: Any) -> float:
    return float(np.mean(loss.metrics(**tensors_of(arrays))[name].value.run(arrays, resolve)))


def per_sample(value: torch.Tensor) -> np.ndarray:
    return value.flatten(1).mean(1).numpy() if value.ndim > 1 else value.numpy()


def channels_first(logits: np.ndarray) -> torch.Tensor:
    return torch.tensor(np.moveaxis(logits, -1, 1))


@pytest.mark.parametrize("places", [(), (5,), (3, 2)])
@pytest.mark.parametrize("weights", [(), WEIGHTS])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_cross_entropy(
    smoothing: float, weights: tuple[float, ...], places: tuple[int, ...]
) -> None:
    logits, target = normal(7, *places, 4), labels(4, 7, *places)
    block = CrossEntropy(label_smoothing=smoothing, class_weights=weights)
    found, _ = run(block, logits=logits, target=target)
    wanted = functional.cross_entropy(
        channels_first(logits),
        torch.tensor(target).long(),
        weight=torch.tensor(weights) if weights else None,
        label_smoothing=smoothing,
        reduction="none",
    )
    np.testing.assert_allclose(found, per_sample(wanted), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("weight", [1.0, 3.5])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_binary_cross_entropy(smoothing: float, weight: float, reduction: str) -> None:
    logits, target = normal(6, 3, 2), labels(2, 6, 3, 2).astype(np.float32)
    block = BinaryCrossEntropy(
        label_smoothing=smoothing, positive_weight=weight, reduction=reduction
    )
    found, _ = run(block, logits=logits, target=target)
    soft = torch.tensor(target * (1 - smoothing) + smoothing / 2)
    wanted = functional.binary_cross_entropy_with_logits(
        torch.tensor(logits), soft, pos_weight=torch.tensor(weight), reduction="none"
    )
    joined = wanted.flatten(1).mean(1) if reduction == "mean" else wanted.flatten(1).sum(1)
    np.testing.assert_allclose(found, joined, rtol=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("alpha", [0.25, 1.0])
def test_focal_of_yes_or_no(gamma: float, alpha: float) -> None:
    """The formula of the paper, as torchvision's ``sigmoid_focal_loss`` has it."""
    logits, target = normal(6, 3), labels(2, 6, 3).astype(np.float32)
    found, _ = run(Focal(gamma=gamma, alpha=alpha), logits=logits, target=target)
    z, t = torch.tensor(logits), torch.tensor(target)
    p = torch.sigmoid(z)
    truth = p * t + (1 - p) * (1 - t)
    factor = alpha * t + (1 - alpha) * (1 - t)
    cross = functional.binary_cross_entropy_with_logits(z, t, reduction="none")
    wanted = factor * (1 - truth) ** gamma * cross
    np.testing.assert_allclose(found, per_sample(wanted), rtol=1e-5)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("weights", [(), WEIGHTS])
@pytest.mark.parametrize("places", [(), (5,)])
def test_focal_of_classes(
    gamma: float, weights: tuple[float, ...], places: tuple[int, ...]
) -> None:
    logits, target = normal(6, *places, 4), labels(4, 6, *places)
    found, _ = run(Focal(gamma=gamma, class_weights=weights), logits=logits, target=target)
    first, truth = channels_first(logits), torch.tensor(target).long()
    logs = -functional.cross_entropy(first, truth, reduction="none")
    weight = torch.tensor(weights)[truth] if weights else 1.0
    wanted = -weight * (1 - logs.exp()) ** gamma * logs
    np.testing.assert_allclose(found, per_sample(wanted), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_hinge_of_two_classes(dtype: Any) -> None:
    logits, target = normal(40, 1), labels(2, 40)
    found, _ = run(Hinge(), logits=logits, target=target.astype(dtype))
    assert found.shape == (40,)
    assert found.mean() == pytest.approx(hinge_loss(target, logits[:, 0], labels=[0, 1]), rel=1e-5)
    square, _ = run(SquaredHinge(), logits=logits, target=target.astype(dtype))
    np.testing.assert_allclose(square, found**2, rtol=1e-5)
    right = metric(Hinge(), "accuracy", logits=logits, target=target.astype(dtype))
    assert right == pytest.approx(accuracy_score(target, logits[:, 0] > 0))


def test_hinge_of_several_answers() -> None:
    logits, target = normal(9, 3), labels(2, 9, 3)
    found, _ = run(Hinge(margin=0.5), logits=logits, target=target)
    wanted = np.maximum(0, 0.5 - (2 * target - 1) * logits).mean(axis=1)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_hinge_of_several_classes_is_that_of_crammer_and_singer() -> None:
    logits, target = normal(40, 4), labels(4, 40)
    found, _ = run(Hinge(), logits=logits, target=target)
    wanted = hinge_loss(target, logits.astype(np.float64), labels=[0, 1, 2, 3])
    assert found.mean() == pytest.approx(wanted, rel=1e-5)
    right = metric(Hinge(), "accuracy", logits=logits, target=target)
    assert right == pytest.approx(accuracy_score(target, logits.argmax(axis=1)))


def test_squared_hinge_of_several_classes_at_several_places() -> None:
    logits, target = normal(6, 5, 4), labels(4, 6, 5)
    found, _ = run(SquaredHinge(margin=2.0), logits=logits, target=target)
    wanted = np.zeros(6)
    for sample, place in np.ndindex(6, 5):
        scores, truth = logits[sample, place].astype(np.float64), target[sample, place]
        best = np.delete(scores, truth).max()
        wanted[sample] += max(0.0, 2.0 + best - scores[truth]) ** 2 / 5
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


@pytest.mark.parametrize("smooth", [1.0, 0.01])
@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 1)])
def test_dice_of_one_object(shape: tuple[int, ...], smooth: float) -> None:
    logits, target = normal(5, 4, 3, 1), labels(2, 5, *shape)
    target[0] = 0
    found, _ = run(Dice(smooth=smooth), logits=logits, target=target)
    p = 1 / (1 + np.exp(-logits.astype(np.float64))).reshape(5, 12)
    t = target.reshape(5, 12)
    shared, both = (p * t).sum(axis=1), p.sum(axis=1) + t.sum(axis=1)
    np.testing.assert_allclose(found, 1 - (2 * shared + smooth) / (both + smooth), rtol=1e-5)
    right = metric(Dice(), "accuracy", logits=logits, target=target)
    assert right == pytest.approx(np.mean((p > 0.5) == t))


@pytest.mark.parametrize("places", [(6,), (3, 4), (2, 3, 2)])
def test_dice_of_classes(places: tuple[int, ...]) -> None:
    logits, target = normal(5, *places, 3), labels(3, 5, *places)
    found, _ = run(Dice(), logits=logits, target=target)
    p = functional.softmax(torch.tensor(logits).double(), -1).flatten(1, -2).numpy()
    t = np.eye(3)[target].reshape(5, -1, 3)
    overlap = (2 * (p * t).sum(axis=1) + 1) / (p.sum(axis=1) + t.sum(axis=1) + 1)
    np.testing.assert_allclose(found, 1 - overlap.mean(axis=1), rtol=1e-5)
    right = metric(Dice(), "accuracy", logits=logits, target=target)
    assert right == pytest.approx(np.mean(logits.argmax(-1) == target))


def test_a_right_and_a_wrong_area() -> None:
    target = np.array([[1, 0, 0, 0]], np.int32).repeat(2, axis=0)
    logits = 1e4 * np.array([[1, -1, -1, -1], [-1, 1, 1, 1]], np.float32)[..., None]
    found, _ = run(Dice(smooth=0.001), logits=logits, target=target)
    np.testing.assert_allclose(found, [0.0, 1.0], atol=1e-3)


def classes(rank: int, count: int) -> Tensor:
    return Tensor((None, *(4,) * (rank - 1)), "int32", count)


@pytest.mark.parametrize(
    ("loss", "logits", "target", "message", "remedy"),
    [
        (CrossEntropy(class_weights=(1.0,)), (3,), classes(1, 3), "1 numbers", "3 numbers"),
        (Focal(class_weights=(1.0,)), (3,), classes(1, 3), "1 numbers", "3 numbers"),
        (Focal(), (3,), classes(1, 5), "5 classes", "5 units"),
        (Focal(), (3,), Tensor((None,)), "do not fit", "one unit"),
        (Hinge(), (3,), classes(1, 5), "5 classes", "5 units"),
        (SquaredHinge(), (1,), classes(1, 5), "5 classes", "Cross-entropy"),
        (Dice(), (4, 3), Tensor((None, 4, 3)), "int32 labels", "number of its class"),
        (Dice(), (5, 1), classes(2, 2), "do not fit", "one unit"),
    ],
)
def test_refuses_with_a_remedy(
    loss: Loss, logits: tuple[int, ...], target: Tensor, message: str, remedy: str
) -> None:
    with pytest.raises(ShapeError) as refused:
        loss.infer(logits=Tensor((None, *logits)), target=target)
    assert message in refused.value.message
    assert remedy in refused.value.remedy


def test_targets_of_another_kind_are_refused_with_the_right_loss() -> None:
    number, label = Tensor((None, 1)), Tensor((None,), "int32", 3)
    with pytest.raises(ShapeError) as refused:
        CrossEntropy().ports()[1].check(number)
    assert "Mean squared error" in refused.value.remedy
    from core.blocks.regression_losses import MeanSquaredError

    with pytest.raises(ShapeError) as refused:
        MeanSquaredError().ports()[1].check(label)
    assert "Cross-entropy" in refused.value.remedy
