"""Convolutions that Flax lacks: filters of their own for every place, and transposed groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flax import nnx


class LocallyConnected(nnx.Module):
    """Multiplies the patch at each place with the weights of that place.

    Takes ``[B, ..., C]``, returns ``[B, ..., filters]`` with ``places`` places in all. ``kernel``
    is ``[*kernel_size, C, places * filters]`` and ``bias`` ``[places * filters]``, so that each
    unit's weights are one column, as everywhere. Every place is initialised by itself.
    """

    def __init__(
        self,
        features: int,
        filters: int,
        *,
        places: int,
        kernel_size: tuple[int, ...],
        strides: tuple[int, ...],
        kernel_dilation: tuple[int, ...],
        padding: str | Sequence[tuple[int, int]],
        use_bias: bool = True,
        kernel_init: nnx.Initializer | None = None,
        bias_init: nnx.Initializer | None = None,
        dtype: Any = None,
        rngs: nnx.Rngs,
    ) -> None:
        kernel_init = kernel_init or nnx.initializers.lecun_normal()
        bias_init = bias_init or nnx.initializers.zeros_init()
        shape = (*kernel_size, features, filters)
        keys = jax.random.split(rngs.params(), places)
        drawn = jax.vmap(lambda key: kernel_init(key, shape, jnp.float32), out_axes=-2)(keys)
        self.kernel = nnx.Param(drawn.reshape(*shape[:-1], places * filters))
        self.bias = nnx.data(None)
        if use_bias:
            self.bias = nnx.Param(bias_init(rngs.params(), (places * filters,), jnp.float32))
        self.filters, self.places, self.dtype = filters, places, dtype
        self.kernel_size, self.strides = kernel_size, strides
        self.kernel_dilation, self.padding = kernel_dilation, padding

    def __call__(self, x: jax.Array) -> jax.Array:
        kernel, channels, area = self.kernel[...], x.shape[-1], math.prod(self.kernel_size)
        if self.dtype is not None:
            x, kernel = x.astype(self.dtype), kernel.astype(self.dtype)
        axes = "DHW"[3 - len(self.kernel_size) :]
        patches = jax.lax.conv_general_dilated_patches(
            x,
            self.kernel_size,
            self.strides,
            self.padding,
            rhs_dilation=self.kernel_dilation,
            dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"),
            # Patches are copies: nothing may be rounded on the way.
            precision=jax.lax.Precision.HIGHEST,
        )
        spatial = patches.shape[1:-1]
        y = jnp.einsum(
            "bpck,kcpf->bpf",
            patches.reshape(-1, self.places, channels, area),
            kernel.reshape(area, channels, self.places, self.filters),
        )
        if self.bias is not None:
            y = y + self.bias[...].astype(y.dtype).reshape(self.places, self.filters)
        return y.reshape(-1, *spatial, self.filters)


class GroupedConvTranspose(nnx.Module):
    """Spreads each input value over the output, the channels in groups that do not mix.

    Takes ``[B, ..., C]``, returns ``[B, ..., filters]``: a convolution over the input with
    ``strides - 1`` zeros between its places and ``padding`` around them. ``kernel`` is
    ``[*kernel_size, C / feature_group_count, filters]``, ``bias`` ``[filters]``.
    """

    def __init__(
        self,
        features: int,
        filters: int,
        *,
        kernel_size: tuple[int, ...],
        strides: tuple[int, ...],
        kernel_dilation: tuple[int, ...],
        padding: Sequence[tuple[int, int]],
        feature_group_count: int,
        use_bias: bool = True,
        kernel_init: nnx.Initializer | None = None,
        bias_init: nnx.Initializer | None = None,
        dtype: Any = None,
        rngs: nnx.Rngs,
    ) -> None:
        kernel_init = kernel_init or nnx.initializers.lecun_normal()
        bias_init = bias_init or nnx.initializers.zeros_init()
        shape = (*kernel_size, features // feature_group_count, filters)
        self.kernel = nnx.Param(kernel_init(rngs.params(), shape, jnp.float32))
        self.bias = nnx.data(None)
        if use_bias:
            self.bias = nnx.Param(bias_init(rngs.params(), (filters,), jnp.float32))
        self.strides, self.kernel_dilation, self.padding = strides, kernel_dilation, padding
        self.feature_group_count, self.dtype = feature_group_count, dtype

    def __call__(self, x: jax.Array) -> jax.Array:
        kernel = self.kernel[...]
        if self.dtype is not None:
            x, kernel = x.astype(self.dtype), kernel.astype(self.dtype)
        axes = "DHW"[3 - len(self.strides) :]
        y = jax.lax.conv_general_dilated(
            x,
            kernel,
            window_strides=(1,) * len(self.strides),
            padding=self.padding,
            lhs_dilation=self.strides,
            rhs_dilation=self.kernel_dilation,
            dimension_numbers=(f"N{axes}C", f"{axes}IO", f"N{axes}C"),
            feature_group_count=self.feature_group_count,
        )
        return y if self.bias is None else y + self.bias[...].astype(y.dtype)
