"""Products of two inputs that sum over an axis: Dot and MatMul."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.blocks.axes import axis_of, stretched
from core.blocks.block import Block, ShapeError, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Dot(Block):
    """Dot product of two inputs along an axis of each, sample by sample.

    Inputs ``[B, ...]`` float32, equally long on the two axes; the output has the other axes of the
    first and then those of the second, ``[B, 1]`` where none is left. Normalised, it is the cosine
    similarity. Nothing is trained.

    Source: Salton, Wong and Yang, A vector space model for automatic indexing, 1975.
    """

    kind = "Dot"
    label = "Dot product"
    family = "Combine"
    keywords = ("inner product", "cosine", "similarity", "scores", "siamese", "merge")
    formula = "y = Σ x₁ x₂; normalised: y = Σ x₁ x₂ / (|x₁| |x₂|)"
    inputs = (port("input_1", 2, 3, 4), port("input_2", 2, 3, 4))
    example: ClassVar[dict[str, tuple[int, ...]]] = {"input_1": (4,), "input_2": (4,)}

    axis_1: int = param(
        -1,
        label="Axis of input 1",
        help="Which axis of the first input to sum along; the batch is 0, -1 the last.",
        minimum=-3,
        maximum=3,
    )
    axis_2: int = param(
        -1,
        label="Axis of input 2",
        help="Which axis of the second input to sum along; the batch is 0, -1 the last.",
        minimum=-3,
        maximum=3,
    )
    normalize: bool = param(
        False, label="Normalise", help="Give vectors along the axes length 1 first: the cosine."
    )

    def infer(self, input_1: Tensor, input_2: Tensor) -> Tensor:
        first, second = self._axes(input_1, input_2)
        if input_1.shape[first] != input_2.shape[second]:
            raise ShapeError(
                f"axis {first} of input 1 {input_1} is not as long as "
                f"axis {second} of input 2 {input_2}",
                "Choose axes of one length, or put a Dense on one branch.",
            )
        sizes = (*_without(input_1, first), *_without(input_2, second))
        return input_1.with_sizes(*(sizes or (1,)))

    def _axes(self, input_1: Tensor, input_2: Tensor) -> tuple[int, int]:
        return axis_of(input_1, self.axis_1), axis_of(input_2, self.axis_2)

    def flops(self, input_1: Tensor, input_2: Tensor) -> int:
        first, _ = self._axes(input_1, input_2)
        length = input_1.sizes[first - 1]
        cosine = 3 * (input_1.size + input_2.size) if self.normalize else 0
        return 2 * length * self.infer(input_1, input_2).size + cosine

    def forward(self, input_1: Tensor, input_2: Tensor) -> Call:
        axes = self._axes(input_1, input_2)
        first, second = "bcdef"[: input_1.rank], "bijkl"[: input_2.rank]
        second = second[: axes[1]] + first[axes[0]] + second[axes[1] + 1 :]
        both = first + second[1:]
        left = "".join(letter for letter in both if letter != first[axes[0]])
        parts = (
            _unit(Name(name), axis) if self.normalize else Name(name)
            for name, axis in zip(("input_1", "input_2"), axes, strict=True)
        )
        product = call("jnp.einsum", f"{first},{second}->{left}", *parts)
        return product if len(left) > 1 else call("jnp.expand_dims", product, -1)


@dataclass(frozen=True)
class MatMul(Block):
    """Matrix product of two inputs over their last two axes, sample by sample.

    ``input_1`` ``[B, ..., M, K]`` and ``input_2`` ``[B, ..., K, N]`` float32 of one rank, output
    ``[B, ..., M, N]``; axes between are equal or 1, which is stretched. Either matrix may be
    transposed first. Nothing is trained.

    Source: Vaswani et al., Attention is all you need, 2017.
    """

    kind = "MatMul"
    label = "Matrix product"
    family = "Combine"
    keywords = ("matmul", "batched", "attention", "scores", "bmm", "gemm")
    formula = "y = x₁ x₂"
    inputs = (port("input_1", 3, 4, 5, 6), port("input_2", 3, 4, 5, 6))
    example: ClassVar[dict[str, tuple[int, ...]]] = {"input_1": (2, 3), "input_2": (3, 4)}

    transpose_1: bool = param(
        False, label="Transpose input 1", help="Swap the last two axes of the first input."
    )
    transpose_2: bool = param(
        False, label="Transpose input 2", help="Swap the last two axes of the second input."
    )

    def infer(self, input_1: Tensor, input_2: Tensor) -> Tensor:
        rows, inner, other, columns = self._matrices(input_1, input_2)
        outer = stretched((input_1.sizes[:-2], input_2.sizes[:-2]))
        if outer is None:
            raise ShapeError(
                f"input 1 {input_1} and input 2 {input_2} differ before their last two axes",
                "Give both the same axes there, or axes of length 1.",
            )
        if inner != other:
            raise ShapeError(
                f"input 1 {input_1} has rows of {inner}, but input 2 {input_2} has columns of "
                f"{other}" + (", as transposed" if self.transpose_1 or self.transpose_2 else ""),
                "Transpose one of them, or give both one length there.",
            )
        return input_1.with_sizes(*outer, rows, columns)

    def _matrices(self, input_1: Tensor, input_2: Tensor) -> tuple[int, int, int, int]:
        rows, inner = input_1.sizes[-2:]
        other, columns = input_2.sizes[-2:]
        rows, inner = (inner, rows) if self.transpose_1 else (rows, inner)
        other, columns = (columns, other) if self.transpose_2 else (other, columns)
        return rows, inner, other, columns

    def flops(self, input_1: Tensor, input_2: Tensor) -> int:
        inner = self._matrices(input_1, input_2)[1]
        return 2 * inner * self.infer(input_1, input_2).size

    def forward(self, input_1: Tensor, input_2: Tensor) -> Call:
        swapped = zip(("input_1", "input_2"), (self.transpose_1, self.transpose_2), strict=True)
        parts = (call("jnp.swapaxes", Name(n), -1, -2) if t else Name(n) for n, t in swapped)
        return call("jnp.matmul", *parts)


def _without(tensor: Tensor, axis: int) -> tuple[int, ...]:
    return tensor.sizes[: axis - 1] + tensor.sizes[axis:]


def _unit(vectors: Name, axis: int) -> Call:
    """Vectors along an axis divided by their length; those that are next to nothing stay small."""
    squares = call("jnp.sum", call("jnp.square", vectors), axis=axis, keepdims=True)
    return call("jnp.divide", vectors, call("jnp.sqrt", call("jnp.maximum", squares, 1e-12)))
