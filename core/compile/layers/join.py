"""Joining arrays, and taking them apart."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def concatenate(*parts: jax.Array, axis: int) -> jax.Array:
    """Join arrays that are equal on all axes but ``axis``."""
    return jnp.concatenate(parts, axis=axis)


def stack(*parts: jax.Array, axis: int) -> jax.Array:
    """Put arrays of one shape side by side along a new axis."""
    return jnp.stack(parts, axis=axis)


def split(value: jax.Array, sizes: tuple[int, ...], axis: int) -> tuple[jax.Array, ...]:
    """Cut an array into pieces of the given lengths along ``axis``, which they fill."""
    return tuple(jax.lax.split(value, sizes, axis=axis))
