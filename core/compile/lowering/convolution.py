"""Convolution of few channels as matrix products, where XLA's own is slow on a CPU.

The output is cut into tiles along its last spatial axis. All that a tile depends on is a patch of
the input, and the tile is that patch times one matrix, the kernel laid out once for each place of
the tile (a Toeplitz matrix). Larger tiles copy less of the input and multiply more zeros. All of it
is slices, products and sums, so that the gradients are matrix products too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax.sharding import Mesh

from core.compile.lowering.division import divided
from core.compile.lowering.tiling import Tiling, choose


def convolution(
    inputs: jax.Array,
    kernel: jax.Array,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    feature_group_count: int = 1,
    precision: Any = None,
    mesh: Mesh | None = None,
    **options: Any,
) -> jax.Array:
    """As ``jax.lax.conv_general_dilated`` for inputs ``[B, ..., C]`` and kernels ``[..., C, O]``.

    Tiled where that is faster, by the rule of ``tiling.choose``; else it is that function. The
    devices of a ``mesh`` divide the batch.
    """
    if mesh is not None:
        given = (window_strides, padding, lhs_dilation, rhs_dilation, dimension_numbers)
        others = {"feature_group_count": feature_group_count, "precision": precision, **options}
        return divided(lambda x, k: convolution(x, k, *given, **others), mesh, inputs, kernel)
    dilation = tuple(rhs_dilation or (1,) * len(window_strides))
    tiling = None
    if (
        inputs.dtype == kernel.dtype == jnp.float32
        and feature_group_count == 1
        and set(lhs_dilation or ()) <= {1}
        and not any(value is not None for value in (precision, *options.values()))
    ):
        tiling = choose(inputs.shape, kernel.shape, tuple(window_strides), dilation, padding)
    if tiling is not None:
        return tiled(inputs, kernel, tiling)
    return jax.lax.conv_general_dilated(
        inputs,
        kernel,
        window_strides,
        padding,
        lhs_dilation,
        rhs_dilation,
        dimension_numbers,
        feature_group_count,
        precision=precision,
        **options,
    )


def tiled(inputs: jax.Array, kernel: jax.Array, tiling: Tiling) -> jax.Array:
    """The convolution of ``[B, ..., C]`` with ``[..., C, O]`` by a tiling: ``[B, ..., O]``."""
    filters, outputs = kernel.shape[-1], tiling.outputs
    made = _patches(inputs, tiling) @ _matrix(kernel, tiling)
    made = made.reshape(inputs.shape[0], *outputs[:-1], tiling.count * tiling.length, filters)
    return made[..., : outputs[-1], :]


def _patches(inputs: jax.Array, tiling: Tiling) -> jax.Array:
    """What each tile depends on, ``[tiles, rows of the kernel x extent x C]``."""
    channels, step = inputs.shape[-1], tiling.step
    # A patch is made of whole steps, the last of them cut off.
    blocks = -(-tiling.extent // step)
    length = (tiling.count + blocks - 1) * step
    low = tiling.pads[-1][0]
    behind = length - tiling.sizes[-1] - low
    pads = ((0, 0), *tiling.pads[:-1], (low, max(behind, 0)), (0, 0))
    padded = jnp.pad(inputs, pads)[..., :length, :]
    split = padded.reshape(*padded.shape[:-2], -1, step * channels)
    parts = []
    for row in tiling.rows:
        axes = zip(row, tiling.dilation, tiling.strides, tiling.outputs, strict=False)
        window = [slice(k * d, k * d + (n - 1) * s + 1, s) for k, d, s, n in axes]
        for block in range(blocks):
            kept = min(step, tiling.extent - block * step) * channels
            parts.append(split[:, *window, block : block + tiling.count, :kept])
    return jnp.concatenate(parts, axis=-1).reshape(-1, tiling.patch(channels))


def _matrix(kernel: jax.Array, tiling: Tiling) -> jax.Array:
    """The kernel for each place of a tile, ``[rows of the kernel x extent x C, length x O]``."""
    *_, width, channels, filters = kernel.shape
    rows = kernel.reshape(-1, width, channels, filters)
    dilated = tiling.dilation[-1] - 1
    places = []
    for place in range(tiling.length):
        start = place * tiling.strides[-1]
        behind = tiling.extent - start - (width - 1) * (dilated + 1) - 1
        config = ((0, 0, 0), (start, behind, dilated), (0, 0, 0), (0, 0, 0))
        places.append(jax.lax.pad(rows, jnp.zeros((), kernel.dtype), config))
    return jnp.stack(places, axis=-2).reshape(tiling.patch(channels), -1)
