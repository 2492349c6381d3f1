"""Curves, calibration and residuals against scikit-learn, and worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import calibration as sklearn_calibration
from sklearn import metrics

from core.explain.evaluation.calibration import calibration
from core.explain.evaluation.curves import (
    MOST_POINTS,
    area_under,
    average_precision,
    one_vs_rest,
    precision_recall_points,
    roc_points,
)
from core.explain.evaluation.regression import MOST_DOTS, r2_score, regression

CLOSE = 1e-6


def scored(rows: int, ties: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Yes-or-no truth and scores that know a little of it, rounded so that many are equal."""
    rng = np.random.default_rng(seed)
    truth = rng.random(rows) < 0.3
    return truth, (rng.normal(size=rows) + truth).round(ties)


@pytest.mark.parametrize("ties", [1, 9])
def test_points_and_areas_are_those_of_scikit_learn(ties: int) -> None:
    truth, scores = scored(500, ties)
    x, y = roc_points(truth, scores)
    wanted = metrics.roc_curve(truth, scores, drop_intermediate=False)
    np.testing.assert_allclose((x, y), wanted[:2], atol=CLOSE)
    assert area_under(x, y) == pytest.approx(metrics.roc_auc_score(truth, scores), abs=CLOSE)
    recall, precision = precision_recall_points(truth, scores)
    said, found, _ = metrics.precision_recall_curve(truth, scores)
    np.testing.assert_allclose((precision, recall), (said[::-1], found[::-1]), atol=CLOSE)
    area = metrics.average_precision_score(truth, scores)
    assert average_precision(recall, precision) == pytest.approx(area, abs=CLOSE)


def test_one_against_the_rest_and_both_averages() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 4, 900)
    scores = rng.dirichlet(np.ones(4), 900) + 0.3 * np.eye(4)[truth]
    rocs, recalls = one_vs_rest(truth, scores, ("a", "b", "c", "d"))
    hot = np.eye(4)[truth]
    for average in ("micro", "macro"):
        auc = metrics.roc_auc_score(hot, scores, average=average)
        assert {c.name: c.area for c in rocs}[average] == pytest.approx(auc, abs=CLOSE)
        precision = metrics.average_precision_score(hot, scores, average=average)
        assert {c.name: c.area for c in recalls}[average] == pytest.approx(precision, abs=CLOSE)
    assert [c.name for c in rocs] == ["a", "b", "c", "d", "micro", "macro"]
    assert rocs[1].area == pytest.approx(metrics.roc_auc_score(hot[:, 1], scores[:, 1]), abs=CLOSE)
    macro = rocs[-1]
    assert np.trapezoid(macro.y, macro.x) == pytest.approx(macro.area, abs=2e-3)
    for curve in rocs:
        assert len(curve.x) <= MOST_POINTS + 1
        assert np.trapezoid(curve.y, curve.x) == pytest.approx(curve.area, abs=5e-3)


def test_of_two_classes_the_second_is_drawn() -> None:
    truth, scores = scored(80, 3)
    both = np.c_[-scores, scores]
    rocs, recalls = one_vs_rest(truth.astype(int), both, ("no", "yes"))
    assert [c.name for c in (*rocs, *recalls)] == ["yes", "yes"]
    assert rocs[0].area == pytest.approx(metrics.roc_auc_score(truth, scores), abs=CLOSE)


def test_a_class_that_is_not_there_has_no_curve() -> None:
    truth = np.array([0, 1, 0, 1])
    scores = np.array([[0.5, 0.4, 0.1], [0.2, 0.7, 0.1], [0.6, 0.2, 0.2], [0.5, 0.3, 0.2]])
    rocs, recalls = one_vs_rest(truth, scores, ("a", "b", "c"))
    assert not len(rocs[2].x)
    assert np.isnan(rocs[2].area)
    assert np.isnan(recalls[2].area)
    mean = np.mean([metrics.roc_auc_score(truth == c, scores[:, c]) for c in (0, 1)])
    assert rocs[-1].area == pytest.approx(mean, abs=CLOSE)


def test_the_reliability_diagram_of_scikit_learn() -> None:
    rng = np.random.default_rng(5)
    sure = rng.random(4000)
    right = rng.random(4000) < sure**2
    found = calibration(sure, right)
    wanted, said = sklearn_calibration.calibration_curve(right, sure, n_bins=15)
    np.testing.assert_allclose(found.accuracy, wanted, atol=CLOSE)
    np.testing.assert_allclose(found.confidence, said, atol=CLOSE)


def test_an_expected_calibration_error_worked_by_hand() -> None:
    """Of 5 bins: (0.4, 0.6] has 2 of 4 right at 0.55, (0.8, 1] has 5 of 6 right at 0.9."""
    sure = np.array([0.5, 0.6, 0.5, 0.6, 0.85, 0.95, 0.85, 0.95, 0.8 + 1e-3, 1.0 - 1e-3])
    right = np.array([1, 0, 1, 0, 1, 1, 1, 1, 1, 0], bool)
    found = calibration(sure, right, bins=5)
    assert found.counts.tolist() == [0, 0, 4, 0, 6]
    assert found.accuracy[[2, 4]] == pytest.approx([0.5, 5 / 6])
    assert found.confidence[[2, 4]] == pytest.approx([0.55, 0.9])
    assert found.expected_error == pytest.approx(0.4 * 0.05 + 0.6 * (0.9 - 5 / 6))
    assert found.largest_error == pytest.approx(0.9 - 5 / 6)
    assert np.isnan(found.accuracy[0])


def test_numbers_are_judged_as_by_scikit_learn() -> None:
    rng = np.random.default_rng(7)
    truth = rng.normal(size=(3000, 2)) * [1, 50]
    said = truth + rng.normal(size=truth.shape) + 0.5
    found = regression(truth, said)
    assert found.r2 == pytest.approx(metrics.r2_score(truth, said), abs=CLOSE)
    assert found.mae == pytest.approx(metrics.mean_absolute_error(truth, said), abs=CLOSE)
    wanted = metrics.root_mean_squared_error(truth.ravel(), said.ravel())
    assert found.rmse == pytest.approx(wanted, abs=CLOSE)
    assert found.bias == pytest.approx((said - truth).mean(), abs=CLOSE)
    assert found.counts.sum() == truth.size
    assert len(found.predicted) == len(found.residuals) == MOST_DOTS


def test_outputs_that_never_change_count_as_in_scikit_learn() -> None:
    truth = np.c_[np.arange(5.0), np.ones(5), np.ones(5)]
    said = truth + np.array([0.5, 0.0, 0.1])
    assert r2_score(truth, said) == pytest.approx(metrics.r2_score(truth, said))
