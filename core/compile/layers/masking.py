"""Hiding tokens of a sequence at random places."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx


class TokenMask(nnx.Module):
    """Puts ``mask_id`` in place of a share of the tokens ``[B, T]``; also says where, ``[B, T]``.

    In training each call draws other places from the stream ``dropout``; in evaluation they follow
    from ``seed`` and the sample's tokens, so that a sample is the same in whatever batch it comes.
    """

    def __init__(self, rate: float, mask_id: int, *, seed: int = 0, rngs: nnx.Rngs) -> None:
        self.rate, self.mask_id, self.seed = rate, mask_id, seed
        self.deterministic = False
        self.rngs = rngs["dropout"].fork()

    def __call__(self, tokens: jax.Array) -> tuple[jax.Array, jax.Array]:
        if self.deterministic:
            key = jax.random.key(self.seed)
            factors = jax.random.bits(key, tokens.shape[1:])
            numbers = (tokens.astype(jnp.uint32) * factors).sum(axis=1)
        else:
            key, numbers = self.rngs(), jnp.arange(tokens.shape[0])
        keys = jax.vmap(jax.random.fold_in, (None, 0))(key, numbers)
        hidden = jax.vmap(lambda k: jax.random.bernoulli(k, self.rate, tokens.shape[1:]))(keys)
        return jnp.where(hidden, self.mask_id, tokens), hidden.astype(jnp.int32)
