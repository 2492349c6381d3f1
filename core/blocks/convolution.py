"""Convolution over sequences, images and volumes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.kernel_norm import NORM_KEYWORDS, NormedKernel
from core.blocks.sliding import (
    Sliding,
    bias_param,
    check_groups,
    dilation_param,
    groups_param,
    kernel_param,
    padding_param,
    strides_param,
)
from core.blocks.windows import pads_param
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Conv(NormedKernel, Sliding):
    """Slides trained filters over a sequence, an image or a volume.

    y[p, o] = b[o] + sum over k, c of x[p * stride + k * dilation, c] W[k, c, o] (strictly speaking
    a cross-correlation).

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes with
    ``filters`` channels. An axis of length n becomes
    floor((n + pads - ((kernel - 1) dilation + 1)) / stride) + 1 with VALID (no pads) and EXPLICIT
    padding, and ceil(n / stride) with all others. Weights ``[*kernel, C / groups, filters]``, bias
    ``[filters]``; weight normalization adds a length for each filter.

    Source: LeCun et al., Backpropagation applied to handwritten zip code recognition, 1989.
    """

    kind = "Conv"
    label = "Convolution"
    family = "Convolution"
    keywords = (
        *("conv1d", "conv2d", "conv3d", "filter", "kernel", "cnn", "depthwise", "dilated"),
        *NORM_KEYWORDS,
    )
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (8, 8, 3)}
    formula = "y[p, o] = b[o] + Σₖ Σ_c x[p · stride + k · dilation, c] W[k, c, o]"

    filters: int = param(32, label="Filters", help="Number of output channels.", minimum=1)
    kernel_size: tuple[int, ...] = kernel_param()
    strides: tuple[int, ...] = strides_param()
    dilation: tuple[int, ...] = dilation_param()
    padding: str = padding_param()
    groups: int = groups_param("depthwise convolution")
    use_bias: bool = bias_param()
    pads: tuple[int, ...] = pads_param()

    def infer(self, input: Tensor) -> Tensor:
        check_groups(input, self.filters, self.groups)
        self.check_kernel(self._kernel(input), self.use_bias)
        return input.with_sizes(*self.window(input).places(input), self.filters)

    def _kernel(self, input: Tensor) -> tuple[int, ...]:
        return *self.window(input).size, input.features // self.groups, self.filters

    def _weights_per_filter(self, input: Tensor) -> int:
        return math.prod(self._kernel(input)[:-1])

    def parameters(self, input: Tensor) -> int:
        own = self.filters * (self._weights_per_filter(input) + self.use_bias)
        return own + self.norm_parameters(self.filters)

    def flops(self, input: Tensor) -> int:
        outputs = self.infer(input).size
        return outputs * (2 * self._weights_per_filter(input) + self.use_bias)

    def layer(self, input: Tensor) -> Call:
        layer = call(
            "nnx.Conv",
            input.features,
            self.filters,
            **self.window_options(input),
            feature_group_count=self.groups,
            use_bias=self.use_bias,
            **{**self.weight_options(), **self.given_options(self._kernel(input))},
            rngs=RNGS,
        )
        return self.with_kernel_norm(layer)

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))
