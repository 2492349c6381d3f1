"""Convolution over sequences, images and volumes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.weights import Weighted
from core.blocks.windows import PADDING_HELP, PADDINGS, Window, per_axis
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Conv(Weighted):
    """Slides trained filters over a sequence, an image or a volume.

    y[p, o] = b[o] + sum over k, c of x[p * stride + k * dilation, c] W[k, c, o] (strictly speaking
    a cross-correlation).

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes with
    ``filters`` channels. An axis of length n becomes ceil(n / stride) with SAME or CAUSAL padding
    and floor((n - ((kernel - 1) dilation + 1)) / stride) + 1 with VALID. Weights
    ``[*kernel, C / groups, filters]``, bias ``[filters]``.

    Source: LeCun et al., Backpropagation applied to handwritten zip code recognition, 1989.
    """

    kind = "Conv"
    label = "Convolution"
    family = "Convolution"
    keywords = ("conv1d", "conv2d", "conv3d", "filter", "kernel", "cnn", "depthwise", "dilated")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (8, 8, 3)}

    filters: int = param(32, label="Filters", help="Number of output channels.", minimum=1)
    kernel_size: tuple[int, ...] = param(
        (3,),
        label="Kernel size",
        help="Extent of each filter: one number for all axes, or one for each.",
        minimum=1,
    )
    strides: tuple[int, ...] = param(
        (1,),
        label="Strides",
        help="Step between two places of the kernel: one number for all axes, or one for each.",
        minimum=1,
    )
    dilation: tuple[int, ...] = param(
        (1,),
        label="Dilation",
        help="Distance between two kernel elements: one number for all axes, or one for each.",
        minimum=1,
    )
    padding: str = param(
        "SAME",
        label="Padding",
        help=f"{PADDING_HELP} CAUSAL pads a sequence in front alone, so that no output sees "
        "what comes later.",
        choices=(*PADDINGS, "CAUSAL"),
    )
    groups: int = param(
        1,
        label="Groups",
        help="Split the channels into groups that are convolved apart; "
        "as many groups as channels is a depthwise convolution.",
        minimum=1,
    )
    use_bias: bool = param(True, label="Bias", help="Add a trained bias to each filter.")

    def _window(self, input: Tensor) -> Window:
        return Window(
            "Kernel size",
            per_axis(self.kernel_size, input, "Kernel size"),
            per_axis(self.strides, input, "Strides"),
            per_axis(self.dilation, input, "Dilation"),
            self.padding,
        )

    def infer(self, input: Tensor) -> Tensor:
        if input.features % self.groups or self.filters % self.groups:
            what = (
                f"the input {input} has {input.features} channels"
                if input.features % self.groups
                else f"there are {self.filters} filters"
            )
            best = math.gcd(input.features, self.filters)
            raise ShapeError(
                f"{what}, which {self.groups} groups cannot share equally",
                f"Set Groups to a divisor of {best}, or Filters to a multiple of Groups.",
            )
        if self.padding == "CAUSAL" and input.rank != 3:
            raise ShapeError(
                f"CAUSAL padding is for sequences [B, T, F], not {input}", "Set Padding to SAME."
            )
        return input.with_sizes(*self._window(input).places(input), self.filters)

    def _weights_per_filter(self, input: Tensor) -> int:
        return self._window(input).area * input.features // self.groups

    def parameters(self, input: Tensor) -> int:
        return self.filters * (self._weights_per_filter(input) + self.use_bias)

    def flops(self, input: Tensor) -> int:
        outputs = self.infer(input).size
        return outputs * (2 * self._weights_per_filter(input) + self.use_bias)

    def layer(self, input: Tensor) -> Call:
        window = self._window(input)
        return call(
            "nnx.Conv",
            input.features,
            self.filters,
            kernel_size=window.size,
            strides=window.strides,
            kernel_dilation=window.dilation,
            padding=self.padding,
            feature_group_count=self.groups,
            use_bias=self.use_bias,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))
