"""What is told of the samples that can be explained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import log_loss

from core.data.dataset import NO_LABEL
from core.data.sources.iris import Iris
from core.explain.probe_samples import Features, ProbeSamples, judge, labels_of


def test_losses_of_classes_are_cross_entropies_as_scikit_learn_has_them() -> None:
    rng = np.random.default_rng(0)
    scores, truth = rng.normal(size=(40, 3)), rng.integers(0, 3, 40).astype(np.int32)
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    found, losses = judge(scores, truth)
    np.testing.assert_array_equal(found, truth)
    assert losses.mean() == pytest.approx(log_loss(truth, chances), rel=1e-5)


def test_one_logit_stands_for_two_classes() -> None:
    _, losses = judge(np.array([[2.0], [-1.0]]), np.array([1, 1], np.int32))
    np.testing.assert_allclose(losses, np.log1p(np.exp([-2.0, 1.0])), rtol=1e-6)


def test_of_sequences_the_last_step_counts_and_numbers_have_squared_errors() -> None:
    scores = np.zeros((2, 3, 4))
    scores[:, -1, 1] = 9.0
    truth, losses = judge(scores, np.array([[0, 0, 1], [1, 1, 2]], np.int32))
    assert truth.tolist() == [1, 2]
    assert losses[0] < 0.01 < 5 < losses[1]
    _, errors = judge(np.array([[1.0, 2.0]]), np.array([[0.0, 4.0]]))
    assert errors.tolist() == [5.0]
    # A target per pixel is no class of a sample.
    assert [len(part) for part in judge(np.zeros((2, 4, 4, 3)), np.zeros((2, 4, 4), np.int32))] == [
        0,
        0,
    ]


def test_the_worst_predicted_come_first_and_unknown_labels_not_at_all() -> None:
    scores = np.array([[5.0, 0.0], [0.0, 5.0], [0.0, 0.0], [0.0, 0.0]])
    truth, losses = judge(scores, np.array([0, 0, 0, NO_LABEL], np.int32))
    rows = np.arange(4, dtype=np.int32)
    samples = ProbeSamples(rows, 4, truth, losses, ("a", "b"), {})
    assert samples.worst_first() == [1, 2, 0]
    assert samples.of_class(0) == [0, 1, 2]
    assert samples.of_class(1) == []


def test_features_are_named_in_the_units_of_the_data() -> None:
    column = Iris().load(Path()).columns["features"]
    mean, deviation = column.values.mean(axis=0), column.values.std(axis=0)
    features = Features(column.features, mean, deviation)
    fed = (column.values[0] - mean) / deviation
    assert labels_of(features, fed) == [
        "sepal length = 5.1",
        "sepal width = 3.5",
        "petal length = 1.4",
        "petal width = 0.2",
    ]
    assert labels_of(None, fed) == ()
    unnamed = Features((), np.zeros(()), np.ones(()))
    assert labels_of(unnamed, np.array([1.0, 2.5])) == ["feature 0 = 1", "feature 1 = 2.5"]
