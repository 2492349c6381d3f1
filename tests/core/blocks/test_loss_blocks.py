"""Losses and their metrics against formulas and scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from built_block import run, tensors_of
from scipy.special import expit, log_softmax, softmax
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, root_mean_squared_error

from core.blocks.block import ShapeError
from core.blocks.classification_losses import BinaryCrossEntropy, CrossEntropy
from core.blocks.losses import Loss
from core.blocks.regression_losses import MeanSquaredError
from core.compile.names import resolve
from core.tensor import Tensor

RNG = np.random.default_rng(6)


def figure(loss: Loss, name: str, **arrays: Any) -> float:
    """A metric over the whole batch, rooted where the metric says so."""
    metric = loss.metrics(**tensors_of(arrays))[name]
    mean = float(np.mean(metric.value.run(arrays, resolve)))
    return float(np.sqrt(mean)) if metric.root else mean


def test_cross_entropy_is_the_log_loss() -> None:
    logits = RNG.normal(size=(40, 4)).astype(np.float32)
    target = RNG.integers(0, 4, 40, dtype=np.int32)
    loss, _ = run(CrossEntropy(), logits=logits, target=target)
    expected = log_loss(target, softmax(logits.astype(np.float64), axis=-1), labels=range(4))
    assert loss.shape == (40,)
    assert loss.mean() == pytest.approx(expected, rel=1e-5)
    accuracy = figure(CrossEntropy(), "accuracy", logits=logits, target=target)
    assert accuracy == pytest.approx(accuracy_score(target, logits.argmax(axis=-1)))


def test_cross_entropy_averages_over_the_places_of_a_sample() -> None:
    logits = RNG.normal(size=(3, 5, 4)).astype(np.float32)
    target = RNG.integers(0, 4, (3, 5), dtype=np.int32)
    loss, _ = run(CrossEntropy(), logits=logits, target=target)
    logs = log_softmax(logits.astype(np.float64), axis=-1)
    expected = -np.take_along_axis(logs, target[..., None], axis=-1)[..., 0].mean(axis=1)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_cross_entropy_bears_large_logits() -> None:
    logits = np.array([[1000.0, 0.0], [0.0, 1000.0]], np.float32)
    loss, _ = run(CrossEntropy(), logits=logits, target=np.array([0, 0], np.int32))
    np.testing.assert_allclose(loss, [0.0, 1000.0])


@pytest.mark.parametrize("dtype", [np.float32, np.int32])
@pytest.mark.parametrize("shape", [(40,), (40, 1)])
def test_binary_cross_entropy_is_the_log_loss(dtype: Any, shape: tuple[int, ...]) -> None:
    logits = RNG.normal(size=(40, 1)).astype(np.float32)
    target = RNG.integers(0, 2, shape).astype(dtype)
    loss, _ = run(BinaryCrossEntropy(), logits=logits, target=target)
    truth = target.reshape(40).astype(int)
    assert loss.shape == (40,)
    assert loss.mean() == pytest.approx(log_loss(truth, expit(logits.astype(np.float64))[:, 0]))
    accuracy = figure(BinaryCrossEntropy(), "accuracy", logits=logits, target=target)
    assert accuracy == pytest.approx(accuracy_score(truth, logits[:, 0] > 0))


def test_binary_cross_entropy_averages_over_several_labels() -> None:
    logits = RNG.normal(size=(6, 3)).astype(np.float32)
    target = RNG.integers(0, 2, (6, 3)).astype(np.float32)
    loss, _ = run(BinaryCrossEntropy(), logits=logits, target=target)
    p = expit(logits.astype(np.float64))
    expected = -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean(axis=1)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_mean_squared_error_and_its_metrics() -> None:
    prediction = RNG.normal(size=(30, 3)).astype(np.float32)
    target = RNG.normal(size=(30, 3)).astype(np.float32)
    loss, _ = run(MeanSquaredError(), prediction=prediction, target=target)
    exact = prediction.astype(np.float64), target.astype(np.float64)
    np.testing.assert_allclose(loss, ((exact[0] - exact[1]) ** 2).mean(axis=1), rtol=1e-5)
    pair = {"prediction": prediction, "target": target}
    mae = figure(MeanSquaredError(), "mae", **pair)
    rmse = figure(MeanSquaredError(), "rmse", **pair)
    assert mae == pytest.approx(mean_absolute_error(target, prediction), rel=1e-5)
    pooled = root_mean_squared_error(target.ravel(), prediction.ravel())
    assert rmse == pytest.approx(pooled, rel=1e-5)


@pytest.mark.parametrize(
    ("loss", "inputs", "remedy"),
    [
        (
            CrossEntropy(),
            {"logits": Tensor((None, 3)), "target": Tensor((None,), "int32", 10)},
            "10 units",
        ),
        (
            CrossEntropy(),
            {"logits": Tensor((None, 5, 3)), "target": Tensor((None,), "int32", 3)},
            "Flatten",
        ),
        (
            BinaryCrossEntropy(),
            {"logits": Tensor((None, 2)), "target": Tensor((None,), "int32", 2)},
            "one unit",
        ),
        (
            BinaryCrossEntropy(),
            {"logits": Tensor((None, 1)), "target": Tensor((None,), "int32", 3)},
            "Cross-entropy",
        ),
        (
            MeanSquaredError(),
            {"prediction": Tensor((None, 2)), "target": Tensor((None, 1))},
            "[B, 1]",
        ),
    ],
)
def test_refuses_with_a_remedy(loss: Loss, inputs: dict[str, Tensor], remedy: str) -> None:
    with pytest.raises(ShapeError) as refused:
        loss.infer(**inputs)
    assert remedy in refused.value.remedy
