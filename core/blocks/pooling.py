"""Pooling: makes sequences, images and volumes smaller without trained values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.blocks.windows import PADDING_HELP, PADDINGS, Window, per_axis
from core.params import param
from core.tensor import Tensor


class _Pool(Block):
    """What both kinds of pooling share: a window that slides over the spatial axes."""

    family = "Pooling"
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (6, 6, 2)}
    _function: ClassVar[str]

    window: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str

    def _window(self, input: Tensor) -> Window:
        size = per_axis(self.window, input, "Window")
        strides = per_axis(self.strides, input, "Strides") if self.strides else size
        return Window("Window", size, strides, (1,) * len(size), self.padding)

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(*self._window(input).places(input), input.features)

    def flops(self, input: Tensor) -> int:
        return self.infer(input).size * self._window(input).area

    def _pool(self, input: Tensor, **options: bool) -> Call:
        window = self._window(input)
        return call(
            self._function,
            Name("input"),
            window_shape=window.size,
            strides=window.strides,
            padding=self.padding,
            **options,
        )


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


@dataclass(frozen=True)
class MaxPool(_Pool):
    """Keeps the largest value of each window, channel by channel.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes. An
    axis of length n becomes floor((n - window) / stride) + 1 with VALID padding and
    ceil(n / stride) with SAME. Padding never wins.
    """

    kind = "MaxPool"
    label = "Max pooling"
    keywords = ("maxpooling", "maxpool2d", "subsampling", "downsample")
    _function = "nnx.max_pool"

    window: tuple[int, ...] = _size()
    strides: tuple[int, ...] = _strides()
    padding: str = _padding()

    def forward(self, input: Tensor) -> Call:
        return self._pool(input)


@dataclass(frozen=True)
class AveragePool(_Pool):
    """Averages each window, channel by channel.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes. An
    axis of length n becomes floor((n - window) / stride) + 1 with VALID padding and
    ceil(n / stride) with SAME. Padding is not counted in the average.
    """

    kind = "AveragePool"
    label = "Average pooling"
    keywords = ("avgpool", "meanpool", "subsampling", "downsample")
    _function = "nnx.avg_pool"

    window: tuple[int, ...] = _size()
    strides: tuple[int, ...] = _strides()
    padding: str = _padding()

    def forward(self, input: Tensor) -> Call:
        return self._pool(input, count_include_pad=False)


@dataclass(frozen=True)
class GlobalAveragePool(Block):
    """Averages each channel over all places, so that only ``[B, C]`` remains.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output ``[B, C]``.

    Source: Lin, Chen and Yan, Network in network, 2014.
    """

    kind = "GlobalAveragePool"
    label = "Global average pooling"
    family = "Pooling"
    keywords = ("gap", "mean", "squeeze", "head")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (4, 4, 3)}

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(input.features)

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        return call("jnp.mean", Name("input"), axis=tuple(range(1, input.rank - 1)))
