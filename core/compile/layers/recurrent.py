"""Reading a sequence with recurrent cells."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


class Recurrent(nnx.Module):
    """Runs a recurrent cell over a sequence, and a second one backwards if there is one.

    The cells are ``nnx.SimpleCell``, ``nnx.OptimizedLSTMCell`` or ``nnx.GRUCell``. Takes
    ``[B, T, F]``. Returns the last step ``[B, U]`` (backwards: the state after reading the
    first element) or, with ``all_steps``, every step in input order ``[B, T, U]``. With two cells
    their features are concatenated. The state starts at zero and no random numbers are used.

    ``nnx.RNN`` is not used because it draws its first state from a random stream and cannot be
    called from inside a transformation that did not receive the model as an argument.
    """

    def __init__(
        self,
        forward: nnx.RNNCellBase,
        backward: nnx.RNNCellBase | None = None,
        *,
        all_steps: bool = False,
    ) -> None:
        self.forward = forward
        self.backward = nnx.data(backward)
        self.all_steps = all_steps

    def __call__(self, x: jax.Array) -> jax.Array:
        parts = [self._read(self.forward, x, reverse=False)]
        if self.backward is not None:
            parts.append(self._read(self.backward, x, reverse=True))
        return jnp.concatenate(parts, axis=-1)

    def _read(self, cell: Any, x: jax.Array, reverse: bool) -> jax.Array:
        dtype = jnp.result_type(x, cell.dense_i.kernel[...])
        zeros = jnp.zeros((x.shape[0], cell.hidden_features), dtype)
        start = (zeros, zeros) if isinstance(cell, nnx.OptimizedLSTMCell) else zeros
        steps = jnp.swapaxes(x, 0, 1)
        end, outputs = jax.lax.scan(
            lambda state, step: cell(state, step), start, steps, reverse=reverse
        )
        if self.all_steps:
            return jnp.swapaxes(outputs, 0, 1)
        return end[1] if isinstance(end, tuple) else end
