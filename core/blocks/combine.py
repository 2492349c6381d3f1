"""Blocks that join several branches along an axis: Concatenate and Stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.blocks.arithmetic import count_param, numbered_ports
from core.blocks.axes import any_port, axis_of, axis_param, title
from core.blocks.block import Block, Port, ShapeError
from core.blocks.call import Call, Name, call
from core.blocks.windows import Window, one_place
from core.tensor import Tensor


class _Joining(Block):
    """What both share: a number of inputs that the user chooses, all of one type."""

    family = "Combine"
    example = {"input_1": (4,), "input_2": (4,)}
    count: int

    def ports(self) -> tuple[Port, ...]:
        return numbered_ports(self.inputs[0], self.count)

    def _joined(self, inputs: Mapping[str, Tensor], *sizes: int) -> Tensor:
        """What comes out. Raises ShapeError where numbers and ids are mixed."""
        (first, tensor), *others = inputs.items()
        for name, other in others:
            if other.dtype != tensor.dtype:
                raise ShapeError(
                    f"{title(name)} is {other.dtype}, but {title(first)} is {tensor.dtype}",
                    "Put a Cast on one of them.",
                )
        counts = [t.classes for t in inputs.values()]
        return replace(tensor, shape=(None, *sizes), classes=max(counts) if all(counts) else 0)


@dataclass(frozen=True)
class Concatenate(_Joining):
    """Puts its inputs one after another along an axis.

    Inputs ``[B, ...]`` of one type that are equal on all other axes; on the chosen axis the output
    is as long as all of them together. The batch is axis 0; -1 is the last axis. Nothing is
    trained.

    Source: Huang et al., Densely connected convolutional networks, 2017.
    """

    kind = "Concatenate"
    label = "Concatenate"
    keywords = ("concat", "merge", "join", "skip connection", "u-net", "densenet", "inception")
    formula = "y = [x₁; x₂; ...]"
    inputs = (any_port("input_1", 2, 3, 4, 5, 6), any_port("input_2", 2, 3, 4, 5, 6))

    count: int = count_param()
    axis: int = axis_param(-1, "Axis to join along, counted with the batch as 0; -1 is the last.")

    def infer(self, **inputs: Tensor) -> Tensor:
        (first, tensor), *others = inputs.items()
        axis = axis_of(tensor, self.axis)
        for name, other in others:
            same = other.rank == tensor.rank and all(
                a == b
                for i, (a, b) in enumerate(zip(other.shape, tensor.shape, strict=True))
                if i != axis
            )
            if not same:
                raise ShapeError(
                    f"{title(name)} is {other}, but {title(first)} is {tensor}; "
                    f"they may differ only on axis {axis}",
                    "Give both the same sizes on the other axes, or choose another Axis.",
                )
        sizes = list(tensor.sizes)
        sizes[axis - 1] = sum(t.sizes[axis - 1] for t in inputs.values())
        return self._joined(inputs, *sizes)

    def forward(self, **inputs: Tensor) -> Call:
        return call("layers.concatenate", *(Name(name) for name in inputs), axis=self.axis)

    def sees(self, **inputs: Tensor) -> Window | None:
        tensor = next(iter(inputs.values()))
        return one_place(tensor) if axis_of(tensor, self.axis) == tensor.rank - 1 else None


@dataclass(frozen=True)
class Stack(_Joining):
    """Puts its inputs side by side along a new axis.

    Inputs ``[B, ...]`` of one type and shape; the output has one axis more, as long as there are
    inputs, at the place chosen. The batch is axis 0; -1 makes the new axis the last. Nothing is
    trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Stack"
    label = "Stack"
    keywords = ("join", "new axis", "pack", "merge")
    formula = "y[..., i] = xᵢ"
    inputs = (any_port("input_1", 1, 2, 3, 4, 5), any_port("input_2", 1, 2, 3, 4, 5))

    count: int = count_param()
    axis: int = axis_param(-1, "Place of the new axis in the output; the batch is 0, -1 the last.")

    def infer(self, **inputs: Tensor) -> Tensor:
        (first, tensor), *others = inputs.items()
        for name, other in others:
            if other.shape != tensor.shape:
                raise ShapeError(
                    f"{title(name)} is {other}, but {title(first)} is {tensor}",
                    "Give all inputs one shape, or use Concatenate.",
                )
        after = (None, *tensor.sizes, len(inputs))
        place = axis_of(replace(tensor, shape=after), self.axis) - 1
        sizes = tensor.sizes
        return self._joined(inputs, *sizes[:place], len(inputs), *sizes[place:])

    def forward(self, **inputs: Tensor) -> Call:
        return call("layers.stack", *(Name(name) for name in inputs), axis=self.axis)
