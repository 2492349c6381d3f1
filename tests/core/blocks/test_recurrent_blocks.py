"""Recurrent layers against their steps written out in numpy, and against PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from built_block import build, run
from flax import nnx

from core.blocks.conv_lstm import ConvLSTM
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


def array(value: Any) -> torch.Tensor:
    return torch.from_numpy(np.array(value[...], np.float32))


def torch_twin(cls: Any, layer: Any, features: int, **options: Any) -> torch.nn.RNNBase:
    """PyTorch's layer with the same weights; its second bias is zero where there is only one."""
    kind = {SimpleRNN: torch.nn.RNN, LSTM: torch.nn.LSTM, GRU: torch.nn.GRU}[cls]
    twin = kind(features, UNITS, batch_first=True, **options)
    reads = [part for part in getattr(layer, "layers", [layer]) if hasattr(part, "forward")]
    with torch.no_grad():
        for number, read in enumerate(reads):
            for cell, end in ((read.forward, ""), (read.backward, "_reverse")):
                if cell is None:
                    continue
                name = f"l{number}{end}"
                for mine, its in ((cell.dense_i, "ih"), (cell.dense_h, "hh")):
                    getattr(twin, f"weight_{its}_{name}").copy_(array(mine.kernel).T)
                    bias = torch.zeros(()) if mine.bias is None else array(mine.bias)
                    getattr(twin, f"bias_{its}_{name}").copy_(bias)
    return twin.eval()


VARIANTS: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
    (SimpleRNN, {}, {}),
    (SimpleRNN, {"activation": "relu"}, {"nonlinearity": "relu"}),
    (LSTM, {}, {}),
    (GRU, {}, {}),
    (GRU, {"recurrent_bias": True}, {}),
]


@pytest.mark.parametrize("output", ["last step", "all steps"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(("cls", "mine", "its"), VARIANTS)
def test_is_what_pytorch_computes(
    cls: Any, mine: Any, its: Any, layers: int, bidirectional: bool, output: str
) -> None:
    shape = {"bidirectional": bidirectional}
    block = cls(units=UNITS, layers=layers, output=output, dropout=0.5, **shape, **mine)
    y, layer = run(block, input=X)
    twin = torch_twin(cls, layer, X.shape[-1], num_layers=layers, **shape, **its)
    every, state = twin(torch.from_numpy(X))
    h = state[0] if isinstance(state, tuple) else state
    expected = every if output == "all steps" else torch.cat([*h[-1 - bidirectional :]], dim=-1)
    np.testing.assert_allclose(y, expected.detach().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("layers", [1, 3])
def test_counts_what_pytorch_counts(layers: int, bidirectional: bool) -> None:
    """PyTorch's LSTM adds two biases that are one; its GRU's are two."""
    tensor = Tensor((None, 7, 12))
    shape = {"layers": layers, "bidirectional": bidirectional}

    def count(cls: Any) -> int:
        twin = cls(12, UNITS, num_layers=layers, bidirectional=bidirectional)
        return sum(p.numel() for p in twin.parameters())

    gru = GRU(units=UNITS, recurrent_bias=True, **shape)
    assert gru.parameters(input=tensor) == count(torch.nn.GRU)
    second = 4 * UNITS * layers * (1 + bidirectional)
    assert LSTM(units=UNITS, **shape).parameters(input=tensor) == count(torch.nn.LSTM) - second


def test_dropout_acts_between_layers_while_training_only() -> None:
    block = LSTM(units=UNITS, layers=2, dropout=0.5)
    trained, layer = run(block, train=True, input=X)
    assert np.any(trained != np.asarray(layer(X)))
    layer.eval()
    np.testing.assert_array_equal(layer(X), layer(X))
    single, layer = run(LSTM(units=UNITS, dropout=0.5), train=True, input=X)
    np.testing.assert_array_equal(single, layer(X))


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_starts_as_chosen_with_an_orthogonal_recurrence(cls: Any) -> None:
    block = cls(units=4, kernel_init="ones", bias_init="ones")
    cell = build(block, {"input": Tensor((None, 3, 2))}).forward
    assert np.all(weights(cell.dense_i) == 1)
    biased = cell.dense_h if cls is LSTM else cell.dense_i
    assert np.all(biased.bias[...] == 1)
    first = weights(cell.dense_h)[:, :4] if cls is SimpleRNN else weights(cell.dense_h)
    np.testing.assert_allclose(first @ first.T, np.eye(4), atol=1e-5)


@pytest.mark.parametrize("cls", [SimpleRNN, LSTM, GRU])
def test_computes_in_half_precision(cls: Any) -> None:
    exact, _ = run(cls(units=UNITS, layers=2), input=X)
    coarse, _ = run(cls(units=UNITS, layers=2, dtype="bfloat16"), input=X)
    assert coarse.dtype == np.float32
    assert np.any(coarse != exact)
    np.testing.assert_allclose(coarse, exact, atol=0.1)


def conv_lstm_states(layer: Any, x: np.ndarray, stride: int, padding: str) -> np.ndarray:
    """Frame by frame with PyTorch's convolution."""

    def convolved(conv: Any, image: np.ndarray, **options: Any) -> np.ndarray:
        kernel = np.transpose(np.asarray(conv.kernel[...]), (3, 2, 0, 1)).copy()
        given = torch.from_numpy(np.moveaxis(image, -1, 1).astype(np.float32))
        made = torch.nn.functional.conv2d(given, torch.from_numpy(kernel), **options)
        return np.moveaxis(made.numpy(), 1, -1)

    h, states = None, []
    for t in range(x.shape[1]):
        way = {"stride": stride} if stride > 1 else {"padding": padding.lower()}
        gates = convolved(layer.of_input, x[:, t], **way)
        if layer.of_input.bias is not None:
            gates = gates + np.asarray(layer.of_input.bias[...])
        if h is None:
            h = c = np.zeros((*gates.shape[:-1], gates.shape[-1] // 4))
        gates = gates + convolved(layer.of_state, h, padding="same")
        i, f, g, o = np.split(gates, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


@pytest.mark.parametrize("use_bias", [False, True])
@pytest.mark.parametrize(
    ("stride", "padding", "size"), [(1, "SAME", (6, 5)), (1, "VALID", (4, 3)), (2, "VALID", (2, 2))]
)
def test_conv_lstm(stride: int, padding: str, size: tuple[int, int], use_bias: bool) -> None:
    frames = RNG.normal(size=(2, 4, 6, 5, 3)).astype(np.float32)
    options = {"strides": (stride,), "padding": padding, "use_bias": use_bias}
    every, layer = run(ConvLSTM(filters=2, output="all steps", **options), input=frames)
    expected = conv_lstm_states(layer, frames, stride, padding)
    assert every.shape == (2, 4, *size, 2)
    np.testing.assert_allclose(every, expected, rtol=1e-4, atol=1e-5)
    last, _ = run(ConvLSTM(filters=2, **options), input=frames)
    np.testing.assert_allclose(last, expected[:, -1], rtol=1e-4, atol=1e-5)
