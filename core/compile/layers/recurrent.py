"""Reading a sequence with recurrent cells."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


class Recurrent(nnx.Module):
    """Runs a recurrent cell over a sequence, and a second one backwards if there is one.

    The cells are ``nnx.SimpleCell``, ``nnx.OptimizedLSTMCell``, ``nnx.GRUCell`` or
    ``BiasedGRUCell``. Takes ``[B, T, F]``. Returns the last step ``[B, U]`` (backwards: the state
    after reading the first element) or, with ``all_steps``, every step in input order
    ``[B, T, U]``. With two cells their features are concatenated. The state starts at zero and no
    random numbers are used.

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
        dtype = cell.dtype or jnp.result_type(x, cell.dense_i.kernel[...])
        zeros = jnp.zeros((x.shape[0], cell.hidden_features), dtype)
        start = (zeros, zeros) if isinstance(cell, nnx.OptimizedLSTMCell) else zeros
        steps = jnp.swapaxes(x, 0, 1)
        end, outputs = jax.lax.scan(
            lambda state, step: cell(state, step), start, steps, reverse=reverse
        )
        if self.all_steps:
            return jnp.swapaxes(outputs, 0, 1)
        return end[1] if isinstance(end, tuple) else end


class BiasedGRUCell(nnx.GRUCell):
    """A GRU cell whose state has a bias of its own, which the reset gate scales with it.

    So it is in PyTorch, in Keras (``reset_after``) and in ONNX (``linear_before_reset=1``). Takes
    and returns what ``nnx.GRUCell`` does.
    """

    def __init__(
        self, in_features: int, hidden_features: int, *, rngs: nnx.Rngs, **options: Any
    ) -> None:
        super().__init__(in_features, hidden_features, rngs=rngs, **options)
        taken = {name: options[name] for name in ("bias_init", "dtype") if name in options}
        self.dense_h = nnx.Linear(
            hidden_features,
            3 * hidden_features,
            kernel_init=nnx.initializers.orthogonal(),
            **taken,
            rngs=rngs,
        )


class ConvLSTM(nnx.Module):
    """Runs a convolutional LSTM over a sequence of images.

    ``of_input`` and ``of_state`` are the ``nnx.Conv`` that make the four gates i, f, g, o. Takes
    ``[B, T, H, W, C]``; returns the last state ``[B, H', W', U]`` or, with ``all_steps``, each
    ``[B, T, H', W', U]``. The state starts at zero.
    """

    def __init__(self, of_input: nnx.Conv, of_state: nnx.Conv, *, all_steps: bool = False) -> None:
        self.of_input, self.of_state = of_input, of_state
        self.all_steps = all_steps

    def __call__(self, x: jax.Array) -> jax.Array:
        steps = jnp.swapaxes(self.of_input(x), 0, 1)

        def read(state: Any, step: jax.Array) -> Any:
            after, _ = self.advance(state, step)
            return after, after[0]

        (end, _), every = jax.lax.scan(read, self.start(steps), steps)
        return jnp.swapaxes(every, 0, 1) if self.all_steps else end

    def start(self, steps: jax.Array) -> tuple[jax.Array, jax.Array]:
        """The state h, c before the first of ``steps``, ``[T, B, H', W', 4 U]``: zeros."""
        zeros = jnp.zeros((*steps.shape[1:-1], steps.shape[-1] // 4), steps.dtype)
        return zeros, zeros

    def advance(self, state: Any, step: jax.Array) -> tuple[Any, tuple[jax.Array, ...]]:
        """The state h, c after a step, and the gates i, f, g, o that made it."""
        h, c = state
        i, f, g, o = jnp.split(step + self.of_state(h), 4, axis=-1)
        i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
        c = f * c + i * g
        return (o * jnp.tanh(c), c), (i, f, g, o)
