"""Deletion and insertion curves against areas that can be written down."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.special import expit, softmax

from core.explain.attribution.curves import RANDOM_ORDERS, curves, measured, orders
from tests.subjects import linear, subject

RNG = np.random.default_rng(0)


def spot(height: float) -> tuple[Any, np.ndarray]:
    """An image of ones of which one pixel counts, and the map that says so."""
    weights = np.zeros((12, 10, 1))
    weights[2, 3] = height
    return subject(linear(weights, 0.0), np.ones((12, 10, 1)), kind="image"), weights[..., 0]


def test_the_score_falls_when_the_pixel_that_counts_is_deleted() -> None:
    given, truth = spot(3.0)
    found = curves(given, truth, np.zeros((1, 12, 10, 1)), "truth", steps=120)
    np.testing.assert_allclose(found.deletion, [3, *[0] * 120])
    np.testing.assert_allclose(found.insertion, [0, *[3] * 120])
    np.testing.assert_allclose(found.shares, np.arange(121) / 120)
    assert found.deletion_area == pytest.approx(3 / 240)
    assert found.insertion_area == pytest.approx(3 * (1 - 1 / 240))
    assert found.better_than_chance
    assert found.random_deletion.shape == (RANDOM_ORDERS, 121)
    # On the average, a pixel goes when half of them are gone.
    assert np.trapezoid(found.random_deletion.mean(axis=0), found.shares) == pytest.approx(
        1.5, abs=0.5
    )
    assert (found.measure, found.elements, found.method) == ("score", 120, "truth")


def test_a_map_of_nothing_is_no_better_than_chance() -> None:
    given, truth = spot(3.0)
    wrong = curves(given, -truth, np.zeros((1, 12, 10, 1)))
    assert wrong.deletion_chance == 1
    assert wrong.insertion_chance == 1
    assert wrong.better_than_chance is False
    assert "no better" in wrong.verdict


def test_channels_are_added_and_steps_are_few() -> None:
    w, x = RNG.normal(size=(2, 6, 6, 3))
    given = subject(linear(w, 0.0), x, kind="image")
    found = curves(given, w * x, np.zeros((1, 6, 6, 3)), steps=4)
    effects = np.sort((w * x).sum(axis=-1).ravel())[::-1]
    gone = np.array([0, 9, 18, 27, 36])
    np.testing.assert_allclose(found.insertion, [effects[:n].sum() for n in gone], atol=1e-12)
    np.testing.assert_allclose(found.deletion, [effects[n:].sum() for n in gone], atol=1e-12)


def test_of_few_elements_all_orders_are_compared() -> None:
    w = np.array([4.0, 3.0, 2.0, 1.0])
    found = curves(subject(linear(w, 0.0), np.ones(4)), w, np.zeros((1, 4)))
    assert found.random_deletion.shape == (24, 5)
    assert found.deletion_chance == found.insertion_chance == pytest.approx(1 / 24)
    assert found.better_than_chance
    three = curves(subject(linear(w[:3], 0.0), np.ones(3)), w[:3], np.zeros((1, 3)))
    assert three.better_than_chance is None
    assert "With 3 elements" in three.verdict


def test_orders_are_random_and_the_same_each_time() -> None:
    first, again = orders(30), orders(30)
    np.testing.assert_array_equal(first, again)
    assert len({tuple(order) for order in first}) == RANDOM_ORDERS
    assert all(sorted(order) == list(range(30)) for order in first)


@pytest.mark.parametrize("function", ["nnx.softmax", "nnx.sigmoid"])
def test_where_there_is_a_probability_it_is_shown(function: str) -> None:
    scores = RNG.normal(size=(6, 3))
    given = subject(lambda samples: scores[:, 2], np.zeros(2))
    given.target, given.reading = 2, "classes"
    given.outputs = lambda samples: scores
    given.plan = SimpleNamespace(
        shown=SimpleNamespace(probabilities=SimpleNamespace(function=function))
    )
    measure, chances = measured(given)
    assert measure == "probability"
    wanted = expit(scores[:, 2]) if function == "nnx.sigmoid" else softmax(scores, axis=-1)[:, 2]
    np.testing.assert_allclose(chances(np.zeros((6, 2))), wanted)
    # Scores of an image's places are added, and have no probability as a whole.
    given.shapes = {"scores": np.zeros((1, 4, 4, 3))}
    assert measured(given)[0] == "score"
