"""A trained scale and bias for each channel."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from flax import nnx


class Affine(nnx.Module):
    """``x * scale + bias`` over the last axis: ``[B, ..., C]`` to the same shape.

    ``scale`` ``[C]`` starts from ``initial_scale`` and ``bias`` ``[C]`` from zeros; either may be
    left out.
    """

    def __init__(
        self,
        features: int,
        *,
        use_scale: bool = True,
        use_bias: bool = True,
        initial_scale: float = 1.0,
        rngs: nnx.Rngs,
    ) -> None:
        scale = jnp.full((features,), initial_scale, jnp.float32)
        self.scale = nnx.Param(scale) if use_scale else nnx.data(None)
        self.bias = nnx.Param(jnp.zeros((features,), jnp.float32)) if use_bias else nnx.data(None)

    def __call__(self, x: jax.Array) -> jax.Array:
        scaled = x if self.scale is None else x * self.scale[...]
        return scaled if self.bias is None else scaled + self.bias[...]
