"""The arithmetic of a window that slides over an image, sequence or volume. Not a block itself."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.blocks.block import ShapeError
from core.params import param
from core.tensor import Tensor

Pads = tuple[tuple[int, int], ...]

EXPLICIT = "EXPLICIT"
PADDINGS = ("SAME", "VALID", EXPLICIT)
PADDING_HELP = (
    "SAME pads the edges, so that stride 1 keeps the size; VALID uses only places where the "
    "window fits whole; EXPLICIT pads as Pads says, which is what PyTorch and ONNX do."
)
SIDES_HELP = "one number for all sides, one for each axis, or two for each axis (before, after)."


def pads_param() -> tuple[int, ...]:
    """The parameter that says how much EXPLICIT padding adds."""
    return param(
        (0,),
        label="Pads",
        help=f"Elements that EXPLICIT padding adds: {SIDES_HELP} Other paddings ignore it.",
        minimum=0,
        advanced=True,
    )


@dataclass(frozen=True)
class Window:
    """A window with one number a spatial axis; ``name`` is what its size is called on screen.

    ``pads`` are what EXPLICIT padding adds (before, after) on each axis; others ignore them.
    """

    name: str
    size: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    padding: str
    pads: Pads = ()

    @property
    def spans(self) -> tuple[int, ...]:
        """How much of each axis the window covers, the gaps of dilation included."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def starts(self, lengths: Sequence[int]) -> tuple[int, ...]:
        """Where the first place of the window begins on each axis; below 0 in the padding."""
        if self.padding == EXPLICIT:
            return tuple(-low for low, _ in self.pads)
        if self.padding == "VALID":
            return (0,) * len(self.size)
        if self.padding == "CAUSAL":
            return tuple(1 - span for span in self.spans)
        found = []
        for length, span, stride in zip(lengths, self.spans, self.strides, strict=True):
            if self.padding == "SAME":
                padded = max((math.ceil(length / stride) - 1) * stride + span - length, 0)
                found.append(-(padded // 2))
            else:
                found.append(-((span - 1) // 2))
        return tuple(found)

    @property
    def argument(self) -> str | Pads:
        """The padding as layers take it: its name, or the pads."""
        return self.pads if self.padding == EXPLICIT else self.padding

    @property
    def area(self) -> int:
        """Number of elements in the window."""
        return math.prod(self.size)

    def places(self, input: Tensor) -> tuple[int, ...]:
        """How many places the window takes along each spatial axis of ``[B, ..., C]``.

        Raises ShapeError where the window does not fit even once, or where an axis is too short
        to be continued by reflection or by itself.
        """
        lengths = input.sizes[:-1]
        if self.padding in ("VALID", EXPLICIT):
            return self._whole_places(input)
        if self.padding in ("REFLECT", "CIRCULAR"):
            self._check_continued(input)
        return tuple(math.ceil(n / s) for n, s in zip(lengths, self.strides, strict=True))

    def _whole_places(self, input: Tensor) -> tuple[int, ...]:
        pads = self.pads if self.padding == EXPLICIT else ((0, 0),) * len(self.size)
        lengths = [n + sum(p) for n, p in zip(input.sizes[:-1], pads, strict=True)]
        for length, span, pad in zip(lengths, self.spans, pads, strict=True):
            if span > length:
                there = f"{length} there with its pads" if any(pad) else f"{length} there"
                raise ShapeError(
                    f"{self.name} spans {span}, but the input {input} has only {there}",
                    f"Set Padding to SAME, or make {self.name} span at most {length}.",
                )
        steps = zip(lengths, self.spans, self.strides, strict=True)
        return tuple((n - w) // s + 1 for n, w, s in steps)

    def _check_continued(self, input: Tensor) -> None:
        """A reflected axis gives at most all its elements but one, a circular one all of them."""
        kept = 1 if self.padding == "REFLECT" else 0
        for length, span in zip(input.sizes[:-1], self.spans, strict=True):
            if span // 2 > length - kept:
                raise ShapeError(
                    f"{self.padding} padding would add {span // 2} on a side, but the input "
                    f"{input} has only {length} there",
                    f"Set Padding to SAME, or make {self.name} span at most "
                    f"{2 * (length - kept) + 1}.",
                )


def one_place(input: Tensor) -> Window | None:
    """The window of what computes each place by itself; None where there are no places."""
    ones = (1,) * (input.rank - 2)
    return Window("", ones, ones, ones, "VALID") if ones else None


def per_axis(values: Sequence[int], input: Tensor, name: str) -> tuple[int, ...]:
    """One number for each spatial axis of ``[B, ..., C]``; a single number counts for all of them.

    Raises ShapeError naming the parameter if there are too few or too many.
    """
    axes = input.rank - 2
    if len(values) == 1:
        return tuple(values) * axes
    if len(values) != axes:
        remedy = "Give one number" if axes == 1 else f"Give {axes} numbers, or one for all axes"
        raise ShapeError(
            f"{name} has {len(values)} numbers, but the input {input} has {_axes(axes)}",
            f"{remedy}.",
        )
    return tuple(values)


def per_side(values: Sequence[int], input: Tensor, name: str) -> Pads:
    """(before, after) for each spatial axis of ``[B, ..., C]``.

    One number counts for all sides, one a spatial axis for its two sides, two an axis are
    before and after. Raises ShapeError naming the parameter for any other number of them.
    """
    axes = input.rank - 2
    if len(values) == 2 * axes:
        return tuple(zip(values[::2], values[1::2], strict=True))
    if len(values) in (1, axes):
        return tuple((n, n) for n in per_axis(values, input, name))
    several = f"{axes} (one for each axis) or " if axes > 1 else ""
    raise ShapeError(
        f"{name} has {len(values)} numbers, but the input {input} has {_axes(axes)}",
        f"Give one number for all sides, {several}{2 * axes} (before and after on each axis).",
    )


def _axes(count: int) -> str:
    return "1 spatial axis" if count == 1 else f"{count} spatial axes"
