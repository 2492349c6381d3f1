"""The arithmetic of a window that slides over an image, sequence or volume. Not a block itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.blocks.block import ShapeError
from core.tensor import Tensor

PADDINGS = ("SAME", "VALID")
PADDING_HELP = (
    "SAME pads the edges, so that stride 1 keeps the size; "
    "VALID uses only places where the window fits whole."
)


@dataclass(frozen=True)
class Window:
    """A window with one number a spatial axis; ``name`` is what its size is called on screen."""

    name: str
    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: str

    def places(self, input: Tensor) -> tuple[int, ...]:
        """How many places the window takes along each spatial axis of ``[B, ..., C]``.

        Raises ShapeError where a VALID window does not fit even once.
        """
        lengths = input.sizes[:-1]
        if self.padding != "VALID":
            return tuple(math.ceil(n / s) for n, s in zip(lengths, self.strides, strict=True))
        spans = [(k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True)]
        for length, span in zip(lengths, spans, strict=True):
            if span > length:
                raise ShapeError(
                    f"{self.name} spans {span}, but the input {input} has only {length} there",
                    f"Set Padding to SAME, or make {self.name} span at most {length}.",
                )
        return tuple((n - w) // s + 1 for n, w, s in zip(lengths, spans, self.strides, strict=True))

    @property
    def area(self) -> int:
        """Number of elements in the window."""
        return math.prod(self.size)


def per_axis(values: Sequence[int], input: Tensor, name: str) -> tuple[int, ...]:
    """One number for each spatial axis of ``[B, ..., C]``; a single number counts for all of them.

    Raises ShapeError naming the parameter if there are too few or too many.
    """
    axes = input.rank - 2
    if len(values) == 1:
        return tuple(values) * axes
    if len(values) != axes:
        has = "1 spatial axis" if axes == 1 else f"{axes} spatial axes"
        remedy = "Give one number" if axes == 1 else f"Give {axes} numbers, or one for all axes"
        raise ShapeError(
            f"{name} has {len(values)} numbers, but the input {input} has {has}", f"{remedy}."
        )
    return tuple(values)
