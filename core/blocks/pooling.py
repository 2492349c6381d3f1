"""Pooling: makes sequences, images and volumes smaller without trained values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import Call, Name, call
from core.blocks.windows import (
    EXPLICIT,
    PADDING_HELP,
    PADDINGS,
    Pads,
    Window,
    pads_param,
    per_axis,
    per_side,
)
from core.params import param
from core.tensor import Tensor


class _Pool(Block):
    """What both kinds of pooling share: a window that slides over the spatial axes."""

    family = "Pooling"
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (6, 6, 2)}

    window: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str
    pads: tuple[int, ...]
    ceil_mode: bool

    def _window(self, input: Tensor) -> Window:
        """The window, with what ``ceil_mode`` adds behind it."""
        given, more = self._given(input), self._more(input)
        if not any(more):
            return given
        pads = given.pads or ((0, 0),) * len(more)
        both = tuple((low, high + m) for (low, high), m in zip(pads, more, strict=True))
        return replace(given, padding=EXPLICIT, pads=both)

    def _given(self, input: Tensor) -> Window:
        size = per_axis(self.window, input, "Window")
        strides = per_axis(self.strides, input, "Strides") if self.strides else size
        pads = per_side(self.pads, input, "Pads") if self.padding == EXPLICIT else ()
        for sides, extent in zip(pads, size, strict=False):
            if max(sides) >= extent:
                raise ShapeError(
                    f"Pads of {max(sides)} leave places at which a Window of {extent} sees "
                    "nothing of the input",
                    f"Set Pads to at most {extent - 1}, or make Window larger.",
                )
        return Window("Window", size, strides, (1,) * len(size), self.padding, pads)

    def _more(self, input: Tensor) -> tuple[int, ...]:
        """By how much the last place of ``ceil_mode`` reaches out behind the pads of each axis."""
        given = self._given(input)
        if not self.ceil_mode or self.padding == "SAME":
            return (0,) * len(given.size)
        pads = given.pads or ((0, 0),) * len(given.size)
        axes = zip(input.sizes[:-1], pads, given.size, given.strides, strict=True)
        return tuple(_beyond(n, low, high, k, s) for n, (low, high), k, s in axes)

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(*self._window(input).places(input), input.features)

    def flops(self, input: Tensor) -> int:
        return self.infer(input).size * self._window(input).area

    def sees(self, input: Tensor) -> Window:
        return self._window(input)

    def _pool(self, function: str, window: Window, value: Any, **options: bool) -> Call:
        return call(
            function,
            value,
            window_shape=window.size,
            strides=window.strides,
            padding=window.argument,
            **options,
        )


def _beyond(length: int, low: int, high: int, window: int, stride: int) -> int:
    """How far the last place reaches beyond an axis and its pads, if places are rounded up."""
    padded = length + low + high
    last = max(-(-(padded - window) // stride), 0) * stride
    if last >= low + length:
        # It would see nothing but padding, and is left out.
        last -= stride
    return max(last + window - padded, 0)


def _size() -> tuple[int, ...]:
    return param(
        (2,),
        label="Window",
        help="Extent of the window: one number for all axes, or one for each.",
        minimum=1,
    )


def _strides() -> tuple[int, ...]:
    return param(
        (),
        label="Strides",
        help="Step between two places of the window; empty: as the window, without overlap.",
        minimum=1,
    )


def _padding() -> str:
    return param("VALID", label="Padding", help=PADDING_HELP, choices=PADDINGS)


def _ceil_mode() -> bool:
    return param(
        False,
        label="Round up",
        help="Also use a last place that reaches out behind the input, where what is left is less "
        "than a window; SAME padding always does.",
        advanced=True,
    )


@dataclass(frozen=True)
class MaxPool(_Pool):
    """Keeps the largest value of each window, channel by channel.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes. An
    axis of length n becomes floor((n + pads - window) / stride) + 1 with VALID (no pads) and
    EXPLICIT padding and ceil(n / stride) with SAME. Padding never wins. No weights.

    Source: Zhou and Chellappa, Computation of optical flow using a neural network, 1988.
    """

    kind = "MaxPool"
    label = "Max pooling"
    keywords = ("maxpooling2d", "maxpool2d", "subsampling", "downsample")
    formula = "y[p, c] = maxₖ x[p · stride + k, c]"

    window: tuple[int, ...] = _size()
    strides: tuple[int, ...] = _strides()
    padding: str = _padding()
    pads: tuple[int, ...] = pads_param()
    ceil_mode: bool = _ceil_mode()

    def forward(self, input: Tensor) -> Call:
        return self._pool("nnx.max_pool", self._window(input), Name("input"))


@dataclass(frozen=True)
class AveragePool(_Pool):
    """Averages each window, channel by channel.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes. An
    axis of length n becomes floor((n + pads - window) / stride) + 1 with VALID (no pads) and
    EXPLICIT padding and ceil(n / stride) with SAME. Padding is not counted in the average unless
    ``count_padding`` says so. No weights.

    Source: LeCun et al., Backpropagation applied to handwritten zip code recognition, 1989.
    """

    kind = "AveragePool"
    label = "Average pooling"
    keywords = ("avgpool2d", "averagepooling2d", "meanpool", "subsampling", "downsample")
    formula = "y[p, c] = meanₖ x[p · stride + k, c]"

    window: tuple[int, ...] = _size()
    strides: tuple[int, ...] = _strides()
    padding: str = _padding()
    pads: tuple[int, ...] = pads_param()
    ceil_mode: bool = _ceil_mode()
    count_padding: bool = param(
        False,
        label="Count padding",
        help="Count the zeros of SAME and EXPLICIT padding in the average.",
        advanced=True,
    )

    def forward(self, input: Tensor) -> Call:
        window, more = self._window(input), self._more(input)
        if not (self.count_padding and any(more)):
            return self._average(window, Name("input"), self.count_padding)
        # What rounding up reaches beyond the pads is not counted, the pads are.
        pads = self._given(input).pads or ((0, 0),) * len(more)
        padded = call("jnp.pad", Name("input"), ((0, 0), *pads, (0, 0)))
        behind: Pads = tuple((0, m) for m in more)
        rounded = replace(window, pads=behind)
        return self._average(rounded, padded, False)

    def _average(self, window: Window, value: Any, count: bool) -> Call:
        return self._pool("nnx.avg_pool", window, value, count_include_pad=count)
