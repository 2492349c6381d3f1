"""Convolution whose filters differ from place to place."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.sliding import (
    Sliding,
    bias_param,
    dilation_param,
    kernel_param,
    strides_param,
)
from core.blocks.windows import PADDING_HELP, PADDINGS, pads_param
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class LocallyConnected(Sliding):
    """Like a convolution, but every place has filters of its own: nothing is shared.

    y[p, o] = b[p, o] + sum over k, c of x[p * stride + k * dilation, c] W[p, k, c, o].

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, as
    long as those of Conv, with ``filters`` channels. With P output places there are
    P * filters * (kernel elements * C + 1) trained values: weights ``[*kernel, C, P * filters]``
    and bias ``[P * filters]``, the places in row-major order before the filters.

    Sources: LeCun, Generalization and network design strategies, 1989; Taigman et al., DeepFace,
    2014.
    """

    kind = "LocallyConnected"
    label = "Locally connected"
    family = "Convolution"
    keywords = ("unshared", "local", "locallyconnected1d", "locallyconnected2d", "kernel")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (5, 5, 2)}
    formula = "y[p, o] = b[p, o] + Σₖ Σ_c x[p · stride + k · dilation, c] W[p, k, c, o]"

    filters: int = param(8, label="Filters", help="Number of output channels.", minimum=1)
    kernel_size: tuple[int, ...] = kernel_param()
    strides: tuple[int, ...] = strides_param()
    dilation: tuple[int, ...] = dilation_param()
    padding: str = param("VALID", label="Padding", help=PADDING_HELP, choices=PADDINGS)
    use_bias: bool = bias_param()
    pads: tuple[int, ...] = pads_param()

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(*self.window(input).places(input), self.filters)

    def parameters(self, input: Tensor) -> int:
        per_output = self.window(input).area * input.features + self.use_bias
        return self.infer(input).size * per_output

    def flops(self, input: Tensor) -> int:
        per_output = 2 * self.window(input).area * input.features + self.use_bias
        return self.infer(input).size * per_output

    def layer(self, input: Tensor) -> Call:
        return call(
            "layers.LocallyConnected",
            input.features,
            self.filters,
            places=math.prod(self.window(input).places(input)),
            **self.window_options(input),
            use_bias=self.use_bias,
            **self.weight_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))
