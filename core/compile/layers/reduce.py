"""Putting elements together where the plain formula has no gradient."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def safe_norm(value: jax.Array, axis: tuple[int, ...], keepdims: bool = False) -> jax.Array:
    """The Euclidean norm over axes; where all elements are 0, its gradient is 0 and not NaN."""
    squares = jnp.sum(jnp.square(value), axis=axis, keepdims=keepdims)
    positive = squares > 0
    return jnp.where(positive, jnp.sqrt(jnp.where(positive, squares, 1.0)), 0.0)
