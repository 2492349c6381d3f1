"""Pooling over bins that are not the places of one window."""

from __future__ import annotations

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np


def adaptive_average_pool(x: jax.Array, sizes: Sequence[int]) -> jax.Array:
    """Average ``[B, ..., C]`` over ``sizes`` bins an axis: bin i of m is floor(i n / m) to
    ceil((i + 1) n / m), the end left out.
    """
    for axis, count in enumerate(sizes, start=1):
        places, counted = _bins(x.shape[axis], count)
        shape = (*counted.shape, *(1,) * (x.ndim - axis - 1))
        weights = (counted / counted.sum(axis=1, keepdims=True)).reshape(shape)
        taken = jnp.take(x, places, axis=axis)
        x = jnp.sum(taken * weights.astype(x.dtype), axis=axis + 1)
    return x


def adaptive_max_pool(x: jax.Array, sizes: Sequence[int]) -> jax.Array:
    """Keep the largest value of each bin of ``[B, ..., C]``; see ``adaptive_average_pool``."""
    for axis, count in enumerate(sizes, start=1):
        places, _ = _bins(x.shape[axis], count)
        x = jnp.max(jnp.take(x, places, axis=axis), axis=axis + 1)
    return x


def _bins(length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The places of each bin ``[count, longest]``, short ones filled with their last place, and
    which of them count.
    """
    starts = np.arange(count) * length // count
    ends = -(-np.arange(1, count + 1) * length // count)
    places = starts[:, None] + np.arange((ends - starts).max())
    return np.minimum(places, ends[:, None] - 1), places < ends[:, None]
