"""Pooling whose windows follow from the size of the output: one value a channel, or a few."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.blocks.windows import per_axis
from core.params import param
from core.tensor import Tensor

Bins = tuple[tuple[int, int], ...]


class _GlobalPool(Block):
    """What both kinds share: all places of a channel become one value."""

    family = "Pooling"
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (4, 4, 3)}
    _function: ClassVar[str]

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(input.features)

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        return call(self._function, Name("input"), axis=tuple(range(1, input.rank - 1)))


@dataclass(frozen=True)
class GlobalAveragePool(_GlobalPool):
    """Averages each channel over all places, so that only ``[B, C]`` remains.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output ``[B, C]``. No
    weights.

    Source: Lin, Chen and Yan, Network in network, 2014.
    """

    kind = "GlobalAveragePool"
    label = "Global average pooling"
    keywords = ("gap", "mean", "squeeze", "head")
    formula = "y[c] = meanₚ x[p, c]"
    _function = "jnp.mean"


@dataclass(frozen=True)
class GlobalMaxPool(_GlobalPool):
    """Keeps the largest value of each channel over all places, so that ``[B, C]`` remains.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output ``[B, C]``. No
    weights.

    Source: Oquab et al., Is object localization for free?, 2015.
    """

    kind = "GlobalMaxPool"
    label = "Global max pooling"
    keywords = ("maximum", "max over time", "head")
    formula = "y[c] = maxₚ x[p, c]"
    _function = "jnp.max"


class _AdaptivePool(Block):
    """What both kinds share: each axis is cut into a wanted number of bins."""

    family = "Pooling"
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (5, 6, 2)}
    # For bins that are the places of one window, and for those that are not.
    _window_function: ClassVar[str]
    _bins_function: ClassVar[str]
    output_size: tuple[int, ...]

    def _sizes(self, input: Tensor) -> tuple[int, ...]:
        return per_axis(self.output_size, input, "Output size")

    def _bins(self, input: Tensor) -> list[Bins]:
        return [bins(n, m) for n, m in zip(input.sizes, self._sizes(input), strict=False)]

    def infer(self, input: Tensor) -> Tensor:
        return input.with_sizes(*self._sizes(input), input.features)

    def flops(self, input: Tensor) -> int:
        covered = (sum(end - start for start, end in axis) for axis in self._bins(input))
        return math.prod(covered) * input.features

    def forward(self, input: Tensor) -> Call:
        windows = [_window(axis) for axis in self._bins(input)]
        found = [w for w in windows if w is not None]
        if len(found) < len(windows):
            return call(self._bins_function, Name("input"), self._sizes(input))
        return call(
            self._window_function,
            Name("input"),
            window_shape=tuple(size for size, _ in found),
            strides=tuple(stride for _, stride in found),
        )


def _output_size() -> tuple[int, ...]:
    return param(
        (2,),
        label="Output size",
        help="Length of each axis of the output: one number for all axes, or one for each.",
        minimum=1,
    )


@dataclass(frozen=True)
class AdaptiveAveragePool(_AdaptivePool):
    """Averages over bins that cut each axis into a wanted number of parts.

    Bin i of m over an axis of length n goes from floor(i n / m) to ceil((i + 1) n / m), the end
    left out, so that bins overlap where m does not divide n.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, each
    of the wanted length, whatever the input's. No weights.

    Source: He et al., Spatial pyramid pooling in deep convolutional networks, 2014.
    """

    kind = "AdaptiveAveragePool"
    label = "Adaptive average pooling"
    keywords = ("adaptiveavgpool2d", "spatial pyramid", "any size", "resize")
    formula = "y[i, c] = mean of x[p, c] over p = ⌊i n / m⌋ … ⌈(i + 1) n / m⌉ − 1"
    _window_function = "nnx.avg_pool"
    _bins_function = "layers.adaptive_average_pool"

    output_size: tuple[int, ...] = _output_size()


@dataclass(frozen=True)
class AdaptiveMaxPool(_AdaptivePool):
    """Keeps the largest value of bins that cut each axis into a wanted number of parts.

    Bin i of m over an axis of length n goes from floor(i n / m) to ceil((i + 1) n / m), the end
    left out, so that bins overlap where m does not divide n.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32; output the same axes, each
    of the wanted length, whatever the input's. No weights.

    Source: He et al., Spatial pyramid pooling in deep convolutional networks, 2014.
    """

    kind = "AdaptiveMaxPool"
    label = "Adaptive max pooling"
    keywords = ("adaptivemaxpool2d", "spatial pyramid", "any size", "resize")
    formula = "y[i, c] = max of x[p, c] over p = ⌊i n / m⌋ … ⌈(i + 1) n / m⌉ − 1"
    _window_function = "nnx.max_pool"
    _bins_function = "layers.adaptive_max_pool"

    output_size: tuple[int, ...] = _output_size()


def bins(length: int, count: int) -> Bins:
    """Start and end of ``count`` bins over an axis of this length."""
    return tuple((i * length // count, -(-(i + 1) * length // count)) for i in range(count))


def _window(axis: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Size and stride of the window whose places the bins are, if they are such."""
    sizes = {end - start for start, end in axis}
    steps = {b[0] - a[0] for a, b in pairwise(axis)}
    if len(sizes) > 1 or len(steps) > 1 or 0 in steps:
        return None
    return sizes.pop(), steps.pop() if steps else 1
