"""Scaled dot-product attention with the heads in front, as batched matrix products want them."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


def attention(
    query: jax.Array, key: jax.Array, value: jax.Array, *, is_causal: bool = False, **options: Any
) -> jax.Array:
    """As ``nnx.dot_product_attention``, for ``[B, T, H, D]`` and twice ``[B, S, H, D]``.

    With a mask, a bias, dropout, shared key heads or weights to show, it is that function.
    """
    if not _is_plain(query, key, value, options):
        return nnx.dot_product_attention(query, key, value, is_causal=is_causal, **options)
    query = query * query.shape[-1] ** -0.5
    query, key, value = (jnp.swapaxes(x, 1, 2) for x in (query, key, value))
    scores = query @ jnp.swapaxes(key, 2, 3)
    if is_causal:
        earlier = jnp.tri(scores.shape[-2], scores.shape[-1], dtype=bool)
        scores = jnp.where(earlier, scores, jnp.finfo(scores.dtype).min)
    return jnp.swapaxes(jax.nn.softmax(scores) @ value, 1, 2)


def _is_plain(query: jax.Array, key: jax.Array, value: jax.Array, options: dict[str, Any]) -> bool:
    drops = options.get("dropout_rate", 0) and not options.get("deterministic", False)
    special = ("bias", "mask", "module", "precision")
    return (
        query.ndim == key.ndim == value.ndim == 4
        and query.dtype == key.dtype == value.dtype == jnp.float32
        and options.get("dtype") in (None, jnp.float32)
        and query.shape[2] == key.shape[2] == value.shape[2]
        and not drops
        and all(options.get(name) is None for name in special)
    )
