"""The states and gates of a recurrent layer after each element of a sequence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx

from core.compile.layers.recurrent import ConvLSTM, Recurrent

# What is told of a cell, in the order in which it is shown.
NAMES = (
    *("State", "Cell state", "Input gate", "Forget gate", "Output gate"),
    *("Reset gate", "Update gate", "Candidate"),
)


class Reading(NamedTuple):
    """What one cell did while it read a sequence; every array is ``[B, T, U]`` in input order, of a
    convolutional one ``[B, T, H, W, U]``.

    ``states`` and ``gates`` are by ``NAMES``: input, forget, output and candidate of an LSTM,
    reset, update and candidate of a GRU. There is a cell state in an LSTM alone. The layer is
    counted from 0.
    """

    layer: int
    backwards: bool
    states: dict[str, jax.Array]
    gates: dict[str, jax.Array]


def recurs(layer: Any) -> bool:
    """Whether a layer is a recurrent one, or several of them one behind another."""
    return isinstance(layer, ConvLSTM) or any(True for _ in _parts(layer))


def layers_in(layer: Any) -> int:
    """How many recurrent layers stand behind each other in it."""
    return sum(isinstance(part, Recurrent) for part in _parts(layer))


def readings(layer: Any, x: jax.Array) -> list[Reading]:
    """What the cells of a layer do with ``x`` ``[B, T, F]`` or images, in evaluation mode.

    The states are those of the layer's own cells; each step's gates are computed from its element
    and the state before it, with the cell's own weights and functions.
    """
    if isinstance(layer, ConvLSTM):
        return [_read_images(layer, x)]
    found: list[Reading] = []
    number = 0
    for part in _parts(layer):
        if isinstance(part, Recurrent):
            cells = [(part.forward, False), (part.backward, True)]
            found += [_read(number, c, x, back) for c, back in cells if c is not None]
            number += 1
            if number == layers_in(layer):
                break
        x = part(x)
    return found


def _parts(layer: Any) -> Iterator[Any]:
    if isinstance(layer, Recurrent):
        yield layer
    elif isinstance(layer, nnx.Sequential) and any(isinstance(p, Recurrent) for p in layer.layers):
        yield from layer.layers


def _read(number: int, cell: Any, x: jax.Array, backwards: bool) -> Reading:
    dtype = cell.dtype or jnp.result_type(x, cell.dense_i.kernel[...])
    zeros = jnp.zeros((x.shape[0], cell.hidden_features), dtype)
    is_lstm = isinstance(cell, nnx.OptimizedLSTMCell)

    def step(carry: Any, at: jax.Array) -> Any:
        after, _ = cell(carry, at)
        return after, (carry, after)

    start = (zeros, zeros) if is_lstm else zeros
    _, pairs = jax.lax.scan(step, start, jnp.swapaxes(x, 0, 1), reverse=backwards)
    before, after = jax.tree.map(lambda a: jnp.swapaxes(a, 0, 1), pairs)
    if is_lstm:
        gates = _lstm_gates(cell, x, before[1])
        return Reading(number, backwards, {"State": after[1], "Cell state": after[0]}, gates)
    gates = _gru_gates(cell, x, before) if isinstance(cell, nnx.GRUCell) else {}
    return Reading(number, backwards, {"State": after}, gates)


def _read_images(layer: ConvLSTM, x: jax.Array) -> Reading:
    steps = jnp.swapaxes(layer.of_input(x), 0, 1)

    def step(state: Any, at: jax.Array) -> Any:
        after, gates = layer.advance(state, at)
        return after, (after, gates)

    _, found = jax.lax.scan(step, layer.start(steps), steps)
    (h, c), (i, f, g, o) = jax.tree.map(lambda a: jnp.swapaxes(a, 0, 1), found)
    gates = {"Input gate": i, "Forget gate": f, "Output gate": o, "Candidate": g}
    return Reading(0, False, {"State": h, "Cell state": c}, gates)


def _lstm_gates(cell: Any, x: jax.Array, before: jax.Array) -> dict[str, jax.Array]:
    i, f, g, o = jnp.split(cell.dense_i(x) + cell.dense_h(before), 4, axis=-1)
    return {
        "Input gate": cell.gate_fn(i),
        "Forget gate": cell.gate_fn(f),
        "Output gate": cell.gate_fn(o),
        "Candidate": cell.activation_fn(g),
    }


def _gru_gates(cell: Any, x: jax.Array, before: jax.Array) -> dict[str, jax.Array]:
    of_input = jnp.split(cell.dense_i(x), 3, axis=-1)
    of_state = jnp.split(cell.dense_h(before), 3, axis=-1)
    reset = cell.gate_fn(of_input[0] + of_state[0])
    return {
        "Reset gate": reset,
        "Update gate": cell.gate_fn(of_input[1] + of_state[1]),
        "Candidate": cell.activation_fn(of_input[2] + reset * of_state[2]),
    }
