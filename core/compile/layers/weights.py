"""How weights start, what they are held to, and the number format that leaves a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


def uniform(limit: float) -> nnx.Initializer:
    """An initialiser that draws uniformly from -limit to limit."""

    def draw(key: jax.Array, shape: Sequence[int], dtype: Any = jnp.float32, **_: Any) -> jax.Array:
        return jax.random.uniform(key, shape, dtype, -limit, limit)

    return draw


def max_norm(weights: jax.Array, limit: float) -> jax.Array:
    """Shorten each unit's weight vector (all axes but the last) to ``limit`` where it is longer."""
    axes = tuple(range(weights.ndim - 1))
    norm = jnp.sqrt(jnp.sum(weights**2, axis=axes, keepdims=True))
    return weights * (jnp.minimum(norm, limit) / jnp.maximum(norm, 1e-12))


def unit_norm(weights: jax.Array) -> jax.Array:
    """Give each unit's weight vector (all axes but the last) length 1."""
    axes = tuple(range(weights.ndim - 1))
    norm = jnp.sqrt(jnp.sum(weights**2, axis=axes, keepdims=True))
    return weights / jnp.maximum(norm, 1e-12)


def non_negative(weights: jax.Array) -> jax.Array:
    """Set negative weights to zero."""
    return jnp.maximum(weights, 0)


def as_float32(value: jax.Array) -> jax.Array:
    """The same numbers as float32."""
    return value.astype(jnp.float32)
