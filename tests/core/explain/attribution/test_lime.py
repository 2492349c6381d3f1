"""LIME's linear models against scikit-learn and against models that are linear."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from core.explain.attribution.lime import Lime, nearness, r_squared, weighted_ridge
from tests.subjects import linear, small_mlp, subject

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("ridge", [0.1, 1.0, 30.0])
def test_the_regression_is_that_of_scikit_learn(ridge: float) -> None:
    features, scores = RNG.normal(size=(40, 5)), RNG.normal(size=40) + 3
    weights = RNG.random(40)
    peer = Ridge(alpha=ridge).fit(features, scores, sample_weight=weights)
    found = weighted_ridge(features, scores, weights, ridge)
    np.testing.assert_allclose(found, peer.coef_, rtol=1e-9)
    share = r_squared(features, scores, weights, found)
    assert share == pytest.approx(peer.score(features, scores, sample_weight=weights))


def test_the_fit_tells_a_linear_score_from_one_that_is_not() -> None:
    w, x = RNG.normal(size=(2, 6))
    some = RNG.normal(size=(200, 6))
    assert Lime(ridge=0.0).explain(subject(linear(w), x, some))[1] == pytest.approx(1)
    # Of parity of signs no coefficient says anything.
    odd = subject(lambda s: np.sign(s).prod(axis=1), np.zeros(6), some)
    told = Lime(ridge=0.0).explain(odd)[1]
    assert told is not None
    assert told < 0.1
    # Neither does a score that stays the same need any.
    assert Lime().explain(subject(lambda s: np.ones(len(s)), x, some))[1] is None


def test_the_coefficients_of_a_linear_model_of_rows_are_its_weights() -> None:
    w, x = RNG.normal(size=(2, 6))
    some = RNG.normal(size=(200, 6)) * [1, 1, 1, 2, 5, 0]
    given = subject(linear(w), x, some)
    slopes = w * some.std(axis=0)
    np.testing.assert_allclose(Lime(ridge=0.0).attribute(given), slopes, atol=1e-9)
    np.testing.assert_allclose(Lime().attribute(given), slopes, rtol=0.02, atol=1e-9)


def test_the_coefficients_of_parts_are_what_they_add() -> None:
    w, x = RNG.normal(size=(2, 6, 4, 2))
    some = RNG.normal(size=(5, 6, 4, 2))
    given = subject(linear(w), x, some, kind="image")
    effects = (w * (x - some.mean(axis=0))).sum(axis=-1)
    np.testing.assert_allclose(Lime(ridge=0.0).attribute(given), effects, atol=1e-9)
    found = Lime(ridge=0.0, size=2, fill="value").attribute(given)
    blocks = (w * x).sum(axis=-1).reshape(3, 2, 2, 2).sum(axis=(1, 3))
    np.testing.assert_allclose(found, np.kron(blocks / 4, np.ones((2, 2))), atol=1e-9)


def test_the_slopes_of_a_network_are_found_where_samples_are_near() -> None:
    score = small_mlp(4)
    x = RNG.normal(size=4)
    given = subject(score, x, RNG.normal(size=(50, 4)) * 1e-3)
    deviations = given.background(50).std(axis=0)
    moves = 1e-5 * np.eye(4)
    slopes = (score(x + moves) - score(x - moves)) / 2e-5
    found = Lime(ridge=0.0).attribute(given)
    np.testing.assert_allclose(found, slopes * deviations, rtol=0.01, atol=1e-6)


def test_near_samples_count_more() -> None:
    weights = nearness(np.array([0.0, 0.25, 1.0]), 0.25)
    np.testing.assert_allclose(weights, [1, np.exp(-0.5), np.exp(-8)])


def test_of_tokens_the_one_that_matters_is_found() -> None:
    texts = RNG.integers(0, 5, size=(9, 7)).astype(np.int32)
    text = np.array([1, 2, 7, 3, 1, 0, 4], np.int32)
    given = subject(lambda s: (s == 7).any(axis=1) * 2.0, text, texts, kind="tokens")
    found = Lime(ridge=0.0).attribute(given)
    np.testing.assert_allclose(found, [0, 0, 2, 0, 0, 0, 0], atol=1e-9)
