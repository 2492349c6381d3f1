"""Shapley values against games with known solutions, and Kernel SHAP against the exact ones."""

from __future__ import annotations

from collections.abc import Callable
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.explain.attribution.parts import Parts
from core.explain.attribution.shap import Shap
from core.explain.attribution.shapley import exact, kernel, weighted_coalitions
from tests.subjects import linear, small_mlp, subject

RNG = np.random.default_rng(0)
GLOVES = [1 / 6, 1 / 6, 2 / 3]
RUNWAYS = np.array([8.0, 11.0, 13.0, 18.0])


def gloves(coalitions: np.ndarray) -> np.ndarray:
    """Two players own a right glove, the third a left one; a pair is worth 1."""
    first, second, third = coalitions.T
    return ((first | second) & third).astype(float)


def runway(coalitions: np.ndarray) -> np.ndarray:
    """What a runway costs that is long enough for all (Littlechild and Owen, 1973)."""
    return (coalitions * RUNWAYS).max(axis=1)


def table(gains: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The game whose gains stand in a table by the binary number of the coalition."""
    powers = 2 ** np.arange(int(np.log2(len(gains))))
    return lambda coalitions: gains[coalitions @ powers]


@pytest.mark.parametrize("solve", [exact, lambda game, n: kernel(game, n, 2**n)])
def test_games_with_a_known_solution(solve: Callable[..., np.ndarray]) -> None:
    np.testing.assert_allclose(solve(gloves, 3), GLOVES, atol=1e-12)
    np.testing.assert_allclose(solve(runway, 4), [2, 3, 4, 9], atol=1e-12)


@settings(max_examples=40)
@given(st.integers(1, 7), st.integers(0, 2**31), st.integers(2, 200))
def test_all_that_is_gained_is_shared_and_of_all_coalitions_the_estimate_is_exact(
    players: int, seed: int, coalitions: int
) -> None:
    gains = np.random.default_rng(seed).normal(size=2**players)
    values = exact(table(gains), players)
    estimate = kernel(table(gains), players, coalitions, seed)
    for found in (values, estimate):
        assert found.sum() == pytest.approx(gains[-1] - gains[0], abs=1e-9)
    complete = kernel(table(gains), players, 2**players)
    np.testing.assert_allclose(complete, values, atol=1e-9)


def test_a_player_who_adds_nothing_gets_nothing() -> None:
    def game(coalitions: np.ndarray) -> np.ndarray:
        return gloves(coalitions[:, [0, 2, 3]])

    np.testing.assert_allclose(exact(game, 4), np.insert(GLOVES, 1, 0.0), atol=1e-12)


def test_of_a_sum_few_coalitions_are_enough() -> None:
    shares = RNG.normal(size=30)
    found = kernel(lambda coalitions: coalitions @ shares, 30, 100)
    np.testing.assert_allclose(found, shares, atol=1e-9)


def test_kernel_shap_nears_the_exact_values_of_a_network() -> None:
    score = small_mlp(12)
    given = subject(score, RNG.normal(size=12), RNG.normal(size=(4, 12)))
    values = Shap(coalitions=4096).attribute(given)
    errors = []
    for coalitions in (64, 512, 2048):
        several = [Shap(coalitions=coalitions, seed=s).attribute(given) - values for s in range(5)]
        errors.append(np.sqrt(np.mean(np.square(several))))
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 0.02 * np.abs(values).max()
    assert not np.array_equal(Shap(coalitions=512, seed=1).attribute(given), values)


@pytest.mark.parametrize("players", [2, 5, 12, 40])
@pytest.mark.parametrize("count", [170, 300])
def test_coalitions_are_weighed_as_the_kernel_says(players: int, count: int) -> None:
    drawn, weights = weighted_coalitions(players, count, np.random.default_rng(0))
    assert len(np.unique(drawn, axis=0)) == len(drawn) <= count
    sizes = drawn.sum(axis=1)
    assert 1 <= sizes.min() <= sizes.max() <= players - 1
    wanted = [(players - 1) / (s * (players - s)) for s in range(1, players)]
    assert weights.sum() == pytest.approx(sum(wanted))
    alone = weights[sizes == 1]
    np.testing.assert_allclose(alone, wanted[0] / comb(players, 1))
    assert len(alone) == players
    # A coalition counts as much as its complement.
    pairs = {tuple(c): w for c, w in zip(drawn.tolist(), weights, strict=True)}
    assert all(pairs[tuple(not m for m in c)] == pytest.approx(w) for c, w in pairs.items())


@pytest.mark.parametrize("features", [6, 40])
def test_of_a_linear_model_it_is_the_distance_from_the_mean(features: int) -> None:
    w, x = RNG.normal(size=(2, features))
    some = RNG.normal(size=(8, features))
    given = subject(linear(w), x, some)
    method = Shap(coalitions=256)
    found = method.attribute(given)
    np.testing.assert_allclose(found, w * (x - some.mean(axis=0)), atol=1e-9)
    assert found.sum() == pytest.approx(given.score - method.reference(given), abs=1e-9)


@settings(max_examples=25)
@given(
    st.sampled_from([(3,), (20,), (6, 2), (5, 4, 3), (9, 17, 1)]),
    st.integers(0, 2**31),
    st.integers(0, 4),
)
def test_values_add_up_whatever_the_sample(shape: tuple[int, ...], seed: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    some = rng.normal(size=(5, *shape))
    kind = "image" if len(shape) == 3 else "values"
    given = subject(small_mlp(int(np.prod(shape)), seed=seed), rng.normal(size=shape), some, kind)
    method = Shap(coalitions=64, size=size, background=3)
    found = method.attribute(given)
    assert found.shape == (shape[:2] if kind == "image" else shape)
    assert found.sum() == pytest.approx(given.score - method.reference(given), abs=1e-8)


@pytest.mark.parametrize(
    ("shape", "kind", "size", "count"),
    [
        ((8, 8, 1), "image", 0, 64),
        ((28, 28, 3), "image", 0, 49),
        ((5, 4, 3), "image", 2, 6),
        ((10,), "values", 0, 10),
        ((10,), "values", 4, 3),
        ((300,), "tokens", 0, 60),
        ((12, 3), "values", 5, 9),
        ((6, 100), "values", 0, 6),
        ((6, 100), "values", 4, 2),
    ],
)
def test_a_sample_is_divided_into_parts(
    shape: tuple[int, ...], kind: str, size: int, count: int
) -> None:
    parts = Parts.of(subject(lambda s: np.zeros(len(s)), np.zeros(shape), kind=kind), size)
    assert parts.count == count
    assert parts.labels.shape == (shape[:2] if kind == "image" else shape)
    assert len(np.unique(parts.labels)) == count
    values = RNG.normal(size=count)
    spread = parts.spread(values)
    for part in range(count):
        inside = spread[parts.labels == part]
        assert inside.sum() == pytest.approx(values[part])
        assert np.ptp(inside) == 0


def test_more_parts_than_can_be_solved_for_are_refused() -> None:
    given = subject(lambda s: np.zeros(len(s)), np.zeros((64, 64, 1)), kind="image")
    assert Parts.of(given).count == 64
    with pytest.raises(InputError, match="4096 parts"):
        Shap(size=1).attribute(given)
