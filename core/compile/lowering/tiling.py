"""Where a convolution is cut into tiles, how long they are, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import jax

# With more channels than this, XLA's own convolution keeps a CPU busy (measured: see
# docs/decisions/8-layers-on-a-cpu.md).
MOST_INPUT_CHANNELS = 7
MOST_OUTPUT_CHANNELS = 32
# How long a tile may be, in outputs.
LENGTHS = range(2, 17)
# A product with fewer columns than this takes as long as one with so many.
FULL_COLUMNS = 32
# What copying a value of a patch costs, in multiplications.
COPY = 16
# Numbers that the matrix, and the patches of a batch, may hold at most: 4 MiB and 32 MiB.
MOST_IN_MATRIX = 2**20
MOST_IN_PATCHES = 2**23


@dataclass(frozen=True)
class Tiling:
    """A convolution whose outputs along the last spatial axis are made ``length`` at a time.

    ``sizes`` and ``outputs`` are the spatial axes before and after, ``pads`` those of each axis.
    """

    sizes: tuple[int, ...]
    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    pads: tuple[tuple[int, int], ...]
    length: int

    @property
    def outputs(self) -> tuple[int, ...]:
        """Places of the output along each axis."""
        axes = zip(self.sizes, self.pads, self.kernel, self.dilation, self.strides, strict=True)
        return tuple((n + sum(p) - (k - 1) * d - 1) // s + 1 for n, p, k, d, s in axes)

    @property
    def count(self) -> int:
        """Tiles along the last axis; the last of them may reach out behind the output."""
        return -(-self.outputs[-1] // self.length)

    @property
    def step(self) -> int:
        """How many places of the padded input one tile starts behind the one before it."""
        return self.length * self.strides[-1]

    @property
    def extent(self) -> int:
        """How many places of the padded input a tile depends on."""
        reach = (self.kernel[-1] - 1) * self.dilation[-1] + 1
        return (self.length - 1) * self.strides[-1] + reach

    @property
    def rows(self) -> tuple[tuple[int, ...], ...]:
        """The kernel's places along all axes but the last."""
        return tuple(product(*map(range, self.kernel[:-1])))

    def patch(self, channels: int) -> int:
        """How many values a tile depends on."""
        return len(self.rows) * self.extent * channels

    def tiles(self, batch: int) -> int:
        """How many tiles a batch has."""
        return batch * math.prod(self.outputs[:-1]) * self.count


def choose(
    shape: Sequence[int],
    kernel: Sequence[int],
    strides: tuple[int, ...],
    dilation: tuple[int, ...],
    padding: str | Sequence[tuple[int, int]],
) -> Tiling | None:
    """The cheapest tiling for inputs ``[B, ..., C]`` and a kernel ``[..., C, O]``.

    None where XLA's own convolution is the faster one, or the memory would not be small.
    """
    (batch, *sizes, channels), (*window, _, filters) = shape, kernel
    if channels > MOST_INPUT_CHANNELS or filters > MOST_OUTPUT_CHANNELS or len(sizes) > 3:
        return None
    if any(d > 1 for d in dilation) or not batch:
        return None
    if isinstance(padding, str):
        reach = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
        padding = jax.lax.padtype_to_pads(sizes, reach, strides, padding)
    sides = tuple((int(low), int(high)) for low, high in padding)
    if any(side < 0 for both in sides for side in both):
        return None
    fixed = tuple(sizes), tuple(window), strides, dilation, sides
    found = [tiling for length in LENGTHS if _fits(tiling := Tiling(*fixed, length), shape, kernel)]
    return min(found, key=lambda tiling: cost(tiling, channels, filters), default=None)


def cost(tiling: Tiling, channels: int, filters: int) -> int:
    """What a sample costs, in multiplications, but for what all lengths have in common."""
    columns = max(tiling.length * filters, FULL_COLUMNS)
    return tiling.count * tiling.patch(channels) * (columns + COPY)


def _fits(tiling: Tiling, shape: Sequence[int], kernel: Sequence[int]) -> bool:
    if min(tiling.outputs) < 1 or tiling.length > tiling.outputs[-1]:
        return False
    patch = tiling.patch(shape[-1])
    return (
        patch * tiling.length * kernel[-1] <= MOST_IN_MATRIX
        and patch * tiling.tiles(shape[0]) <= MOST_IN_PATCHES
    )
