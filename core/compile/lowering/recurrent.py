"""A long short-term memory whose matrix products are gathered up where they need not wait.

The inputs of all steps are multiplied at once before the first. Going back, the gradient of the
state's weights is one product over all steps behind the last, in place of a sum that grows step by
step; and the gates' values are kept, so that none is computed twice.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx

from core.compile.layers.recurrent import Recurrent

_Gates = tuple[jax.Array, ...]


class LoweredRecurrent(Recurrent):
    """A ``Recurrent`` layer that reads a plain LSTM by ``lstm``."""

    def _read(self, cell: Any, x: jax.Array, reverse: bool) -> jax.Array:
        if not _is_plain(cell, x):
            return super()._read(cell, x, reverse)
        steps = jnp.swapaxes(x, 0, 1)
        if reverse:
            steps = steps[::-1]
        # One product for all steps.
        gates = cell.dense_i(steps) + cell.dense_h.bias[...]
        outputs = lstm(gates, cell.dense_h.kernel[...])
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
def lstm(gates: jax.Array, weights: jax.Array) -> jax.Array:
    """The states ``[T, B, U]`` of an LSTM that starts from zero.

    ``gates`` ``[T, B, 4 U]`` is what i, f, g and o get from the input and the bias, ``weights``
    ``[U, 4 U]`` what they get from the state.
    """
    return _forward(gates, weights)[0]


def _forward(gates: jax.Array, weights: jax.Array) -> tuple[jax.Array, Any]:
    zeros = jnp.zeros((gates.shape[1], weights.shape[0]), gates.dtype)

    def step(state: _Gates, given: jax.Array) -> tuple[_Gates, _Gates]:
        h, c = state
        raw = jnp.split(given + h @ weights, 4, axis=-1)
        i, f, o = (_sigmoid(raw[number]) for number in (0, 1, 3))
        g = jnp.tanh(raw[2])
        c = f * c + i * g
        h = o * jnp.tanh(c)
        return (h, c), (h, c, i, f, g, o)

    _, kept = jax.lax.scan(step, (zeros, zeros), gates)
    return kept[0], (kept, weights)


def _backward(residuals: Any, slopes: jax.Array) -> tuple[jax.Array, jax.Array]:
    (h, c, i, f, g, o), weights = residuals
    zeros = jnp.zeros_like(c[0])
    before = jnp.concatenate([zeros[None], c[:-1]])
    turned = weights.T

    def step(state: _Gates, at: _Gates) -> tuple[_Gates, jax.Array]:
        to_h, to_c = state
        slope, c, earlier, i, f, g, o = at
        to_h = to_h + slope
        bent = jnp.tanh(c)
        to_c = to_c + to_h * o * (1 - bent * bent)
        to_gates = jnp.concatenate(
            [
                to_c * g * i * (1 - i),
                to_c * earlier * f * (1 - f),
                to_c * i * (1 - g * g),
                to_h * bent * o * (1 - o),
            ],
            axis=-1,
        )
        return (to_gates @ turned, to_c * f), to_gates

    each = (slopes, c, before, i, f, g, o)
    _, to_gates = jax.lax.scan(step, (zeros, zeros), each, reverse=True)
    # The first state is zero, so the first step says nothing about the weights.
    to_weights = jnp.einsum("tbu,tbg->ug", h[:-1], to_gates[1:])
    return to_gates, to_weights


lstm.defvjp(_forward, _backward)


def _sigmoid(x: jax.Array) -> jax.Array:
    # On a CPU the exponential is dearer than the hyperbolic tangent.
    return 0.5 * jnp.tanh(0.5 * x) + 0.5
