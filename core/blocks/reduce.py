"""Blocks that make fewer numbers, or another type, of a sample: Reduce, ArgMax and Cast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.blocks.axes import any_port, axes_of, axes_param, axis_of, axis_param
from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor

_FUNCTIONS: Mapping[str, str] = {
    "mean": "jnp.mean",
    "sum": "jnp.sum",
    "max": "jnp.max",
    "min": "jnp.min",
    "product": "jnp.prod",
    "variance": "jnp.var",
    "norm": "layers.safe_norm",
}


@dataclass(frozen=True)
class Reduce(Block):
    """Puts the elements of one or more axes together to one number: mean, sum, largest and so on.

    Input ``[B, ...]`` float32, output float32 without the axes named, or with these as axes of
    length 1. The norm is the Euclidean one, the variance that of all elements. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Reduce"
    label = "Reduce"
    family = "Shape"
    keywords = ("mean", "sum", "max", "min", "norm", "variance", "aggregate", "pool", "squeeze")
    inputs = (port("input", 2, 3, 4, 5, 6),)
    example = {"input": (4, 3)}
    formula = "y = mean, sum, max, min, Π, variance or √(Σ x²) of x over the axes"

    operation: str = param(
        "mean", label="Operation", help="What becomes of the elements.", choices=tuple(_FUNCTIONS)
    )
    axes: tuple[int, ...] = axes_param(
        (-1,), "Axes to put together, with the batch as 0; empty for all of a sample."
    )
    keepdims: bool = param(
        False, label="Keep axes", help="Keep the axes with length 1, so that the output fits again."
    )

    def infer(self, input: Tensor) -> Tensor:
        gone = axes_of(input, self.axes)
        left = ((i, 1 if i in gone else n) for i, n in enumerate(input.sizes, 1))
        return input.with_sizes(*(n for i, n in left if self.keepdims or i not in gone))

    def flops(self, input: Tensor) -> int:
        return input.size * {"norm": 2, "variance": 4}.get(self.operation, 1)

    def forward(self, input: Tensor) -> Call:
        axes, function = axes_of(input, self.axes), _FUNCTIONS[self.operation]
        return call(function, Name("input"), axis=axes, keepdims=self.keepdims)


@dataclass(frozen=True)
class ArgMax(Block):
    """Tells where along an axis the largest element is, such as the class with the largest logit.

    Input ``[B, ...]`` of any type, output int32 ids without that axis; the first where several are
    equally large. No gradient flows back. Nothing is trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "ArgMax"
    label = "Arg max"
    family = "Shape"
    keywords = ("argmax", "index", "class", "prediction", "largest", "decode")
    inputs = (any_port("input", 2, 3, 4, 5, 6),)
    formula = "y = argmaxᵢ x[..., i, ...]"
    gradient = "none"

    axis: int = axis_param(-1)

    def infer(self, input: Tensor) -> Tensor:
        axis = axis_of(input, self.axis)
        shape = (*input.shape[:axis], *input.shape[axis + 1 :])
        return Tensor(shape, "int32", input.sizes[axis - 1])

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        return call("jnp.argmax", Name("input"), axis=axis_of(input, self.axis))


@dataclass(frozen=True)
class Cast(Block):
    """Turns ids into numbers, or numbers into ids.

    Input ``[B, ...]`` of any type, output of the same shape and the type chosen. Numbers are cut
    off towards 0 when they become int32, and no gradient flows back through that. Nothing is
    trained.

    Source: Harris et al., Array programming with NumPy, 2020.
    """

    kind = "Cast"
    label = "Cast"
    family = "Shape"
    keywords = ("type", "dtype", "convert", "integer", "float", "ids")
    inputs = (any_port(),)
    formula = "y = x as float32 or int32"
    gradient = "none"

    to: str = param(
        "float32",
        label="Type",
        help="float32 for numbers, int32 for ids.",
        choices=("float32", "int32"),
    )

    def infer(self, input: Tensor) -> Tensor:
        classes = input.classes if self.to == "int32" else 0
        return replace(input, dtype=self.to, classes=classes)

    def forward(self, input: Tensor) -> Call:
        return call("jnp.astype", Name("input"), Name(f"jnp.{self.to}"))
