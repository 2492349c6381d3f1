"""Random numbers that enter a network as its data does."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx


class Noise(nnx.Module):
    """Standard normal numbers, or uniform ones from -1 to 1: ``[B, *shape]`` float32.

    Called with any array ``[B, ...]``, whose batch it takes over. In training each call draws
    others from the stream ``noise``; in evaluation the numbers follow from ``seed`` and are the
    same for a sample's place whatever the batch.
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        *,
        distribution: str = "normal",
        seed: int = 0,
        rngs: nnx.Rngs,
    ) -> None:
        self.shape, self.distribution, self.seed = shape, distribution, seed
        self.deterministic = False
        self.rngs = rngs["noise"].fork()

    def __call__(self, like: jax.Array) -> jax.Array:
        key = jax.random.key(self.seed) if self.deterministic else self.rngs()
        keys = jax.vmap(jax.random.fold_in, (None, 0))(key, jnp.arange(like.shape[0]))
        return jax.vmap(self._draw)(keys)

    def _draw(self, key: jax.Array) -> jax.Array:
        if self.distribution == "normal":
            return jax.random.normal(key, self.shape, jnp.float32)
        return jax.random.uniform(key, self.shape, jnp.float32, -1.0, 1.0)
