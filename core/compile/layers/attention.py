"""What attention and positions need beyond Flax: turning pairs, waves, and a token in front."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


def turned_pairs(x: jax.Array, base: float = 10000.0, *, halves: bool = False) -> jax.Array:
    """Turn pairs of features by their position, as rotary embeddings do.

    ``[B, T, ..., D]`` with D even. Pair i at position t turns by the angle t / base^(2 i / D). Its
    two features are neighbours (2 i, 2 i + 1) or, with ``halves``, D / 2 apart (i, i + D / 2).
    """
    length, features = x.shape[1], x.shape[-1]
    speeds = base ** (-jnp.arange(0, features, 2) / features)
    angles = jnp.arange(length)[:, None] * speeds
    angles = jnp.expand_dims(angles, tuple(range(1, x.ndim - 2)))
    cos, sin = jnp.cos(angles).astype(x.dtype), jnp.sin(angles).astype(x.dtype)
    first, second = jnp.split(x, 2, axis=-1) if halves else (x[..., ::2], x[..., 1::2])
    parts = first * cos - second * sin, first * sin + second * cos
    if halves:
        return jnp.concatenate(parts, axis=-1)
    return jnp.stack(parts, axis=-1).reshape(x.shape)


@cache
def rotary_attention(base: float) -> Callable[..., jax.Array]:
    """An ``attention_fn`` of ``nnx.MultiHeadAttention`` that turns queries and keys first.

    It is made once for each base, so that layers which are alike compare as equal.
    """

    def attend(query: jax.Array, key: jax.Array, value: jax.Array, **options: Any) -> jax.Array:
        turned = turned_pairs(query, base), turned_pairs(key, base)
        return nnx.dot_product_attention(*turned, value, **options)

    return attend


def waves(length: int, features: int, base: float = 10000.0) -> jax.Array:
    """Sinusoidal positions ``[length, features]`` float32.

    At position t, feature 2 i is sin(t / base^(2 i / features)), feature 2 i + 1 its cosine.
    """
    speeds = base ** (-jnp.arange(0, features, 2) / features)
    angles = jnp.arange(length)[:, None] * speeds
    both = jnp.stack([jnp.sin(angles), jnp.cos(angles)], axis=-1)
    return both.reshape(length, -1)[:, :features].astype(jnp.float32)


class ClassToken(nnx.Module):
    """Puts a trained vector before the sequence: ``[B, T, F]`` becomes ``[B, T + 1, F]``."""

    def __init__(self, features: int, *, rngs: nnx.Rngs) -> None:
        start = nnx.initializers.normal(0.02)
        self.token = nnx.Param(start(rngs.params(), (1, 1, features), jnp.float32))

    def __call__(self, x: jax.Array) -> jax.Array:
        token = jnp.broadcast_to(self.token[...], (x.shape[0], 1, x.shape[-1]))
        return jnp.concatenate([token, x], axis=1)
