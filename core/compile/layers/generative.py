"""Layers of generative models and associative memories."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


class GaussianSampling(nnx.Module):
    """Mean plus deviation times standard normal noise; the mean alone if ``deterministic``."""

    def __init__(self, *, rngs: nnx.Rngs) -> None:
        self.rngs = rngs.noise.fork()
        self.deterministic = False

    def __call__(self, mean: jax.Array, log_variance: jax.Array) -> jax.Array:
        if self.deterministic:
            return mean
        noise = jax.random.normal(self.rngs(), mean.shape, mean.dtype)
        # A deviation of e^30 is far beyond use, and its slope still finite.
        return mean + jnp.exp(jnp.minimum(log_variance, 60) / 2) * noise


class BinaryUnits(nnx.Module):
    """Hidden units of a restricted Boltzmann machine.

    Takes ``[B, F]`` and returns the hidden probabilities ``[B, units]``, the contrastive divergence
    after ``k`` Gibbs steps ``[B]`` and the mean-field reconstruction ``[B, F]``. Draws nothing if
    ``deterministic``.
    """

    def __init__(
        self,
        features: int,
        units: int,
        k: int = 1,
        *,
        kernel_init: nnx.Initializer | None = None,
        bias_init: nnx.Initializer | None = None,
        dtype: Any = None,
        rngs: nnx.Rngs,
    ) -> None:
        kernel_init = kernel_init or nnx.initializers.normal(0.01)
        bias_init = bias_init or nnx.initializers.zeros_init()
        self.kernel = nnx.Param(kernel_init(rngs.params(), (features, units), jnp.float32))
        self.visible_bias = nnx.Param(bias_init(rngs.params(), (features,), jnp.float32))
        self.hidden_bias = nnx.Param(bias_init(rngs.params(), (units,), jnp.float32))
        self.k, self.dtype = k, dtype
        self.rngs = rngs.gibbs.fork()
        self.deterministic = False

    def __call__(self, visible: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        hidden = jax.nn.sigmoid(self._to_hidden(visible))
        sampled = jax.lax.stop_gradient(self._gibbs(visible))
        divergence = self.free_energy(visible) - self.free_energy(sampled)
        return hidden, divergence, jax.nn.sigmoid(self._to_visible(hidden))

    def free_energy(self, visible: jax.Array) -> jax.Array:
        """``-b v - sum softplus(c + v W)`` of states ``[B, F]``; ``[B]``."""
        units = jax.nn.softplus(self._to_hidden(visible)).sum(axis=-1)
        return -(visible * self.visible_bias[...]).sum(axis=-1) - units

    def _gibbs(self, visible: jax.Array) -> jax.Array:
        for _ in range(self.k):
            hidden = self._drawn(jax.nn.sigmoid(self._to_hidden(visible)))
            visible = self._drawn(jax.nn.sigmoid(self._to_visible(hidden)))
        return visible

    def _drawn(self, chance: jax.Array) -> jax.Array:
        if self.deterministic:
            return chance
        return jax.random.bernoulli(self.rngs(), chance).astype(chance.dtype)

    def _to_hidden(self, visible: jax.Array) -> jax.Array:
        return _product(visible, self.kernel[...], self.dtype) + self.hidden_bias[...]

    def _to_visible(self, hidden: jax.Array) -> jax.Array:
        return _product(hidden, self.kernel[...].T, self.dtype) + self.visible_bias[...]


class Hopfield(nnx.Module):
    """Renews states ``[..., F]`` by ``softmax(beta x W^T) W`` with stored patterns W."""

    def __init__(
        self,
        features: int,
        patterns: int,
        beta: float = 1.0,
        steps: int = 1,
        *,
        kernel_init: nnx.Initializer | None = None,
        dtype: Any = None,
        rngs: nnx.Rngs,
    ) -> None:
        kernel_init = kernel_init or nnx.initializers.normal(1.0)
        self.kernel = nnx.Param(kernel_init(rngs.params(), (patterns, features), jnp.float32))
        self.beta, self.steps, self.dtype = beta, steps, dtype

    def __call__(self, state: jax.Array) -> jax.Array:
        patterns = self.kernel[...]
        for _ in range(self.steps):
            likeness = self.beta * _product(state, patterns.T, self.dtype)
            state = _product(jax.nn.softmax(likeness, axis=-1), patterns, self.dtype)
        return state


class BinaryHopfield(nnx.Module):
    """Renews signs ``[..., F]`` by Hebb's rule from the signs of stored patterns.

    Gradients pass signs as if these were a line from -1 to 1 (straight-through).
    """

    def __init__(
        self,
        features: int,
        patterns: int,
        steps: int = 1,
        *,
        kernel_init: nnx.Initializer | None = None,
        dtype: Any = None,
        rngs: nnx.Rngs,
    ) -> None:
        kernel_init = kernel_init or nnx.initializers.normal(1.0)
        self.kernel = nnx.Param(kernel_init(rngs.params(), (patterns, features), jnp.float32))
        self.steps, self.dtype = steps, dtype

    def __call__(self, state: jax.Array) -> jax.Array:
        patterns = _sign(self.kernel[...], 1.0)
        features = patterns.shape[-1]
        couplings = _product(patterns.T, patterns, self.dtype) / features
        couplings = couplings * (1 - jnp.eye(features, dtype=couplings.dtype))
        state = _sign(state, 1.0)
        for _ in range(self.steps):
            state = _sign(_product(state, couplings, self.dtype), state)
        return state


def _sign(value: jax.Array, at_zero: jax.Array | float) -> jax.Array:
    line = jnp.clip(value, -1, 1)
    sign = jnp.where(value == 0, at_zero, jnp.sign(value))
    return jax.lax.stop_gradient(sign) + (line - jax.lax.stop_gradient(line))


def _product(left: jax.Array, right: jax.Array, dtype: Any) -> jax.Array:
    """The matrix product, computed in ``dtype`` if one is given; in the inputs' own type again."""
    if dtype is None:
        return left @ right
    return (left.astype(dtype) @ right.astype(dtype)).astype(left.dtype)
