"""Views of pictures that differ each time while training, and are the pictures in evaluation."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx


class RandomCrop(nnx.Module):
    """Shifts each picture ``[B, H, W, C]`` by up to ``padding`` pixels along both sides.

    What comes in from outside is 0.
    """

    def __init__(self, padding: int, *, rngs: nnx.Rngs | None) -> None:
        self.padding = padding
        self.deterministic = False
        self.rngs = nnx.data(None) if rngs is None else rngs["dropout"].fork()

    def __call__(self, pictures: jax.Array) -> jax.Array:
        if self.deterministic or self.rngs is None:
            return pictures
        most = self.padding
        wide = jnp.pad(pictures, ((0, 0), (most, most), (most, most), (0, 0)))
        corners = jax.random.randint(self.rngs(), (len(pictures), 2), 0, 2 * most + 1)
        shape = pictures.shape[1:]
        return jax.vmap(lambda one, corner: self._cut(one, corner, shape))(wide, corners)

    @staticmethod
    def _cut(wide: jax.Array, corner: jax.Array, shape: tuple[int, ...]) -> jax.Array:
        return jax.lax.dynamic_slice(wide, (corner[0], corner[1], 0), shape)
