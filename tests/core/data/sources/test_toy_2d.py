"""Toy points against those of scikit-learn, and by their seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_circles, make_moons
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from core.data.sources.toy_2d import Toy2D

SHAPES = ("moons", "circles", "spirals", "blobs", "xor")


def drawn(**params: object) -> tuple[np.ndarray, np.ndarray]:
    columns = Toy2D(**params).load(Path()).columns
    return columns["point"].values, columns["label"].values


@pytest.mark.parametrize("samples", [40, 41])
def test_moons_and_circles_are_those_of_scikit_learn(samples: int) -> None:
    theirs = {
        "moons": make_moons(samples, shuffle=False),
        "circles": make_circles(samples, shuffle=False, factor=0.5),
    }
    for shape, (points, labels) in theirs.items():
        point, label = drawn(shape=shape, samples=samples, noise=0.0)
        np.testing.assert_allclose(point, points, atol=1e-6)
        np.testing.assert_array_equal(label, labels)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_seed_alone_says_which_points_there_are(shape: str) -> None:
    point, label = drawn(shape=shape, samples=101, seed=3)
    again, same = drawn(shape=shape, samples=101, seed=3)
    other, _ = drawn(shape=shape, samples=101, seed=4)
    np.testing.assert_array_equal(point, again)
    np.testing.assert_array_equal(label, same)
    assert point.shape == (101, 2)
    assert point.dtype == np.float32
    assert not np.array_equal(point, other)


@pytest.mark.parametrize(("shape", "parted"), [("moons", 1), ("blobs", 1), ("xor", 0)])
def test_what_a_line_can_part(shape: str, parted: int) -> None:
    point, label = drawn(shape=shape, samples=400, noise=0.05)
    straight = LogisticRegression().fit(point, label).score(point, label)
    assert straight > 0.85 if parted else straight < 0.65


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_each_spiral_and_blob_is_of_one_class(classes: int) -> None:
    for shape in ("spirals", "blobs"):
        point, label = drawn(shape=shape, samples=600, noise=0.0, classes=classes)
        counts = np.bincount(label)
        assert len(counts) == classes
        assert counts.max() - counts.min() <= 1
        assert KNeighborsClassifier(3).fit(point, label).score(point, label) > 0.97


def test_other_shapes_have_two_classes() -> None:
    (fault,) = Toy2D(shape="moons", classes=3).check()
    assert fault.name == "classes"
    assert "moons" in fault.message
    assert not Toy2D(shape="spirals", classes=3).check()
