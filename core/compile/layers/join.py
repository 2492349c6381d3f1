"""Joining arrays."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def concatenate(*parts: jax.Array, axis: int) -> jax.Array:
    """Join arrays that are equal on all axes but ``axis``."""
    return jnp.concatenate(parts, axis=axis)
