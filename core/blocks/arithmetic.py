"""Blocks that compute with several inputs element by element: Add, Multiply, Maximum and so on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar

from core.blocks.axes import stretched, title
from core.blocks.block import Block, Port, ShapeError, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor

_RANKS = (1, 2, 3, 4, 5, 6)
_PAIR = (port("input_1", *_RANKS), port("input_2", *_RANKS))


def count_param() -> Any:
    """How many inputs a block has."""
    return param(2, label="Inputs", help="Number of inputs to join.", minimum=2, maximum=16)


def numbered_ports(first: Port, count: int) -> tuple[Port, ...]:
    """So many ports like the first."""
    ranks = sorted(first.ranks)
    return tuple(port(f"input_{i}", *ranks, dtype=first.dtype) for i in range(1, count + 1))


class _Elementwise(Block):
    """What all share: one function of two arrays, inputs of one rank, axes of 1 stretched."""

    family = "Combine"
    inputs = _PAIR
    pointwise = True
    example = {"input_1": (4,), "input_2": (4,)}
    function: ClassVar[str]

    def infer(self, **inputs: Tensor) -> Tensor:
        (first, tensor), *others = inputs.items()
        sizes = tensor.sizes
        for name, other in others:
            common = stretched((sizes, other.sizes))
            if common is None:
                so_far = f"{title(first)} is" if name == others[0][0] else "those before it make"
                raise ShapeError(
                    f"{title(name)} is {other}, but {so_far} {tensor.with_sizes(*sizes)}",
                    "Give all inputs one shape, for example with a Dense or Conv on one branch; "
                    "only an axis of length 1 is stretched. Or use Concatenate.",
                )
            sizes = common
        return tensor.with_sizes(*sizes)

    def flops(self, **inputs: Tensor) -> int:
        return (len(inputs) - 1) * self.infer(**inputs).size

    def forward(self, **inputs: Tensor) -> Call:
        first, second, *others = (Name(name) for name in inputs)
        start = call(self.function, first, second)
        return reduce(lambda so_far, name: call(self.function, so_far, name), others, start)


class _Several(_Elementwise):
    """What those share whose number of inputs is chosen."""

    count: int

    def ports(self) -> tuple[Port, ...]:
        return numbered_ports(self.inputs[0], self.count)


@dataclass(frozen=True)
class Add(_Several):
    """Adds its inputs element by element, as residual connections do.

    All inputs ``[B, ...]`` float32 of one rank and shape, where an axis of length 1 is stretched to
    that of the others; output the common shape. Nothing is trained.

    Source: He et al., Deep residual learning for image recognition, 2016.
    """

    kind = "Add"
    label = "Add"
    keywords = ("sum", "plus", "residual", "skip connection", "merge", "shortcut")
    formula = "y = x₁ + x₂ + ..."
    function = "jnp.add"

    count: int = count_param()


@dataclass(frozen=True)
class Subtract(_Elementwise):
    """Subtracts the second input from the first, element by element.

    Inputs ``[B, ...]`` float32 of one rank and shape, where an axis of length 1 is stretched to
    that of the other; output the common shape. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Subtract"
    label = "Subtract"
    keywords = ("minus", "difference", "merge", "change")
    formula = "y = x₁ - x₂"
    function = "jnp.subtract"


@dataclass(frozen=True)
class Multiply(_Several):
    """Multiplies its inputs element by element, as gates and attention maps do.

    All inputs ``[B, ...]`` float32 of one rank and shape, where an axis of length 1 is stretched to
    that of the others; output the common shape. Nothing is trained.

    Source: Hochreiter and Schmidhuber, Long short-term memory, 1997.
    """

    kind = "Multiply"
    label = "Multiply"
    keywords = ("product", "times", "gate", "hadamard", "scale", "merge")
    formula = "y = x₁ x₂ ..."
    function = "jnp.multiply"

    count: int = count_param()


@dataclass(frozen=True)
class Divide(_Elementwise):
    """Divides the first input by the second, element by element.

    Inputs ``[B, ...]`` float32 of one rank and shape, where an axis of length 1 is stretched to
    that of the other; output the common shape. A divisor of 0 gives infinity or NaN. Nothing is
    trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Divide"
    label = "Divide"
    keywords = ("ratio", "quotient", "fraction", "merge")
    formula = "y = x₁ / x₂"
    function = "jnp.divide"


@dataclass(frozen=True)
class Average(_Several):
    """Averages its inputs element by element, as ensembles do.

    All inputs ``[B, ...]`` float32 of one rank and shape, where an axis of length 1 is stretched to
    that of the others; output the common shape. Nothing is trained.

    Source: Breiman, Bagging predictors, 1996.
    """

    kind = "Average"
    label = "Average"
    keywords = ("mean", "ensemble", "merge")
    formula = "y = (x₁ + x₂ + ... + xₙ) / n"
    function = "jnp.add"

    count: int = count_param()

    def flops(self, **inputs: Tensor) -> int:
        return len(inputs) * self.infer(**inputs).size

    def forward(self, **inputs: Tensor) -> Call:
        return call("jnp.divide", super().forward(**inputs), len(inputs))


@dataclass(frozen=True)
class Maximum(_Several):
    """Takes the largest of its inputs element by element, as maxout networks do.

    All inputs ``[B, ...]`` float32 of one rank and shape, where an axis of length 1 is stretched to
    that of the others; output the common shape. Nothing is trained.

    Source: Goodfellow et al., Maxout networks, 2013.
    """

    kind = "Maximum"
    label = "Maximum"
    keywords = ("largest", "max", "maxout", "merge", "or")
    formula = "y = max(x₁, x₂, ...)"
    function = "jnp.maximum"

    count: int = count_param()


@dataclass(frozen=True)
class Minimum(_Several):
    """Takes the smallest of its inputs element by element.

    All inputs ``[B, ...]`` float32 of one rank and shape, where an axis of length 1 is stretched to
    that of the others; output the common shape. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Minimum"
    label = "Minimum"
    keywords = ("smallest", "min", "merge", "and")
    formula = "y = min(x₁, x₂, ...)"
    function = "jnp.minimum"

    count: int = count_param()
