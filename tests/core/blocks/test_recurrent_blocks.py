"""Recurrent layers against their steps written out in numpy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from built_block import build, run
from flax import nnx

from core.blocks.recurrent import GRU, LSTM, SimpleRNN
from core.tensor import Tensor

RNG = np.random.default_rng(4)
X = RNG.normal(size=(3, 6, 4)).astype(np.float32)
UNITS = 5


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def weights(dense: nnx.Linear) -> np.ndarray:
    return np.asarray(dense.kernel[...], np.float64)


def simple_states(cell: Any, x: np.ndarray) -> np.ndarray:
    w, u, b = weights(cell.dense_i), weights(cell.dense_h), np.asarray(cell.dense_i.bias[...])
    h, states = np.zeros((len(x), UNITS)), []
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t] @ w + b + h @ u)
        states.append(h)
    return np.stack(states, axis=1)


def lstm_states(cell: Any, x: np.ndarray) -> np.ndarray:
    w, u, b = weights(cell.dense_i), weights(cell.dense_h), np.asarray(cell.dense_h.bias[...])
    h, c, states = np.zeros((len(x), UNITS)), np.zeros((len(x), UNITS)), []
    for t in range(x.shape[1]):
        i, f, g, o = np.split(x[:, t] @ w + h @ u + b, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


def gru_states(cell: Any, x: np.ndarray) -> np.ndarray:
    w, u, b = weights(cell.dense_i), weights(cell.dense_h), np.asarray(cell.dense_i.bias[...])
    h, states = np.zeros((len(x), UNITS)), []
    for t in range(x.shape[1]):
        xr, xz, xn = np.split(x[:, t] @ w + b, 3, axis=-1)
        hr, hz, hn = np.split(h @ u, 3, axis=-1)
        r, z = sigmoid(xr + hr), sigmoid(xz + hz)
        h = (1 - z) * np.tanh(xn + r * hn) + z * h
        states.append(h)
    return np.stack(states, axis=1)


RECURRENT = [(SimpleRNN, simple_states), (LSTM, lstm_states), (GRU, gru_states)]


@pytest.mark.parametrize(("cls", "states"), RECURRENT)
def test_one_direction(cls: Any, states: Callable[[Any, np.ndarray], np.ndarray]) -> None:
    every, layer = run(cls(units=UNITS, output="all steps"), input=X)
    expected = states(layer.forward, X.astype(np.float64))
    np.testing.assert_allclose(every, expected, rtol=1e-4, atol=1e-5)
    last, _ = run(cls(units=UNITS), input=X)
    np.testing.assert_allclose(last, expected[:, -1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("cls", "states"), RECURRENT)
def test_both_directions(cls: Any, states: Callable[[Any, np.ndarray], np.ndarray]) -> None:
    every, layer = run(cls(units=UNITS, bidirectional=True, output="all steps"), input=X)
    forward = states(layer.forward, X.astype(np.float64))
    backward = states(layer.backward, X[:, ::-1].astype(np.float64))[:, ::-1]
    expected = np.concatenate([forward, backward], axis=-1)
    np.testing.assert_allclose(every, expected, rtol=1e-4, atol=1e-5)
    last, _ = run(cls(units=UNITS, bidirectional=True), input=X)
    final = np.concatenate([forward[:, -1], backward[:, 0]], axis=-1)
    np.testing.assert_allclose(last, final, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_directions_start_with_weights_of_their_own(cls: Any) -> None:
    layer = build(cls(units=3, bidirectional=True), {"input": Tensor((None, 4, 2))})
    forward, backward = weights(layer.forward.dense_i), weights(layer.backward.dense_i)
    assert np.all(forward != backward)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_keeps_no_random_state(cls: Any) -> None:
    layer = build(cls(bidirectional=True), {"input": Tensor((None, 4, 2))})
    assert not nnx.state(layer, nnx.RngState)
