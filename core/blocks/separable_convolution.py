"""Convolutions with fewer weights: one filter a channel, alone or followed by a mix of channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.blocks.block import port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.sliding import (
    Sliding,
    bias_param,
    dilation_param,
    kernel_param,
    padding_param,
    strides_param,
)
from core.blocks.windows import pads_param
from core.params import param
from core.tensor import Tensor


def _multiplier() -> int:
    return param(1, label="Multiplier", help="Number of filters for each input channel.", minimum=1)


class _Depthwise(Sliding):
    """What both share: ``multiplier`` filters for each channel, which see that channel alone."""

    family = "Convolution"
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (8, 8, 3)}
    multiplier: int
    use_bias: bool

    def _depthwise(self, input: Tensor, use_bias: bool, options: dict[str, Any]) -> Call:
        return call(
            "nnx.Conv",
            input.features,
            input.features * self.multiplier,
            **self.window_options(input),
            feature_group_count=input.features,
            use_bias=use_bias,
            **options,
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))


@dataclass(frozen=True)
class DepthwiseConv(_Depthwise):
    """Slides filters over each channel by itself, without mixing channels.

    y[p, c m + j] = b[c m + j] + sum over k of x[p * stride + k * dilation, c] W[k, 0, c m + j],
    m being the multiplier and j = 0 ... m - 1.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, as
    long as those of Conv, with ``C * multiplier`` channels. Weights
    ``[*kernel, 1, C * multiplier]``, bias ``[C * multiplier]``.

    Sources: Sifre, Rigid-motion scattering for image classification, 2014; Howard et al.,
    MobileNets, 2017.
    """

    kind = "DepthwiseConv"
    label = "Depthwise convolution"
    keywords = ("mobilenet", "channel-wise", "filter", "kernel", "cnn", "depthwiseconv2d")
    formula = "y[p, c m + j] = b[c m + j] + Σₖ x[p · stride + k · dilation, c] W[k, c m + j]"

    multiplier: int = _multiplier()
    kernel_size: tuple[int, ...] = kernel_param()
    strides: tuple[int, ...] = strides_param()
    dilation: tuple[int, ...] = dilation_param()
    padding: str = padding_param()
    use_bias: bool = bias_param()
    pads: tuple[int, ...] = pads_param()

    def infer(self, input: Tensor) -> Tensor:
        places = self.window(input).places(input)
        return input.with_sizes(*places, input.features * self.multiplier)

    def parameters(self, input: Tensor) -> int:
        return input.features * self.multiplier * (self.window(input).area + self.use_bias)

    def flops(self, input: Tensor) -> int:
        return self.infer(input).size * (2 * self.window(input).area + self.use_bias)

    def layer(self, input: Tensor) -> Call:
        return self._depthwise(input, self.use_bias, self.weight_options())


@dataclass(frozen=True)
class SeparableConv(_Depthwise):
    """A depthwise convolution, then one of kernel size 1 that mixes the channels.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, as
    long as those of Conv, with ``filters`` channels. Depthwise weights
    ``[*kernel, 1, C * multiplier]`` without a bias, pointwise weights
    ``[*1, C * multiplier, filters]``, bias ``[filters]``. Nothing is computed between the two.

    Source: Chollet, Xception: deep learning with depthwise separable convolutions, 2017.
    """

    kind = "SeparableConv"
    label = "Separable convolution"
    keywords = ("xception", "mobilenet", "depthwise", "pointwise", "cnn", "separableconv2d")
    formula = (
        "d[p, c m + j] = Σₖ x[p · stride + k · dilation, c] D[k, c m + j]\n"
        "y[p, o] = b[o] + Σ_i d[p, i] W[i, o]"
    )

    filters: int = param(32, label="Filters", help="Number of output channels.", minimum=1)
    kernel_size: tuple[int, ...] = kernel_param()
    strides: tuple[int, ...] = strides_param()
    dilation: tuple[int, ...] = dilation_param()
    padding: str = padding_param()
    multiplier: int = _multiplier()
    use_bias: bool = bias_param()
    pads: tuple[int, ...] = pads_param()

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(*self.window(input).places(input), self.filters)

    def _middle(self, input: Tensor) -> int:
        return input.features * self.multiplier

    def parameters(self, input: Tensor) -> int:
        depthwise = self._middle(input) * self.window(input).area
        return depthwise + (self._middle(input) + self.use_bias) * self.filters

    def flops(self, input: Tensor) -> int:
        places = self.infer(input).size // self.filters
        depthwise = 2 * self._middle(input) * self.window(input).area
        return places * (depthwise + self.filters * (2 * self._middle(input) + self.use_bias))

    def layer(self, input: Tensor) -> Call:
        options = {**self.kernel_options(), **self.dtype_options()}
        pointwise = call(
            "nnx.Conv",
            self._middle(input),
            self.filters,
            kernel_size=(1,) * (input.rank - 2),
            use_bias=self.use_bias,
            **self.weight_options(),
            rngs=RNGS,
        )
        return call("nnx.Sequential", self._depthwise(input, False, options), pointwise)
