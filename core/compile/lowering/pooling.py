"""Pooling of windows that lie side by side, without XLA's reduce-window.

On a CPU reduce-window and its gradient visit one element at a time. Here the places of a window
become slices, and what is done with them is fused into one pass.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import reduce

import jax
import jax.numpy as jnp
from flax import nnx

Padding = str | Sequence[tuple[int, int]]
# Beyond this, a slice for each place is more work to compile than it saves.
MOST_PLACES = 16


def max_pool(
    inputs: jax.Array,
    window_shape: Sequence[int],
    strides: Sequence[int] | None = None,
    padding: Padding = "VALID",
) -> jax.Array:
    """As ``nnx.max_pool``: of equal values, the first of a window gets its gradient."""
    if not _side_by_side(inputs, window_shape, strides, padding):
        return nnx.max_pool(inputs, window_shape, strides, padding)
    return reduce(_larger, _places(inputs, window_shape))


def avg_pool(
    inputs: jax.Array,
    window_shape: Sequence[int],
    strides: Sequence[int] | None = None,
    padding: Padding = "VALID",
    count_include_pad: bool = True,
) -> jax.Array:
    """As ``nnx.avg_pool``."""
    if not _side_by_side(inputs, window_shape, strides, padding):
        return nnx.avg_pool(inputs, window_shape, strides, padding, count_include_pad)
    return reduce(jnp.add, _places(inputs, window_shape)) / math.prod(window_shape)


def _side_by_side(
    inputs: jax.Array, window: Sequence[int], strides: Sequence[int] | None, padding: Padding
) -> bool:
    """Whether windows of ``[B, ..., C]`` touch without overlap, gap or padding."""
    if strides is None or tuple(strides) != tuple(window) or inputs.ndim != len(window) + 2:
        return False
    if math.prod(window) > MOST_PLACES:
        return False
    sizes = inputs.shape[1:-1]
    if any(size < extent for size, extent in zip(sizes, window, strict=True)):
        return False
    if padding == "SAME":
        return all(size % extent == 0 for size, extent in zip(sizes, window, strict=True))
    return padding == "VALID" or (
        not isinstance(padding, str) and all(tuple(sides) == (0, 0) for sides in padding)
    )


def _places(inputs: jax.Array, window: Sequence[int]) -> list[jax.Array]:
    """The values ``[B, ..., C]`` at each place of the windows, in the order of the last axis."""
    counts = [size // extent for size, extent in zip(inputs.shape[1:-1], window, strict=True)]
    whole = tuple(slice(c * extent) for c, extent in zip(counts, window, strict=True))
    split = [part for pair in zip(counts, window, strict=True) for part in pair]
    blocks = inputs[:, *whole].reshape(inputs.shape[0], *split, inputs.shape[-1])
    every = itertools.product(*map(range, window))
    return [blocks[:, *(p for place in each for p in (slice(None), place))] for each in every]


def _larger(first: jax.Array, second: jax.Array) -> jax.Array:
    """The larger value, the first of two equal ones; not a number wherever one is not."""
    return jnp.where((first >= second) | jnp.isnan(first), first, second)
