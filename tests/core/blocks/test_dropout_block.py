"""Dropout drops the right share, keeps the mean, and is nothing in evaluation."""

from __future__ import annotations

import numpy as np
import pytest
from built_block import run
from flax import nnx

from core.blocks.regularization import Dropout

X = np.full((200, 500), 2.0, np.float32)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_keeps_the_mean_while_training(rate: float) -> None:
    y, _ = run(Dropout(rate=rate), train=True, input=X)
    dropped = y == 0
    deviation = np.sqrt(rate * (1 - rate) / X.size)
    assert abs(dropped.mean() - rate) < 5 * deviation
    np.testing.assert_allclose(y[~dropped], 2 / (1 - rate), rtol=1e-5)
    assert abs(y.mean() - 2) < 5 * 2 * deviation / (1 - rate)


def test_is_nothing_in_evaluation() -> None:
    y, _ = run(Dropout(rate=0.9), input=X)
    np.testing.assert_array_equal(y, X)


def test_rate_zero_needs_no_random_numbers() -> None:
    y, layer = run(Dropout(rate=0.0), train=True, input=X)
    np.testing.assert_array_equal(y, X)
    assert not nnx.state(layer, nnx.RngState)


def test_two_calls_drop_different_elements() -> None:
    first, layer = run(Dropout(), train=True, input=X)
    assert np.any(first != np.asarray(layer(X)))


def test_rate_one_is_a_fault() -> None:
    block, faults = Dropout.read({"rate": 1.0})
    assert block.rate == 0.5
    assert [f.name for f in faults] == ["rate"]
