"""Layers and functions that multiply matrices: Linear, LinearGeneral, Einsum, Embed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from core.compile.onnx_out.evaluate import Bound
from core.compile.onnx_out.functions.elementwise import floats, joined
from core.compile.onnx_out.graph import Graph, InexpressibleError
from core.compile.onnx_out.registry import function, layer
from core.compile.onnx_out.value import Value, broadcast
from core.compile.onnx_out.weights import Weight, Weights


def affine(graph: Graph, x: Value, kernel: Weight, bias: Weight | None, units: int) -> Value:
    """x W + b on the last axis of a value; W ``[F, units]``, b ``[units]``."""
    x = graph.plain(x)
    shape = (*x.shape[:-1], units)
    if x.rank == 2:
        return graph.op("Gemm", x, kernel, bias, shape=shape)
    product = graph.op("MatMul", x, kernel, shape=shape)
    return product if bias is None else graph.op("Add", product, bias, shape=shape)


@layer("nnx.Linear")
def linear(in_features: int, out_features: int, *, use_bias: bool = True) -> Any:
    """y = x W + b on the last axis."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        bias = weights["bias"] if use_bias else None
        return affine(graph, x, weights["kernel"], bias, out_features)

    return apply


@layer("nnx.LinearGeneral")
def linear_general(
    in_features: int | Sequence[int],
    out_features: int | Sequence[int],
    *,
    axis: int | Sequence[int] = -1,
    batch_axis: Any = None,
    use_bias: bool = True,
) -> Any:
    """y = x W + b over several axes, into several axes."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        if batch_axis:
            raise InexpressibleError(
                "a kernel with axes of its own for the batch is not translated"
            )
        taken = [a % x.rank for a in _several(axis)]
        kept = [a for a in range(x.rank) if a not in taken]
        turned = _as_plain(graph.ordered(x, (*kept, *taken)))
        width, made = math.prod(x.size(a) for a in taken), _several(out_features)
        lead = tuple(x.shape[a] for a in kept)
        flat = reshaped(graph, turned, (*lead, width)) if len(taken) > 1 else turned
        bias = weights["bias"].reshaped(-1) if use_bias else None
        kernel = weights["kernel"].reshaped(width, -1)
        product = affine(graph, flat, kernel, bias, math.prod(made))
        return reshaped(graph, product, (*lead, *made)) if len(made) > 1 else product

    return apply


@layer("nnx.Embed")
def embed(num_embeddings: int, features: int) -> Any:
    """A trained vector for each id."""

    def apply(graph: Graph, weights: Weights, ids: Value) -> Value:
        ids = graph.plain(ids)
        return graph.op("Gather", weights["embedding"], ids, shape=(*ids.shape, features), axis=0)

    return apply


@function("nnx.Embed.attend")
def attend(graph: Graph, layer: Bound, query: Value) -> Value:
    """The products of vectors with those of a table of ids."""
    count = layer.made.args[0]
    return affine(graph, query, layer.weights["embedding"].transposed(1, 0), None, count)


@layer("nnx.Einsum")
def einsum_layer(
    einsum_str: str, kernel_shape: Sequence[int], bias_shape: Sequence[int] | None = None
) -> Any:
    """A product with a kernel as an equation says; the bias is on the kernel's axes."""
    left, _, right = einsum_str.replace(" ", "").partition("->")
    kernel_term = left.split(",")[1]

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        kernel = graph.weight(weights["kernel"], tuple(kernel_shape))
        product = einsum(graph, f"{left}->{right}", x, kernel)
        if bias_shape is None:
            return product
        before, dots, after = right.partition("...")
        outer = [1] * (product.rank - len(before) - len(after)) if dots else []
        sizes = dict(zip(kernel_term, kernel_shape, strict=True))
        wide = [
            *(sizes.get(c, 1) for c in before),
            *outer,
            *(sizes.get(c, 1) for c in after),
        ]
        bias = weights["bias"].reshaped(*wide)
        return graph.op("Add", product, bias, shape=product.shape)

    return apply


@function("jnp.matmul", "jnp.dot")
def matmul(graph: Graph, x: Value, y: Value) -> Value:
    """The product of matrices in the last two axes."""
    if x.rank < 2 or y.rank < 2:
        raise InexpressibleError("a product of matrices and vectors is not translated")
    x, y = graph.plain(floats(graph, x)), graph.plain(floats(graph, y))
    shape = (*broadcast(x.shape[:-2], y.shape[:-2]), x.shape[-2], y.shape[-1])
    return graph.op("MatMul", x, y, shape=shape)


@function("jnp.vecdot")
def vecdot(graph: Graph, x: Value, y: Value) -> Value:
    """The inner product over the last axis."""
    from core.compile.onnx_out.functions.reduction import reduced

    return reduced(graph, "ReduceSum", joined(graph, "Mul", x, y), -1, False)


@function("jnp.einsum")
def einsum(graph: Graph, equation: str, *given: Value) -> Value:
    """A product of values summed over axes, as an equation of letters says."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    if not arrow:
        raise InexpressibleError("an equation without -> is not translated")
    values = [graph.plain(floats(graph, v)) for v in given]
    shape = einsum_shape(left.split(","), right, values)
    return graph.op("Einsum", *values, shape=shape, equation=f"{left}->{right}")


def einsum_shape(terms: Sequence[str], right: str, values: Sequence[Value]) -> tuple[Any, ...]:
    """The shape that an equation gives; ``...`` stands for any axes."""
    lengths: dict[str, int | None] = {}
    others: list[tuple[int | None, ...]] = []
    for term, value in zip(terms, values, strict=True):
        before, dots, after = term.partition("...")
        end = value.rank - len(after)
        sizes = (*value.shape[: len(before)], *value.shape[end:])
        for letter, n in zip(before + after, sizes, strict=True):
            lengths[letter] = n if lengths.get(letter, 1) == 1 else lengths[letter]
        if dots:
            others.append(value.shape[len(before) : end])
    before, dots, after = right.partition("...")
    middle = broadcast(*others) if dots else ()
    return (*(lengths[c] for c in before), *middle, *(lengths[c] for c in after))


def reshaped(graph: Graph, x: Value, shape: Sequence[int | None]) -> Value:
    """A value in another shape; an axis of unknown length may only stand first."""
    from core.compile.onnx_out.functions.shape import to_shape

    return to_shape(graph, x, shape)


def _as_plain(x: Value) -> Value:
    """A value whose axes in the graph are from now on those of the design."""
    return Value(x.name, tuple(x.shape[a] for a in x.axes), x.dtype)


def _several(given: int | Sequence[int]) -> tuple[int, ...]:
    return (given,) if isinstance(given, int) else tuple(given)
