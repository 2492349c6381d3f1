"""Blocks that take a sample apart along an axis: Split, Slice and Reverse."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.blocks.axes import any_port, axis_of, axis_param
from core.blocks.block import Block, ShapeError
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor

_MOST_PIECES = 16


@dataclass(frozen=True)
class Split(Block):
    """Cuts a sample into pieces along an axis, each with an output of its own.

    Input ``[B, ...]`` of any type, outputs of the same type, equal on all other axes. The pieces
    are equally long, or of the sizes given, which together fill the axis; one of these may be -1
    and is worked out. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Split"
    label = "Split"
    family = "Shape"
    keywords = ("divide", "pieces", "chunk", "unstack", "branches", "heads", "partition")
    inputs = (any_port("input", 2, 3, 4, 5, 6),)
    formula = "y₁, y₂, ... = consecutive pieces of x"

    count: int = param(
        2,
        label="Pieces",
        help="Number of equal pieces, unless sizes are given.",
        minimum=2,
        maximum=_MOST_PIECES,
    )
    sizes: tuple[int, ...] = param(
        (),
        label="Sizes",
        help="Length of each piece, such as 3, 1; empty for equal ones. One may be -1.",
        minimum=-1,
    )
    axis: int = axis_param(-1, "Axis to cut, counted with the batch as 0; -1 is the last.")

    @property
    def outputs(self) -> tuple[str, ...]:  # type: ignore[override]
        """One output for each piece, at least two so that there is always something to wire."""
        pieces = min(max(len(self.sizes), 2), _MOST_PIECES) if self.sizes else self.count
        return tuple(f"output_{i}" for i in range(1, pieces + 1))

    def infer(self, input: Tensor) -> tuple[Tensor, ...]:
        axis, shape = axis_of(input, self.axis), input.shape
        return tuple(
            replace(input, shape=(*shape[:axis], size, *shape[axis + 1 :]))
            for size in self._pieces(input)
        )

    def _pieces(self, input: Tensor) -> tuple[int, ...]:
        axis = axis_of(input, self.axis)
        length = input.sizes[axis - 1]
        if not self.sizes:
            if length % self.count:
                raise ShapeError(
                    f"axis {axis} of {input} cannot be cut into {self.count} equal pieces",
                    f"Choose a number that divides {length}, or give Sizes.",
                )
            return (length // self.count,) * self.count
        if not 2 <= len(self.sizes) <= _MOST_PIECES:
            raise ShapeError(
                f"Sizes has {len(self.sizes)} numbers, not 2 to {_MOST_PIECES}",
                "Give one number for each piece.",
            )
        rest = length - sum(n for n in self.sizes if n != -1)
        open_ = self.sizes.count(-1)
        if 0 in self.sizes or open_ > 1:
            wrong = "a piece of length 0" if 0 in self.sizes else "more than one -1"
            raise ShapeError(f"Sizes has {wrong}", "Use numbers above 0, and at most one -1.")
        if rest < open_ or (rest and not open_):
            raise ShapeError(
                f"pieces of {list(self.sizes)} do not fill axis {axis} of {input}",
                f"Choose sizes that add up to {length}, or -1 for one of them.",
            )
        return tuple(rest if n == -1 else n for n in self.sizes)

    def forward(self, input: Tensor) -> Call:
        axis = axis_of(input, self.axis)
        return call("layers.split", Name("input"), self._pieces(input), axis=axis)


@dataclass(frozen=True)
class Slice(Block):
    """Takes a part of an axis: from a start up to a stop, every so many.

    Input ``[B, ...]`` of any type, output of the same type, shorter on the chosen axis. Start and
    stop below 0 count from the end, and a stop of 0 is the end itself; what lies beyond the axis is
    left out. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Slice"
    label = "Slice"
    family = "Shape"
    keywords = ("part", "range", "select", "index", "stride", "crop", "first", "last")
    inputs = (any_port("input", 2, 3, 4, 5, 6),)
    formula = "y = x[..., start:stop:step, ...]"

    axis: int = axis_param(-1)
    start: int = param(0, label="Start", help="First index taken; below 0 from the end.")
    stop: int = param(
        0, label="Stop", help="First index no longer taken; below 0 from the end, 0 for the end."
    )
    step: int = param(1, label="Step", help="Take every so many.", minimum=1)

    def infer(self, input: Tensor) -> Tensor:
        axis, shape = axis_of(input, self.axis), input.shape
        length = len(self._taken(input))
        return replace(input, shape=(*shape[:axis], length, *shape[axis + 1 :]))

    def _taken(self, input: Tensor) -> range:
        axis = axis_of(input, self.axis)
        length = input.sizes[axis - 1]
        taken = range(length)[self.start : self.stop or None : self.step]
        if not taken:
            end = f"before {self.stop}" if self.stop else "to the end"
            raise ShapeError(
                f"nothing of axis {axis} of {input} lies from {self.start} {end}",
                f"Choose indices from 0 to {length}, the start before the stop.",
            )
        return taken

    def forward(self, input: Tensor) -> Call:
        taken = self._taken(input)
        return call(
            "jax.lax.slice_in_dim",
            Name("input"),
            taken.start,
            taken.stop,
            stride=taken.step,
            axis=axis_of(input, self.axis),
        )


@dataclass(frozen=True)
class Reverse(Block):
    """Turns the order of an axis round, such as that of the steps of a sequence.

    Input ``[B, ...]`` of any type, output of the same shape and type. Nothing is trained.

    Source: Schuster and Paliwal, Bidirectional recurrent neural networks, 1997.
    """

    kind = "Reverse"
    label = "Reverse"
    family = "Shape"
    keywords = ("flip", "backwards", "mirror", "order")
    inputs = (any_port("input", 2, 3, 4, 5, 6),)
    formula = "y[..., i, ...] = x[..., n - 1 - i, ...]"

    axis: int = axis_param(-1)

    def infer(self, input: Tensor) -> Tensor:
        axis_of(input, self.axis)
        return input

    def forward(self, input: Tensor) -> Call:
        return call("jnp.flip", Name("input"), axis=axis_of(input, self.axis))
