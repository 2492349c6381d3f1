"""Blocks that only rearrange the elements of each sample."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor


def _reshape(sizes: tuple[int, ...]) -> Call:
    return call("jnp.reshape", Name("input"), (-1, *sizes))


@dataclass(frozen=True)
class Flatten(Block):
    """Lays all elements of a sample out in one vector, the last axis running fastest.

    Input ``[B, ...]`` of any type, output ``[B, N]`` of the same type, N the product of the axes.
    """

    kind = "Flatten"
    label = "Flatten"
    family = "Shape"
    keywords = ("vector", "ravel", "reshape")
    inputs = (port("input", 1, 2, 3, 4, 5, dtype=""),)
    example = {"input": (4, 4, 3)}

    def infer(self, input: Tensor) -> Tensor:
        return replace(input, shape=(None, input.size))

    def forward(self, input: Tensor) -> Call:
        return _reshape((input.size,))


@dataclass(frozen=True)
class Reshape(Block):
    """Gives each sample another shape with the same number of elements in the same order.

    Input ``[B, ...]`` of any type, output ``[B, *shape]`` of the same type. One number of the shape
    may be -1 and is worked out from the others.
    """

    kind = "Reshape"
    label = "Reshape"
    family = "Shape"
    keywords = ("view", "unflatten", "axes", "dimensions")
    inputs = (port("input", 1, 2, 3, 4, 5, dtype=""),)
    example = {"input": (4, 3)}

    shape: tuple[int, ...] = param(
        (-1,),
        label="Shape",
        help="New shape of a sample, without the batch; one number may be -1.",
        minimum=-1,
    )

    def infer(self, input: Tensor) -> Tensor:
        return replace(input, shape=(None, *self._sizes(input)))

    def _sizes(self, input: Tensor) -> tuple[int, ...]:
        if 0 in self.shape:
            raise ShapeError("Shape has an axis of length 0", "Use numbers above 0, or one -1.")
        if self.shape.count(-1) > 1:
            raise ShapeError("Shape has more than one -1", "Leave only one -1.")
        known = math.prod(n for n in self.shape if n != -1)
        fits = input.size % known == 0 if -1 in self.shape else input.size == known
        if not fits:
            raise ShapeError(
                f"the input {input} has {input.size} elements a sample, "
                f"which do not fill the shape {list(self.shape)}",
                f"Choose numbers whose product is {input.size}, or -1 for one of them.",
            )
        return tuple(input.size // known if n == -1 else n for n in self.shape)

    def forward(self, input: Tensor) -> Call:
        return _reshape(self._sizes(input))
