"""Smoothing is the moving average of its definition, and leaves gaps where they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from widgets.plots.smoothing import smoothed

NUMBERS = st.floats(-1e6, 1e6) | st.sampled_from([np.nan, np.inf, -np.inf])


def by_definition(values: np.ndarray, weight: float) -> np.ndarray:
    """The running average with its bias corrected, one value after the other."""
    total = count = 0.0
    found = []
    for value in values:
        known = np.isfinite(value)
        total = weight * total + (value if known else 0.0)
        count = weight * count + known
        found.append(total / count if known else np.nan)
    return np.array(found)


@given(arrays(np.float64, st.integers(0, 60), elements=NUMBERS), st.floats(0.01, 0.999))
def test_it_is_the_average_of_its_definition(values: np.ndarray, weight: float) -> None:
    found = smoothed(values, weight)
    np.testing.assert_allclose(found, by_definition(values, weight), rtol=1e-9, atol=1e-6)


def test_long_curves_are_exact_too() -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    for weight in (0.5, 0.99, 0.999):
        np.testing.assert_allclose(smoothed(values, weight), by_definition(values, weight))


@pytest.mark.parametrize("weight", [0.0, 1.0, -1.0])
def test_without_a_weight_values_stay(weight: float) -> None:
    values = np.array([1.0, np.inf, 3.0])
    np.testing.assert_array_equal(smoothed(values, weight), [1.0, np.nan, 3.0])
    np.testing.assert_array_equal(values, [1.0, np.inf, 3.0])
