"""Blocks that join several branches: Add and Concatenate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from core.blocks.block import Block, Port, ShapeError, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor


class _Combine(Block):
    """What both share: a number of inputs that the user chooses."""

    family = "Combine"
    count: int

    def ports(self) -> tuple[Port, ...]:
        ranks = self.inputs[0].ranks
        return tuple(port(f"input_{i}", *ranks) for i in range(1, self.count + 1))


def _count() -> int:
    return param(2, label="Inputs", help="Number of inputs to join.", minimum=2, maximum=16)


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Add(_Combine):
    """Adds its inputs element by element, as residual connections do.

    All inputs ``[B, ...]`` float32 of one shape; output the same shape.

    Source of residual connections: He et al., Deep residual learning, 2016.
    """

    kind = "Add"
    label = "Add"
    keywords = ("sum", "plus", "residual", "skip", "merge", "shortcut")
    inputs = (port("input_1", 1, 2, 3, 4, 5), port("input_2", 1, 2, 3, 4, 5))
    example = {"input_1": (4,), "input_2": (4,)}

    count: int = _count()

    def infer(self, **inputs: Tensor) -> Tensor:
        (first, tensor), *others = inputs.items()
        for name, other in others:
            if other.shape != tensor.shape:
                raise ShapeError(
                    f"{_title(name)} is {other}, but {_title(first)} is {tensor}",
                    "Give all inputs one shape, for example with a Dense or Conv on one branch, "
                    "or use Concatenate.",
                )
        return tensor

    def flops(self, **inputs: Tensor) -> int:
        return sum(t.size for t in list(inputs.values())[1:])

    def forward(self, **inputs: Tensor) -> Call:
        first, second, *others = (Name(name) for name in inputs)
        start = call("jnp.add", first, second)
        return reduce(lambda total, name: call("jnp.add", total, name), others, start)


@dataclass(frozen=True)
class Concatenate(_Combine):
    """Puts its inputs one after another along an axis.

    Inputs ``[B, ...]`` float32 that are equal on all other axes; on the chosen axis the output is
    as long as all of them together. The batch is axis 0; -1 is the last axis.
    """

    kind = "Concatenate"
    label = "Concatenate"
    keywords = ("concat", "join", "stack", "merge", "skip", "u-net", "densenet")
    inputs = (port("input_1", 2, 3, 4, 5), port("input_2", 2, 3, 4, 5))
    example = {"input_1": (4,), "input_2": (4,)}

    count: int = _count()
    axis: int = param(
        -1,
        label="Axis",
        help="Axis to join along, counted with the batch as 0; -1 is the last.",
        minimum=-4,
        maximum=4,
    )

    def _axis(self, rank: int) -> int:
        axis = self.axis + rank if self.axis < 0 else self.axis
        if axis == 0:
            raise ShapeError(
                f"Axis {self.axis} is the batch, along which nothing can be joined",
                "Set Axis to -1, the last axis.",
            )
        if not 0 < axis < rank:
            raise ShapeError(
                f"Axis {self.axis} does not exist in inputs of rank {rank}",
                f"Set Axis to a number from 1 to {rank - 1}, or -1 for the last.",
            )
        return axis

    def infer(self, **inputs: Tensor) -> Tensor:
        (first, tensor), *others = inputs.items()
        axis = self._axis(tensor.rank)
        for name, other in others:
            same = other.rank == tensor.rank and all(
                a == b
                for i, (a, b) in enumerate(zip(other.shape, tensor.shape, strict=True))
                if i != axis
            )
            if not same:
                raise ShapeError(
                    f"{_title(name)} is {other}, but {_title(first)} is {tensor}; "
                    f"they may differ only on axis {axis}",
                    "Give both the same sizes on the other axes, or choose another Axis.",
                )
        sizes = list(tensor.sizes)
        sizes[axis - 1] = sum(t.sizes[axis - 1] for t in inputs.values())
        return tensor.with_sizes(*sizes)

    def forward(self, **inputs: Tensor) -> Call:
        return call("layers.concatenate", *(Name(name) for name in inputs), axis=self.axis)
