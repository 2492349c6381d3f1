"""Noise while training, nothing in evaluation."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx


class _Noise(nnx.Module):
    def __init__(self, *, rngs: nnx.Rngs | None) -> None:
        self.deterministic = False
        self.rngs = nnx.data(None) if rngs is None else rngs["dropout"].fork()

    def _normal(self, x: jax.Array) -> jax.Array | None:
        """Standard normal noise in the form of ``x``; None where there is to be none."""
        if self.deterministic or self.rngs is None:
            return None
        return jax.random.normal(self.rngs(), x.shape, jnp.float32)


class GaussianNoise(_Noise):
    """Adds normal noise of mean 0 and the given standard deviation while training."""

    def __init__(self, deviation: float, *, rngs: nnx.Rngs | None) -> None:
        super().__init__(rngs=rngs)
        self.deviation = deviation

    def __call__(self, x: jax.Array) -> jax.Array:
        noise = self._normal(x)
        return x if noise is None else x + self.deviation * noise


class GaussianDropout(_Noise):
    """Multiplies by normal noise of mean 1 and variance rate / (1 - rate) while training."""

    def __init__(self, rate: float, *, rngs: nnx.Rngs | None) -> None:
        super().__init__(rngs=rngs)
        self.deviation = (rate / (1 - rate)) ** 0.5

    def __call__(self, x: jax.Array) -> jax.Array:
        noise = self._normal(x)
        return x if noise is None else x * (1 + self.deviation * noise)
