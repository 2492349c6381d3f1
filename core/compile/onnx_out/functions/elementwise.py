"""What keeps the layout of its inputs: values brought to one shape, order of axes and type."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.blocks.call import Name
from core.compile.onnx_out.graph import Graph, InexpressibleError
from core.compile.onnx_out.value import Order, Value, broadcast

Number = bool | int | float
# What a NumPy or JAX type is called in a graph that has one type of floats.
_TYPES = {
    **dict.fromkeys(("float32", "float16", "bfloat16", "float64", "float"), "float32"),
    **dict.fromkeys(("int32", "int8", "int16", "uint8", "int"), "int32"),
    "int64": "int64",
    **dict.fromkeys(("bool", "bool_"), "bool"),
}
TO = {"float32": 1, "int32": 6, "int64": 7, "bool": 9}


def type_of(given: Any) -> str:
    """The type that ``jnp.float32`` or ``"float32"`` stand for. Raises InexpressibleError."""
    name = given.name.rpartition(".")[2] if isinstance(given, Name) else given
    name = name if isinstance(name, str) else getattr(name, "__name__", str(name))
    if name not in _TYPES:
        raise InexpressibleError(f"{name} numbers are not exported")
    return _TYPES[name]


def cast(graph: Graph, x: Value, dtype: str) -> Value:
    """The value in another type."""
    if x.dtype == dtype:
        return x
    return graph.op("Cast", x, shape=x.shape, dtype=dtype, order=x.order, to=TO[dtype])


def floats(graph: Graph, x: Value) -> Value:
    """The value as float32."""
    return cast(graph, x, "float32")


def unary(graph: Graph, type_: str, x: Value, dtype: str = "", **attributes: Any) -> Value:
    """An operator that is applied to each element."""
    return graph.op(type_, x, shape=x.shape, dtype=dtype or x.dtype, order=x.order, **attributes)


def as_value(graph: Graph, given: Value | Number | np.ndarray, dtype: str = "float32") -> Value:
    """A number as a constant; values stay."""
    if isinstance(given, Value):
        return given
    if isinstance(given, Number | np.ndarray | np.number):
        return graph.constant(np.asarray(given, np.dtype(dtype)))
    raise InexpressibleError(f"{given!r} is no array or number")


def together(graph: Graph, *given: Value | Number | np.ndarray) -> list[Value]:
    """Values and numbers in one type and one order of axes, so that they may be joined."""
    values = [g for g in given if isinstance(g, Value)]
    kinds = {v.dtype for v in values} or {"float32"}
    kinds |= {"float32" for g in given if isinstance(g, float)}
    dtype = next(t for t in ("float32", "int64", "int32", "bool") if t in kinds)
    if dtype == "bool" and any(type(g) is int for g in given):
        dtype = "int32"
    order = common_order(graph, [v for v in values if v.rank])
    return [
        cast(graph, graph.ordered(g, order) if g.rank else g, dtype)
        if isinstance(g, Value)
        else as_value(graph, g, dtype)
        for g in given
    ]


def common_order(graph: Graph, values: Sequence[Value]) -> Order:
    """The order of axes for which the fewest elements must be moved; the design's on a tie."""
    if len({v.rank for v in values}) > 1:
        return ()
    orders = dict.fromkeys(((), *(v.order for v in values)))

    def cost(order: Order) -> int:
        return sum(math.prod(n or 1 for n in v.shape) for v in values if not graph.has(v, order))

    return min(orders, key=cost)


def joined(
    graph: Graph,
    type_: str,
    *given: Value | Number | np.ndarray,
    dtype: str = "",
    **attributes: Any,
) -> Value:
    """An operator on several values element by element, as NumPy broadcasts them."""
    values = together(graph, *given)
    shape = broadcast(*(v.shape for v in values))
    order = next((v.order for v in values if v.rank == len(shape)), ())
    return graph.op(
        type_, *values, shape=shape, dtype=dtype or values[0].dtype, order=order, **attributes
    )
