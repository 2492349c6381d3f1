"""Rank correlation against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata, spearmanr

from core.explain.attribution.ranks import cosine, ranks, spearman

LISTS = st.lists(st.integers(-4, 4) | st.floats(-1e30, 1e30), min_size=3, max_size=30)


@given(LISTS)
def test_ranks_are_those_of_scipy(values: list[float]) -> None:
    np.testing.assert_array_equal(ranks(np.array(values, float)), rankdata(values))


@given(st.lists(st.tuples(st.integers(-3, 3), st.floats(-1e3, 1e3)), min_size=3, max_size=30))
def test_the_correlation_is_that_of_scipy(pairs: list[tuple[float, float]]) -> None:
    one, other = np.array(pairs, float).T
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        assert spearman(one, other) == 0
        return
    assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic, abs=1e-12)


def test_maps_of_any_scale_have_an_angle() -> None:
    one = np.array([[1.0, 2.0], [0.0, -2.0]])
    for scale in (1e-200, 1.0, 1e200):
        assert cosine(one, scale * one) == pytest.approx(1)
        assert cosine(scale * one, -one) == pytest.approx(-1)
    assert cosine(np.array([1.0, 0.0]), np.array([1.0, 1.0])) == pytest.approx(np.sqrt(0.5))
    assert cosine(one, np.zeros((2, 2))) == 0
