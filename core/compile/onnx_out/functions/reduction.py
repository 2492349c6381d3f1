"""Sums, means and the like over axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.compile.onnx_out.functions.elementwise import cast, floats, joined, unary
from core.compile.onnx_out.graph import Graph, InexpressibleError, ints
from core.compile.onnx_out.registry import function
from core.compile.onnx_out.value import Value, dropped, without

Axes = int | Sequence[int] | None


def axes_of(x: Value, axis: Axes) -> tuple[int, ...]:
    """The axes of the design that are meant, from 0; None means all."""
    given = range(x.rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(a % x.rank for a in given)


def reduced(
    graph: Graph, type_: str, x: Value, axis: Axes, keepdims: bool, dtype: str = ""
) -> Value:
    """A Reduce operator over axes."""
    axes = axes_of(x, axis)
    if not axes:
        return x
    places = sorted(x.place(a) for a in axes)
    shape = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    # Operators of this version differ in whether the axes are an input; from 18 on all have it so.
    return graph.op(
        type_,
        x,
        ints(*places),
        shape=shape if keepdims else dropped(x.shape, axes),
        dtype=dtype or x.dtype,
        order=x.order if keepdims else without(x.axes, axes),
        keepdims=int(keepdims),
    )


def _reduction(
    type_: str, graph: Graph, x: Value, axis: Axes = None, keepdims: bool = False
) -> Value:
    wants_floats = type_ in ("ReduceMean", "ReduceLogSumExp")
    return reduced(graph, type_, floats(graph, x) if wants_floats else x, axis, keepdims)


for _name, _type in {
    "jnp.sum": "ReduceSum",
    "jnp.mean": "ReduceMean",
    "jnp.max": "ReduceMax",
    "jnp.amax": "ReduceMax",
    "jnp.min": "ReduceMin",
    "jnp.amin": "ReduceMin",
    "jnp.prod": "ReduceProd",
    "nnx.logsumexp": "ReduceLogSumExp",
}.items():
    function(_name)(partial(_reduction, _type))


@function("jnp.var")
def var(graph: Graph, x: Value, axis: Axes = None, ddof: int = 0, keepdims: bool = False) -> Value:
    """The mean square distance from the mean."""
    mean = reduced(graph, "ReduceMean", x, axis, True)
    gap = joined(graph, "Sub", x, mean)
    found = reduced(graph, "ReduceMean", joined(graph, "Mul", gap, gap), axis, keepdims)
    if not ddof:
        return found
    count = int(np.prod([x.size(a) for a in axes_of(x, axis)]))
    return joined(graph, "Mul", found, count / (count - ddof))


@function("jnp.std")
def std(graph: Graph, x: Value, axis: Axes = None, ddof: int = 0, keepdims: bool = False) -> Value:
    """The root of the variance."""
    return unary(graph, "Sqrt", var(graph, x, axis, ddof, keepdims))


@function("jnp.linalg.norm", "jnp.linalg.vector_norm")
def norm(
    graph: Graph, x: Value, ord: int | None = None, axis: Axes = None, keepdims: bool = False
) -> Value:
    """The length of vectors along an axis: the sum of |x|, or the root of the sum of squares."""
    if ord not in (None, 1, 2) or not isinstance(axis, int):
        raise InexpressibleError("only the 1- and 2-norm along one axis are translated")
    return reduced(graph, "ReduceL1" if ord == 1 else "ReduceL2", x, axis, keepdims)


@function("layers.safe_norm")
def safe_norm(graph: Graph, value: Value, axis: Axes, keepdims: bool = False) -> Value:
    """The root of the sum of squares over axes."""
    return reduced(graph, "ReduceL2", value, axis, keepdims)


@function("jnp.any")
def any_(graph: Graph, x: Value, axis: Axes = None, keepdims: bool = False) -> Value:
    """Whether anything along the axes holds."""
    found = reduced(
        graph, "ReduceMax", cast(graph, cast(graph, x, "bool"), "int32"), axis, keepdims
    )
    return cast(graph, found, "bool")


@function("jnp.all")
def all_(graph: Graph, x: Value, axis: Axes = None, keepdims: bool = False) -> Value:
    """Whether everything along the axes holds."""
    found = reduced(
        graph, "ReduceMin", cast(graph, cast(graph, x, "bool"), "int32"), axis, keepdims
    )
    return cast(graph, found, "bool")


@function("jnp.argmax")
def argmax(graph: Graph, x: Value, axis: int = -1, keepdims: bool = False) -> Value:
    """Where an axis has its largest value first."""
    return _arg(graph, "ArgMax", x, axis, keepdims)


@function("jnp.argmin")
def argmin(graph: Graph, x: Value, axis: int = -1, keepdims: bool = False) -> Value:
    """Where an axis has its smallest value first."""
    return _arg(graph, "ArgMin", x, axis, keepdims)


def _arg(graph: Graph, type_: str, x: Value, axis: int, keepdims: bool) -> Value:
    at = axis % x.rank
    shape = (*x.shape[:at], 1, *x.shape[at + 1 :]) if keepdims else dropped(x.shape, (at,))
    order = x.order if keepdims else without(x.axes, (at,))
    found = graph.op(
        type_,
        x,
        shape=shape,
        dtype="int64",
        order=order,
        axis=x.place(axis),
        keepdims=int(keepdims),
    )
    return cast(graph, found, "int32")


@function("jnp.cumsum")
def cumsum(graph: Graph, x: Value, axis: int) -> Value:
    """The running sum along an axis."""
    place = np.asarray(x.place(axis), np.int64)
    return graph.op("CumSum", x, place, shape=x.shape, dtype=x.dtype, order=x.order)
