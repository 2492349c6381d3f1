"""Dropout and noise have the share, mean and variance of their formulas, and end with training."""

from __future__ import annotations

import numpy as np
import pytest
from built_block import run
from flax import nnx

from core.blocks.block import Block
from core.blocks.regularization import (
    Dropout,
    GaussianDropout,
    GaussianNoise,
    SpatialDropout,
    StochasticDepth,
)

X = np.full((200, 500), 2.0, np.float32)
IMAGES = np.full((400, 4, 5, 50), 2.0, np.float32)
DROPPING = (Dropout, SpatialDropout, StochasticDepth)


def share_is(found: float, probability: float, draws: int) -> bool:
    """Whether a share is within five deviations of what so many independent draws give."""
    return abs(found - probability) < 5 * np.sqrt(probability * (1 - probability) / draws)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
@pytest.mark.parametrize("kind", DROPPING)
def test_drops_its_share_and_keeps_the_mean(kind: type[Block], rate: float) -> None:
    y, _ = run(kind(rate=rate), train=True, input=IMAGES)
    together = {Dropout: (), SpatialDropout: (1, 2), StochasticDepth: (1, 2, 3)}[kind]
    dropped = y == 0
    # What is dropped together is dropped or kept as one.
    assert np.array_equal(dropped.all(axis=together), dropped.any(axis=together))
    draws = dropped.all(axis=together) if together else dropped
    assert share_is(draws.mean(), rate, draws.size)
    np.testing.assert_allclose(y[~dropped], 2 / (1 - rate), rtol=1e-5)
    deviation = 2 * np.sqrt(rate / (1 - rate) / draws.size)
    assert abs(y.mean() - 2) < 5 * deviation


@pytest.mark.parametrize("sizes", [(5, 30), (2, 2, 30), (2, 2, 2, 30)])
def test_spatial_dropout_drops_channels_of_all_ranks(sizes: tuple[int, ...]) -> None:
    y, _ = run(SpatialDropout(), train=True, input=np.ones((50, *sizes), np.float32))
    kept = (y != 0).reshape(50, -1, 30)
    assert np.array_equal(kept.all(axis=1), kept.any(axis=1))
    assert len(np.unique(kept[:, 0], axis=0)) > 1, "each sample has channels of its own"


@pytest.mark.parametrize("deviation", [0.1, 2.0])
def test_noise_is_added_with_its_deviation(deviation: float) -> None:
    y, _ = run(GaussianNoise(deviation=deviation), train=True, input=X)
    noise = y.astype(np.float64) - X
    assert abs(noise.mean()) < 5 * deviation / np.sqrt(X.size)
    assert abs(noise.var() / deviation**2 - 1) < 5 * np.sqrt(2 / X.size)
    assert share_is((np.abs(noise) < deviation).mean(), 0.6827, X.size)


@pytest.mark.parametrize("rate", [0.2, 0.5, 0.9])
def test_gaussian_dropout_has_the_mean_and_variance_of_dropout(rate: float) -> None:
    y, _ = run(GaussianDropout(rate=rate), train=True, input=X)
    variance = 4 * rate / (1 - rate)
    assert abs(y.mean(dtype=np.float64) - 2) < 5 * np.sqrt(variance / X.size)
    assert abs(y.var(dtype=np.float64) / variance - 1) < 5 * np.sqrt(2 / X.size)
    as_dropout, _ = run(Dropout(rate=rate), train=True, input=X)
    assert as_dropout.var() == pytest.approx(variance, rel=0.05)


def test_gaussian_dropout_leaves_zeros() -> None:
    y, _ = run(GaussianDropout(), train=True, input=0 * X)
    np.testing.assert_array_equal(y, 0)


ALL = [
    *(kind(rate=0.9) for kind in (*DROPPING, GaussianDropout)),
    GaussianNoise(deviation=3.0),
]
NONE = [*(kind(rate=0.0) for kind in (*DROPPING, GaussianDropout)), GaussianNoise(deviation=0.0)]


@pytest.mark.parametrize("block", ALL, ids=lambda b: b.kind)
def test_is_nothing_in_evaluation(block: Block) -> None:
    y, layer = run(block, input=IMAGES[:2])
    np.testing.assert_array_equal(y, IMAGES[:2])
    counts = [v[...] for _, v in nnx.to_flat_state(nnx.state(layer, nnx.RngCount))]
    assert counts
    assert not any(counts), "no random numbers are drawn"


@pytest.mark.parametrize("block", NONE, ids=lambda b: b.kind)
def test_no_strength_needs_no_random_numbers(block: Block) -> None:
    y, layer = run(block, train=True, input=IMAGES[:2])
    np.testing.assert_array_equal(y, IMAGES[:2])
    assert not nnx.state(layer, nnx.RngState)


@pytest.mark.parametrize("block", ALL, ids=lambda b: b.kind)
def test_each_call_draws_anew(block: Block) -> None:
    first, layer = run(block, train=True, input=IMAGES)
    assert np.any(first != np.asarray(layer(IMAGES)))


def test_rate_one_is_a_fault() -> None:
    block, faults = Dropout.read({"rate": 1.0})
    assert block.rate == 0.5
    assert [f.name for f in faults] == ["rate"]
