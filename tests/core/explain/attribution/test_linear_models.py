"""Of a linear model every method has a closed form."""

from __future__ import annotations

import numpy as np
import pytest

from core.explain.attribution.integrated_gradients import nodes
from tests.core.explain.attribution.samples import Asked, linear


@pytest.fixture(scope="module")
def asked() -> Asked:
    made = Asked(linear())
    made.set(dense__bias=[0.3, -0.2, 0.1])
    return made


def test_slopes_are_the_weights(asked: Asked) -> None:
    kernel = asked.weights("dense.kernel")
    for target in range(3):
        for method in ("gradient", "smoothgrad"):
            found = asked(method, target=target, number=2)
            np.testing.assert_allclose(found.values, kernel[:, target], rtol=1e-5)
            assert (found.target, found.kind) == (target, "values")


def test_contributions_are_weights_times_values(asked: Asked) -> None:
    kernel = asked.weights("dense.kernel")
    for method in ("gradient_x_input", "lrp"):
        found = asked(method, target=1, number=4)
        np.testing.assert_allclose(found.values, found.sample * kernel[:, 1], rtol=1e-4)
        assert found.values.sum() == pytest.approx(found.score + 0.2, rel=1e-4)


@pytest.mark.parametrize("rule", ["gauss_legendre", "trapezoid"])
@pytest.mark.parametrize("baseline", ["zeros", "mean"])
def test_integrated_gradients_count_from_the_baseline(
    asked: Asked, baseline: str, rule: str
) -> None:
    found = asked("integrated_gradients", target=2, baseline=baseline, rule=rule, steps=4)
    start = asked.mean() if baseline == "mean" else np.zeros(4)
    wanted = (found.sample - start) * asked.weights("dense.kernel")[:, 2]
    np.testing.assert_allclose(found.values, wanted, rtol=1e-4, atol=1e-6)
    assert found.completeness_error is not None
    assert found.completeness_error < 1e-5


def test_what_a_class_would_like_lies_in_the_direction_of_its_weights(asked: Asked) -> None:
    options = {"step_size": 0.001, "l2": 0.05, "steps": 400}
    found = asked("activation_maximisation", target=0, **options)
    moved = found.values - asked.mean()
    kernel = asked.weights("dense.kernel")[:, 0]
    cosine = moved @ kernel / np.linalg.norm(moved) / np.linalg.norm(kernel)
    assert cosine == pytest.approx(1, abs=1e-5)
    # The way that decay takes is as long as a step: (1 - l2)(r + step) = r.
    rows = asked.job.prepared.columns["features"][asked.job.prepared.splits["train"]]
    step = 0.001 * np.ptp(rows)
    assert np.sqrt((moved**2).mean()) == pytest.approx(step * 0.95 / 0.05, rel=1e-3)


def test_the_rules_integrate_what_they_promise() -> None:
    shares, weights = nodes("gauss_legendre", 3)
    for power in range(6):
        assert weights @ shares**power == pytest.approx(1 / (power + 1), rel=1e-12)
    shares, weights = nodes("trapezoid", 3)
    np.testing.assert_allclose(shares, [0, 0.5, 1])
    np.testing.assert_allclose(weights, [0.25, 0.5, 0.25])
