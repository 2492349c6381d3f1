"""Samples and places whose label is -1 count in no loss, no metric and no gradient."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from built_block import tensors_of

from core.blocks.classification_losses import BinaryCrossEntropy, CrossEntropy, Focal
from core.blocks.losses import Loss
from core.blocks.margin_losses import Hinge, SquaredHinge
from core.blocks.segmentation_losses import Dice
from core.compile.names import resolve

RNG = np.random.default_rng(3)
CLASSES = 3
MANY = [
    CrossEntropy(),
    CrossEntropy(label_smoothing=0.1, class_weights=(1.0, 2.0, 3.0)),
    Focal(class_weights=(1.0, 2.0, 3.0)),
    Hinge(),
    SquaredHinge(),
]
YES_NO = [
    BinaryCrossEntropy(),
    BinaryCrossEntropy(label_smoothing=0.2, positive_weight=3.0),
    BinaryCrossEntropy(reduction="sum"),
    Focal(),
    Hinge(),
]


def mean_loss(loss: Loss, logits: Any, target: np.ndarray) -> Any:
    """The mean over the samples that count."""
    tensors = tensors_of({"logits": np.asarray(logits), "target": target})
    return _mean(loss, tensors, logits, target)


def _mean(loss: Loss, tensors: Any, logits: Any, target: np.ndarray) -> Any:
    scope = {"logits": logits, "target": target}
    value = loss.forward(**tensors).run(scope, resolve)
    counted = loss.counted(**tensors)
    if counted is None:
        return value.mean()
    counts = counted.run(scope, resolve)
    assert counts.shape == (len(target),)
    return jnp.where(counts, value, 0).sum() / counts.sum()


def slope(loss: Loss, logits: np.ndarray, target: np.ndarray) -> np.ndarray:
    tensors = tensors_of({"logits": logits, "target": target})
    return np.asarray(jax.grad(lambda z: _mean(loss, tensors, z, target))(logits))


@pytest.mark.parametrize("loss", MANY + YES_NO, ids=repr)
def test_samples_without_a_label_are_as_if_they_were_not_there(loss: Loss) -> None:
    many = loss in MANY
    shape = (12, CLASSES) if many else (12, 1)
    logits = RNG.normal(size=shape).astype(np.float32) * 3
    target = RNG.integers(0, CLASSES if many else 2, 12).astype(np.int32)
    target[[1, 5, 11]] = -1
    known = target >= 0
    wanted = mean_loss(loss, logits[known], target[known])
    assert mean_loss(loss, logits, target) == pytest.approx(float(wanted), rel=1e-6)
    found = slope(loss, logits, target)
    np.testing.assert_allclose(
        found[known], slope(loss, logits[known], target[known]), rtol=1e-5, atol=1e-7
    )
    np.testing.assert_array_equal(found[~known], 0)


@pytest.mark.parametrize("loss", MANY, ids=repr)
def test_places_without_a_label_are_as_if_they_were_not_there(loss: Loss) -> None:
    logits = RNG.normal(size=(4, 6, CLASSES)).astype(np.float32)
    target = RNG.integers(0, CLASSES, (4, 6)).astype(np.int32)
    target[:, 4:] = -1
    target[3] = -1
    wanted = mean_loss(loss, logits[:3, :4], target[:3, :4])
    assert mean_loss(loss, logits, target) == pytest.approx(float(wanted), rel=1e-6)
    assert not np.any(slope(loss, logits, target)[target < 0])


@pytest.mark.parametrize("loss", YES_NO, ids=repr)
def test_answers_that_nobody_knows_do_not_count(loss: Loss) -> None:
    logits = RNG.normal(size=(5, 4)).astype(np.float32)
    target = RNG.integers(0, 2, (5, 4)).astype(np.int32)
    target[:, 3] = -1
    wanted = mean_loss(loss, logits[:, :3], target[:, :3])
    assert mean_loss(loss, logits, target) == pytest.approx(float(wanted), rel=1e-6)
    assert not np.any(slope(loss, logits, target)[:, 3])


@pytest.mark.parametrize("classes", [1, CLASSES])
def test_places_without_a_label_belong_to_no_area(classes: int) -> None:
    logits = RNG.normal(size=(2, 5, classes)).astype(np.float32)
    target = RNG.integers(0, max(classes, 2), (2, 5)).astype(np.int32)
    target[:, 3:] = -1
    wanted = mean_loss(Dice(), logits[:, :3], target[:, :3])
    assert mean_loss(Dice(), logits, target) == pytest.approx(float(wanted), rel=1e-6)


def test_accuracy_counts_the_places_with_a_label() -> None:
    logits = RNG.normal(size=(3, 6, CLASSES)).astype(np.float32)
    target = logits.argmax(axis=-1).astype(np.int32)
    target[:, 3:] = -1
    target[:, 0] = (target[:, 0] + 1) % CLASSES
    loss = CrossEntropy()
    tensors = tensors_of({"logits": logits, "target": target})
    found = loss.metrics(**tensors)["accuracy"].value.run(
        {"logits": logits, "target": target}, resolve
    )
    np.testing.assert_allclose(found, 2 / 3, rtol=1e-6)


def test_numbers_have_no_missing_label() -> None:
    """A float target of -1 is a number like others."""
    tensors = tensors_of({"logits": np.zeros((2, 3), np.float32)})
    target = replace(tensors["logits"])
    assert BinaryCrossEntropy().counted(tensors["logits"], target) is None
