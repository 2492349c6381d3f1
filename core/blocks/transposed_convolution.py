"""Transposed convolution, which makes sequences, images and volumes larger."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.sliding import (
    Sliding,
    bias_param,
    check_groups,
    dilation_param,
    groups_param,
    kernel_param,
    strides_param,
)
from core.blocks.windows import EXPLICIT, PADDINGS, SIDES_HELP, Pads, per_axis
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class ConvTranspose(Sliding):
    """Spreads each input value over the output with trained filters: the way back of Conv.

    Each input place p adds sum over c of x[p, c] W[k, c, o] to the output place
    p * stride + k * dilation, for every kernel element k. The kernel is kept the other way round:
    element 0 of an axis is the one that reaches farthest. With several groups, the sum is over the
    channels of the filter's group alone.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes with
    ``filters`` channels. With span = (kernel - 1) dilation + 1, an axis of length n becomes
    n stride with SAME padding, n stride + max(span - stride, 0) with VALID, and
    (n - 1) stride + span - pads + output padding with EXPLICIT. Weights
    ``[*kernel, C / groups, filters]``, bias ``[filters]``.

    Sources: Zeiler et al., Deconvolutional networks, 2010; Dumoulin and Visin, A guide to
    convolution arithmetic for deep learning, 2016.
    """

    kind = "ConvTranspose"
    label = "Transposed convolution"
    family = "Convolution"
    keywords = (
        "deconvolution",
        "convtranspose2d",
        "conv2dtranspose",
        "upsample",
        "decoder",
        "generator",
        "u-net",
    )
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (4, 4, 3)}
    formula = "y[p · stride + k · dilation, o] += Σ_c x[p, c] W[K − 1 − k, c, o]; y[·, o] += b[o]"

    filters: int = param(32, label="Filters", help="Number of output channels.", minimum=1)
    kernel_size: tuple[int, ...] = kernel_param()
    strides: tuple[int, ...] = strides_param(
        2, "Distance in the output of what neighbouring inputs add"
    )
    dilation: tuple[int, ...] = dilation_param()
    padding: str = param(
        "SAME",
        label="Padding",
        help="SAME makes each axis Strides times as long; VALID keeps all that the filters reach; "
        "EXPLICIT cuts Pads off at the edges, as PyTorch and ONNX do.",
        choices=PADDINGS,
    )
    groups: int = groups_param("transposed depthwise convolution")
    use_bias: bool = bias_param()
    pads: tuple[int, ...] = param(
        (0,),
        label="Pads",
        help=f"Elements that EXPLICIT padding cuts off the output: {SIDES_HELP} "
        "Other paddings ignore it.",
        minimum=0,
        advanced=True,
    )
    output_padding: tuple[int, ...] = param(
        (0,),
        label="Output padding",
        help="Elements that EXPLICIT padding adds behind each axis: one number for all axes, or "
        "one for each. Other paddings ignore it.",
        minimum=0,
        advanced=True,
    )

    def sees(self, input: Tensor) -> None:
        # How many places of the input it sees changes from one to the next.
        return None

    def infer(self, input: Tensor) -> Tensor:
        check_groups(input, self.filters, self.groups)
        window = self.window(input)
        steps = zip(input.sizes[:-1], window.strides, window.spans, strict=True)
        if self.padding == "SAME":
            return input.with_sizes(*(n * s for n, s, _ in steps), self.filters)
        if self.padding == "VALID":
            return input.with_sizes(*(n * s + max(k - s, 0) for n, s, k in steps), self.filters)
        extra = self._output_padding(input)
        sizes = [
            (n - 1) * s + k - sum(cut) + more
            for (n, s, k), cut, more in zip(steps, window.pads, extra, strict=True)
        ]
        if min(sizes) < 1:
            raise ShapeError(
                f"Pads cut off all that the input {input} becomes: "
                f"{min(sizes)} elements would remain on an axis",
                f"Make Pads smaller, by {1 - min(sizes)} or more in all on each axis.",
            )
        return input.with_sizes(*sizes, self.filters)

    def _output_padding(self, input: Tensor) -> tuple[int, ...]:
        window = self.window(input)
        extra = per_axis(self.output_padding, input, "Output padding")
        for more, stride, dilation in zip(extra, window.strides, window.dilation, strict=True):
            if more >= max(stride, dilation):
                raise ShapeError(
                    f"Output padding is {more}, but must be smaller than Strides ({stride}) or "
                    f"Dilation ({dilation})",
                    f"Set it to at most {max(stride, dilation) - 1}.",
                )
        return extra

    def _weights_per_filter(self, input: Tensor) -> int:
        return self.window(input).area * input.features // self.groups

    def parameters(self, input: Tensor) -> int:
        return self.filters * (self._weights_per_filter(input) + self.use_bias)

    def flops(self, input: Tensor) -> int:
        places = math.prod(input.sizes[:-1])
        spread = 2 * places * self._weights_per_filter(input) * self.filters
        return spread + self.use_bias * self.infer(input).size

    def _rims(self, input: Tensor) -> Pads:
        """What is added around the spread-out input, over which the kernel then slides."""
        window = self.window(input)
        if self.padding == EXPLICIT:
            cut, more = window.pads, self._output_padding(input)
        else:
            # VALID ends no earlier than the next input's place, SAME keeps the middle of that.
            left = [max(k - s, 0) for k, s in zip(window.spans, window.strides, strict=True)]
            more = tuple(max(s - k, 0) for k, s in zip(window.spans, window.strides, strict=True))
            is_same = self.padding == "SAME"
            cut = tuple((n // 2, n - n // 2) if is_same else (0, 0) for n in left)
        axes = zip(window.spans, cut, more, strict=True)
        return tuple((k - 1 - low, k - 1 - high + extra) for k, (low, high), extra in axes)

    def layer(self, input: Tensor) -> Call:
        # Flax knows no groups here; without them its layer is the one that is widely known.
        grouped = self.groups > 1
        by_name = not grouped and self.padding != EXPLICIT
        padding = {"padding": self.padding if by_name else self._rims(input)}
        groups = {"feature_group_count": self.groups} if grouped else {}
        return call(
            "layers.GroupedConvTranspose" if grouped else "nnx.ConvTranspose",
            input.features,
            self.filters,
            **{**self.window_options(input), **padding, **groups},
            use_bias=self.use_bias,
            **self.weight_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))
