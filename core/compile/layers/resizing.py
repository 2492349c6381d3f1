"""Making arrays larger by interpolation."""

from __future__ import annotations

from collections.abc import Sequence

import jax


def upsample_linear(x: jax.Array, factors: Sequence[int]) -> jax.Array:
    """Interpolate ``[B, ..., C]`` linearly along each axis to ``factors`` times its length.

    Output place q lies at (q + 1/2) / factor - 1/2; outside of the input its edge goes on.
    """
    sizes = (n * f for n, f in zip(x.shape[1:-1], factors, strict=True))
    return jax.image.resize(x, (x.shape[0], *sizes, x.shape[-1]), "linear")
