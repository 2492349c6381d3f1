"""The layers, with JAX and Flax."""

from __future__ import annotations

import jax
from flax import nnx


class Maxout(nnx.Module):
    """The largest of ``pieces`` dense layers: ``[..., F]`` to ``[..., units]``."""

    def __init__(self, features: int, units: int, pieces: int, *, rngs: nnx.Rngs) -> None:
        self.pieces = nnx.LinearGeneral(features, (units, pieces), rngs=rngs)

    def __call__(self, x: jax.Array) -> jax.Array:
        return self.pieces(x).max(axis=-1)
