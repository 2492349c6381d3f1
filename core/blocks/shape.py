"""Blocks that give a sample other axes and keep its elements: Flatten, Reshape and so on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.blocks.axes import any_port, axes_param, axis_of, axis_param
from core.blocks.block import Block, ShapeError
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor


def _reshape(sizes: tuple[int, ...]) -> Call:
    return call("jnp.reshape", Name("input"), (-1, *sizes))


@dataclass(frozen=True)
class Flatten(Block):
    """Lays all elements of a sample out in one vector, the last axis running fastest.

    Input ``[B, ...]`` of any type, output ``[B, N]`` of the same type, N the product of the axes.
    Nothing is trained.

    Source: LeCun et al., Gradient-based learning applied to document recognition, 1998.
    """

    kind = "Flatten"
    label = "Flatten"
    family = "Shape"
    keywords = ("ravel", "vector", "reshape")
    inputs = (any_port(),)
    example = {"input": (4, 4, 3)}
    formula = "y[b, :] = all elements of x[b] in order"

    def infer(self, input: Tensor) -> Tensor:
        return replace(input, shape=(None, input.size))

    def forward(self, input: Tensor) -> Call:
        return _reshape((input.size,))


@dataclass(frozen=True)
class Reshape(Block):
    """Gives each sample another shape with the same number of elements in the same order.

    Input ``[B, ...]`` of any type, output ``[B, *shape]`` of the same type. One number of the shape
    may be -1 and is worked out from the others. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Reshape"
    label = "Reshape"
    family = "Shape"
    keywords = ("view", "unflatten", "axes", "dimensions")
    inputs = (any_port(),)
    example = {"input": (4, 3)}
    formula = "y[b] = all elements of x[b] in order, in the new shape"

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


@dataclass(frozen=True)
class Permute(Block):
    """Puts the axes of each sample into another order.

    Input ``[B, ...]`` of any type, output of the same type with axis ``order[0]`` of the input
    first after the batch, and so on; the batch stays axis 0. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Permute"
    label = "Permute axes"
    family = "Shape"
    keywords = ("transpose", "swap", "order", "channels first", "rearrange")
    inputs = (any_port("input", 2, 3, 4, 5, 6),)
    example = {"input": (4, 3)}
    formula = "axis i of y is axis order[i] of x"

    order: tuple[int, ...] = param(
        (2, 1),
        label="Order",
        help="The axes of the input in their new order, the first after the batch being 1.",
        minimum=1,
        maximum=5,
    )

    def infer(self, input: Tensor) -> Tensor:
        if sorted(self.order) != list(range(1, input.rank)):
            wanted = ", ".join(str(i) for i in reversed(range(1, input.rank)))
            raise ShapeError(
                f"Order {list(self.order)} is no order of the {input.rank - 1} axes of {input}",
                f"Name each axis from 1 to {input.rank - 1} once, for example {wanted}.",
            )
        return replace(input, shape=(None, *(input.sizes[i - 1] for i in self.order)))

    def forward(self, input: Tensor) -> Call:
        return call("jnp.transpose", Name("input"), (0, *self.order))


@dataclass(frozen=True)
class Squeeze(Block):
    """Leaves out axes of length 1.

    Input ``[B, ...]`` of any type, output of the same type without the axes named, or without all
    axes of length 1 but the batch where none is named. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Squeeze"
    label = "Squeeze"
    family = "Shape"
    keywords = ("remove axis", "drop", "dimension", "singleton")
    inputs = (any_port("input", 2, 3, 4, 5, 6),)
    example = {"input": (4, 1)}
    formula = "y = x without its axes of length 1"

    axes: tuple[int, ...] = axes_param(
        (), "Axes to leave out, with the batch as 0; empty for all of length 1."
    )

    def infer(self, input: Tensor) -> Tensor:
        gone = self._gone(input)
        left = (n for i, n in enumerate(input.sizes, 1) if i not in gone)
        return replace(input, shape=(None, *left))

    def _gone(self, input: Tensor) -> tuple[int, ...]:
        if not self.axes:
            return tuple(i for i, n in enumerate(input.sizes, 1) if n == 1)
        gone = tuple(sorted({axis_of(input, axis) for axis in self.axes}))
        for axis in gone:
            if input.shape[axis] != 1:
                raise ShapeError(
                    f"axis {axis} of {input} has length {input.shape[axis]}, not 1",
                    "Use Flatten or Reshape to put axes together.",
                )
        return gone

    def forward(self, input: Tensor) -> Call:
        return call("jnp.squeeze", Name("input"), axis=self._gone(input))


@dataclass(frozen=True)
class ExpandDims(Block):
    """Adds an axis of length 1, which other inputs then stretch.

    Input ``[B, ...]`` of any type, output of the same type with one axis more at the place chosen;
    -1 makes it the last. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "ExpandDims"
    label = "Expand dims"
    family = "Shape"
    keywords = ("unsqueeze", "new axis", "dimension", "broadcast")
    inputs = (any_port("input", 1, 2, 3, 4, 5),)
    formula = "y = x with a new axis of length 1"

    axis: int = axis_param(-1, "Place of the new axis in the output; the batch is 0, -1 the last.")

    def infer(self, input: Tensor) -> Tensor:
        place = self._place(input) - 1
        sizes = input.sizes
        return replace(input, shape=(None, *sizes[:place], 1, *sizes[place:]))

    def _place(self, input: Tensor) -> int:
        return axis_of(replace(input, shape=(*input.shape, 1)), self.axis)

    def forward(self, input: Tensor) -> Call:
        return call("jnp.expand_dims", Name("input"), self._place(input))


@dataclass(frozen=True)
class Repeat(Block):
    """Repeats a sample along a new axis, or along one that it has.

    Input ``[B, ...]`` of any type, output of the same type. As a new axis of length ``count`` it
    makes one vector a sequence, as a decoder wants; along an axis that is there, each element is
    repeated in its place, or the whole is put behind itself. Nothing is trained.

    Source: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014.
    """

    kind = "Repeat"
    label = "Repeat"
    family = "Shape"
    keywords = ("tile", "repeat vector", "copy", "broadcast", "sequence", "upsample")
    inputs = (any_port("input", 1, 2, 3, 4, 5),)
    formula = "new axis: y[:, i, ...] = x; each: a a b b; whole: a b a b"

    count: int = param(2, label="Count", help="How many times.", minimum=1, maximum=65536)
    mode: str = param(
        "new_axis",
        label="Repeats",
        help="new_axis: all of it along a new axis. each: every element of an axis in its place. "
        "whole: the axis as a whole, behind itself.",
        choices=("new_axis", "each", "whole"),
    )
    axis: int = axis_param(
        1, "Which axis, or the place of the new one; the batch is 0, -1 the last."
    )

    def infer(self, input: Tensor) -> Tensor:
        axis, sizes = self._axis(input), list(input.sizes)
        if self.mode == "new_axis":
            sizes.insert(axis - 1, self.count)
        else:
            sizes[axis - 1] *= self.count
        return replace(input, shape=(None, *sizes))

    def _axis(self, input: Tensor) -> int:
        longer = replace(input, shape=(*input.shape, 1))
        return axis_of(longer if self.mode == "new_axis" else input, self.axis)

    def forward(self, input: Tensor) -> Call:
        axis = self._axis(input)
        if self.mode == "whole":
            times = tuple(self.count if i == axis else 1 for i in range(input.rank))
            return call("jnp.tile", Name("input"), times)
        x = Name("input")
        whole = call("jnp.expand_dims", x, axis) if self.mode == "new_axis" else x
        return call("jnp.repeat", whole, self.count, axis=axis)
