"""A long short-term memory with a gradient of its own, which computes nothing twice.

Input and state are multiplied by one matrix. The gates' values are kept for the way back, where the
gradient of the weights is one product over all steps, in place of a sum that grows step by step.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx
from jax.sharding import Mesh

from core.compile.layers.recurrent import Recurrent
from core.compile.lowering.division import divided

_Arrays = tuple[jax.Array, ...]
_State = tuple[jax.Array, jax.Array]


class LoweredRecurrent(Recurrent):
    """A ``Recurrent`` layer that reads a plain LSTM by ``lstm``; devices divide the batch."""

    mesh: Mesh | None = None

    def _read(self, cell: Any, x: jax.Array, reverse: bool) -> jax.Array:
        if not _is_plain(cell, x):
            form, weights = nnx.split(cell)
            leaves, tree = jax.tree.flatten(weights)

            def read(x: jax.Array, *leaves: jax.Array) -> jax.Array:
                merged = nnx.merge(form, jax.tree.unflatten(tree, leaves))
                return Recurrent._read(self, merged, x, reverse)

            return divided(read, self.mesh, x, *leaves)
        steps = jnp.swapaxes(x[:, ::-1] if reverse else x, 0, 1)
        given = cell.dense_i.kernel[...], cell.dense_h.kernel[...], cell.dense_h.bias[...]
        outputs = divided(lstm, self.mesh, steps, *given, axis=1)
        if not self.all_steps:
            return outputs[-1]
        return jnp.swapaxes(outputs[::-1] if reverse else outputs, 0, 1)


def _is_plain(cell: Any, x: jax.Array) -> bool:
    return (
        type(cell) is nnx.OptimizedLSTMCell
        and cell.gate_fn is nnx.sigmoid
        and cell.activation_fn is nnx.tanh
        and cell.dtype in (None, jnp.float32)
        and x.dtype == cell.dense_h.kernel[...].dtype == jnp.float32
    )


@jax.custom_vjp
def lstm(x: jax.Array, of_input: jax.Array, of_state: jax.Array, bias: jax.Array) -> jax.Array:
    """The states ``[T, B, U]`` of an LSTM over ``x`` ``[T, B, F]`` that starts from zero.

    ``of_input`` ``[F, 4 U]``, ``of_state`` ``[U, 4 U]`` and ``bias`` ``[4 U]`` make the gates i, f,
    g and o.
    """
    return _forward(x, of_input, of_state, bias)[0]


def _forward(
    x: jax.Array, of_input: jax.Array, of_state: jax.Array, bias: jax.Array
) -> tuple[jax.Array, Any]:
    zeros = jnp.zeros((x.shape[1], of_state.shape[0]), x.dtype)
    weights = jnp.concatenate([of_input, of_state])

    def step(state: _State, at: jax.Array) -> tuple[_State, _Arrays]:
        h, before = state
        seen = jnp.concatenate([at, h], axis=-1)
        raw = jnp.split(seen @ weights + bias, 4, axis=-1)
        i, f, o = (_sigmoid(raw[number]) for number in (0, 1, 3))
        g = jnp.tanh(raw[2])
        c = f * before + i * g
        h = o * jnp.tanh(c)
        return (h, c), (h, seen, before, c, i, f, g, o)

    _, (states, *kept) = jax.lax.scan(step, (zeros, zeros), x)
    return states, (kept, of_input, of_state)


def _backward(residuals: Any, slopes: jax.Array) -> _Arrays:
    (seen, before, c, i, f, g, o), of_input, of_state = residuals
    zeros = jnp.zeros_like(c[0])
    turned = of_state.T

    def step(state: _State, at: Any) -> tuple[_State, jax.Array]:
        to_h, to_c = state
        slope, before, c, i, f, g, o = at
        to_h = to_h + slope
        bent = jnp.tanh(c)
        to_c = to_c + to_h * o * (1 - bent * bent)
        to_gates = jnp.concatenate(
            [
                to_c * g * i * (1 - i),
                to_c * before * f * (1 - f),
                to_c * i * (1 - g * g),
                to_h * bent * o * (1 - o),
            ],
            axis=-1,
        )
        return (to_gates @ turned, to_c * f), to_gates

    each = (slopes, before, c, i, f, g, o)
    _, to_gates = jax.lax.scan(step, (zeros, zeros), each, reverse=True)
    every = to_gates.reshape(-1, to_gates.shape[-1])
    to_weights = seen.reshape(-1, seen.shape[-1]).T @ every
    features = of_input.shape[0]
    return to_gates @ of_input.T, to_weights[:features], to_weights[features:], every.sum(axis=0)


lstm.defvjp(_forward, _backward)


def _sigmoid(x: jax.Array) -> jax.Array:
    # On a CPU the exponential is dearer than the hyperbolic tangent.
    return 0.5 * jnp.tanh(0.5 * x) + 0.5
