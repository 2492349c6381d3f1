"""Arithmetic, comparisons and mathematical functions, element by element."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.elementwise import (
    as_value,
    cast,
    floats,
    joined,
    together,
    type_of,
    unary,
)
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import function
from core.compile.onnx_out.value import Value, broadcast

_BINARY = {
    "jnp.add": "Add",
    "jnp.subtract": "Sub",
    "jnp.multiply": "Mul",
    "jnp.maximum": "Max",
    "jnp.minimum": "Min",
    "jax.lax.add": "Add",
    "jax.lax.sub": "Sub",
    "jax.lax.mul": "Mul",
    "jax.lax.max": "Max",
    "jax.lax.min": "Min",
}
_OF_FLOATS = {
    "jnp.exp": "Exp",
    "jnp.log": "Log",
    "jnp.sqrt": "Sqrt",
    "jnp.sin": "Sin",
    "jnp.cos": "Cos",
    "jnp.tan": "Tan",
    "jnp.arcsin": "Asin",
    "jnp.arccos": "Acos",
    "jnp.arctan": "Atan",
    "jnp.sinh": "Sinh",
    "jnp.cosh": "Cosh",
    "jnp.tanh": "Tanh",
    "jnp.arcsinh": "Asinh",
    "jnp.arccosh": "Acosh",
    "jnp.arctanh": "Atanh",
    "jnp.reciprocal": "Reciprocal",
    "jax.lax.erf": "Erf",
    "jax.scipy.special.erf": "Erf",
}
_UNARY = {
    "jnp.abs": "Abs",
    "jnp.absolute": "Abs",
    "jnp.negative": "Neg",
    "jnp.sign": "Sign",
    "jax.lax.neg": "Neg",
}
_ROUNDING = {"jnp.floor": "Floor", "jnp.ceil": "Ceil", "jnp.round": "Round", "jnp.rint": "Round"}
_COMPARISONS = {
    "jnp.equal": "Equal",
    "jnp.greater": "Greater",
    "jnp.less": "Less",
    "jnp.greater_equal": "GreaterOrEqual",
    "jnp.less_equal": "LessOrEqual",
}
_LOGIC = {"jnp.logical_and": "And", "jnp.logical_or": "Or", "jnp.logical_xor": "Xor"}


def _binary(type_: str, graph: Graph, x: Any, y: Any) -> Value:
    return joined(graph, type_, x, y)


def _of_floats(type_: str, graph: Graph, x: Value) -> Value:
    return unary(graph, type_, floats(graph, x))


def _unary(type_: str, graph: Graph, x: Value) -> Value:
    return unary(graph, type_, x)


def _rounding(type_: str, graph: Graph, x: Value) -> Value:
    return unary(graph, type_, x) if x.dtype == "float32" else x


def _comparison(type_: str, graph: Graph, x: Any, y: Any) -> Value:
    return joined(graph, type_, x, y, dtype="bool")


def _logic(type_: str, graph: Graph, x: Value, y: Value) -> Value:
    return joined(graph, type_, cast(graph, x, "bool"), cast(graph, y, "bool"))


for _translation, _names in (
    (_binary, _BINARY),
    (_of_floats, _OF_FLOATS),
    (_unary, _UNARY),
    (_rounding, _ROUNDING),
    (_comparison, _COMPARISONS),
    (_logic, _LOGIC),
):
    for _name, _type in _names.items():
        function(_name)(partial(_translation, _type))


@function("jnp.divide", "jnp.true_divide", "jax.lax.div")
def divide(graph: Graph, x: Any, y: Any) -> Value:
    """x / y as floats."""
    values = (floats(graph, v) if isinstance(v, Value) else float(v) for v in (x, y))
    return joined(graph, "Div", *values)


@function("jnp.power", "jnp.float_power", "jax.lax.pow", "jax.lax.integer_pow")
def power(graph: Graph, x: Any, y: Any) -> Value:
    """x to the power of y, as floats."""
    values = (floats(graph, v) if isinstance(v, Value) else float(v) for v in (x, y))
    return joined(graph, "Pow", *values)


@function("jnp.square", "jax.lax.square")
def square(graph: Graph, x: Value) -> Value:
    """x times x."""
    return joined(graph, "Mul", x, x)


@function("jax.lax.rsqrt")
def rsqrt(graph: Graph, x: Value) -> Value:
    """1 / sqrt(x)."""
    return unary(graph, "Reciprocal", unary(graph, "Sqrt", x))


@function("jnp.expm1")
def expm1(graph: Graph, x: Value) -> Value:
    """exp(x) - 1."""
    return joined(graph, "Sub", unary(graph, "Exp", floats(graph, x)), 1.0)


@function("jnp.log1p")
def log1p(graph: Graph, x: Value) -> Value:
    """log(1 + x)."""
    return unary(graph, "Log", joined(graph, "Add", floats(graph, x), 1.0))


@function("jnp.log2")
def log2(graph: Graph, x: Value) -> Value:
    """The logarithm to base 2."""
    return joined(graph, "Div", unary(graph, "Log", floats(graph, x)), float(np.log(2)))


@function("jnp.logaddexp")
def logaddexp(graph: Graph, x: Value, y: Value) -> Value:
    """log(exp(x) + exp(y)) without overflow."""
    most = joined(graph, "Max", x, y)
    gap = unary(graph, "Neg", unary(graph, "Abs", joined(graph, "Sub", x, y)))
    return joined(graph, "Add", most, log1p(graph, unary(graph, "Exp", gap)))


@function("jnp.mod", "jnp.remainder")
def mod(graph: Graph, x: Any, y: Any) -> Value:
    """The remainder, with the sign of the divisor."""
    a, b = together(graph, x, y)
    if a.dtype != "float32":
        return joined(graph, "Mod", a, b)
    return joined(graph, "Sub", a, joined(graph, "Mul", floor_divide(graph, a, b), b))


@function("jnp.floor_divide")
def floor_divide(graph: Graph, x: Any, y: Any) -> Value:
    """The greatest whole number that is not above x / y."""
    a, b = together(graph, x, y)
    whole = unary(graph, "Floor", divide(graph, a, b))
    return cast(graph, whole, a.dtype)


@function("jnp.not_equal")
def not_equal(graph: Graph, x: Any, y: Any) -> Value:
    """Where two values differ."""
    return unary(graph, "Not", joined(graph, "Equal", x, y, dtype="bool"))


@function("jnp.logical_not")
def logical_not(graph: Graph, x: Value) -> Value:
    """Not x."""
    return unary(graph, "Not", cast(graph, x, "bool"))


@function("jnp.where")
def where(graph: Graph, condition: Value, x: Any, y: Any) -> Value:
    """x where the condition holds, else y."""
    if not isinstance(x, Value) and not isinstance(y, Value):
        x = as_value(graph, float(x))
    a, b = together(graph, x, y)
    of_full_rank = max((condition, a, b), key=lambda v: v.rank)
    order = of_full_rank.order if condition.rank in (0, of_full_rank.rank) else ()
    a, b, chosen = (graph.ordered(v, order) if v.rank else v for v in (a, b, condition))
    shape = broadcast(chosen.shape, a.shape, b.shape)
    return graph.op(
        "Where", cast(graph, chosen, "bool"), a, b, shape=shape, dtype=a.dtype, order=order
    )


@function("jnp.clip")
def clip(graph: Graph, x: Value, min: Any = None, max: Any = None) -> Value:
    """x held between two numbers or arrays."""
    if isinstance(min, Value) or isinstance(max, Value):
        x = x if min is None else joined(graph, "Max", x, min)
        return x if max is None else joined(graph, "Min", x, max)
    bounds = [None if b is None else np.asarray(b, np.dtype(x.dtype)) for b in (min, max)]
    return graph.op("Clip", x, *bounds, shape=x.shape, dtype=x.dtype, order=x.order)


@function("jnp.asarray", "jnp.array", "jnp.astype", "layers.as_float32")
def asarray(graph: Graph, x: Any, dtype: Any = None) -> Value:
    """The value itself, in another type if one is given."""
    value = as_value(graph, x)
    return value if dtype is None else astype(graph, value, dtype)


@function("jax.lax.stop_gradient", "jax.lax.optimization_barrier", "jnp.copy")
def same(graph: Graph, x: Value) -> Value:
    """The value itself."""
    return x


@function("jax.lax.convert_element_type")
def astype(graph: Graph, x: Value, dtype: Any) -> Value:
    """The value in another type; floats that become integers lose their fraction."""
    return cast(graph, x, type_of(dtype))


@function("jnp.zeros_like")
def zeros_like(graph: Graph, x: Value) -> Value:
    """Zeros of the same shape."""
    return joined(graph, "Mul", x, 0)


@function("jnp.ones_like")
def ones_like(graph: Graph, x: Value) -> Value:
    """Ones of the same shape."""
    return joined(graph, "Add", zeros_like(graph, x), 1)
