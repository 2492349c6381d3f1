"""Activation functions, and the layers that apply them."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from core.compile.onnx_out.functions.elementwise import floats, joined, unary
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import function, layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weights

_PLAIN: dict[str, tuple[str, dict[str, float]]] = {
    "relu": ("Relu", {}),
    "sigmoid": ("Sigmoid", {}),
    "tanh": ("Tanh", {}),
    "softplus": ("Softplus", {}),
    "soft_sign": ("Softsign", {}),
    "selu": ("Selu", {}),
    "mish": ("Mish", {}),
    "hard_sigmoid": ("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "hard_swish": ("HardSwish", {}),
    "hard_silu": ("HardSwish", {}),
}


def _plain(type_: str, attributes: dict[str, Any], graph: Graph, x: Value) -> Value:
    return unary(graph, type_, floats(graph, x), **attributes)


for _name, (_type, _attributes) in _PLAIN.items():
    function(f"nnx.{_name}")(partial(_plain, _type, _attributes))


@function("layers.with_gradient_of")
def with_gradient_of(graph: Graph, value: Value, surrogate: Value) -> Value:
    """The value; how its gradient is chosen matters to training alone."""
    return value


@function("nnx.identity")
def identity(graph: Graph, x: Value) -> Value:
    """x."""
    return x


@function("nnx.relu6")
def relu6(graph: Graph, x: Value) -> Value:
    """x held between 0 and 6."""
    return joined(graph, "Min", unary(graph, "Relu", x), 6.0)


@function("nnx.hard_tanh")
def hard_tanh(graph: Graph, x: Value) -> Value:
    """x held between -1 and 1."""
    return joined(graph, "Max", joined(graph, "Min", x, 1.0), -1.0)


@function("nnx.leaky_relu")
def leaky_relu(graph: Graph, x: Value, negative_slope: float = 0.01) -> Value:
    """x where it is positive, else the slope times x."""
    return unary(graph, "LeakyRelu", floats(graph, x), alpha=float(negative_slope))


@function("nnx.elu")
def elu(graph: Graph, x: Value, alpha: float = 1.0) -> Value:
    """x where it is positive, else alpha (exp(x) - 1)."""
    return unary(graph, "Elu", floats(graph, x), alpha=float(alpha))


@function("nnx.celu")
def celu(graph: Graph, x: Value, alpha: float = 1.0) -> Value:
    """x where it is positive, else alpha (exp(x / alpha) - 1)."""
    return unary(graph, "Celu", floats(graph, x), alpha=float(alpha))


@function("nnx.silu", "nnx.swish")
def swish(graph: Graph, x: Value) -> Value:
    """x sigmoid(x)."""
    return joined(graph, "Mul", x, unary(graph, "Sigmoid", floats(graph, x)))


@function("nnx.log_sigmoid")
def log_sigmoid(graph: Graph, x: Value) -> Value:
    """log(sigmoid(x)) = -softplus(-x)."""
    return unary(graph, "Neg", unary(graph, "Softplus", unary(graph, "Neg", x)))


@function("nnx.gelu")
def gelu(graph: Graph, x: Value, approximate: bool = True) -> Value:
    """x times the normal distribution's share below x, exactly or by tanh."""
    if approximate:
        cube = joined(graph, "Mul", joined(graph, "Mul", x, x), x)
        inner = joined(graph, "Add", x, joined(graph, "Mul", cube, 0.044715))
        bent = unary(graph, "Tanh", joined(graph, "Mul", inner, math.sqrt(2 / math.pi)))
    else:
        bent = unary(graph, "Erf", joined(graph, "Div", x, math.sqrt(2)))
    share = joined(graph, "Add", bent, 1.0)
    return joined(graph, "Mul", joined(graph, "Mul", x, share), 0.5)


@function("nnx.softmax")
def softmax(graph: Graph, x: Value, axis: int = -1) -> Value:
    """exp(x) divided by its sum over an axis."""
    return unary(graph, "Softmax", floats(graph, x), axis=x.place(axis))


@function("nnx.log_softmax")
def log_softmax(graph: Graph, x: Value, axis: int = -1) -> Value:
    """The logarithm of softmax."""
    return unary(graph, "LogSoftmax", floats(graph, x), axis=x.place(axis))


@function("nnx.glu")
def glu(graph: Graph, x: Value, axis: int = -1) -> Value:
    """The first half of an axis times the sigmoid of the second."""
    sizes = list(x.shape)
    sizes[axis] = x.size(axis) // 2
    halves = [graph.value("Split", tuple(sizes), order=x.order) for _ in range(2)]
    graph.note("Split", (x,), halves, axis=x.place(axis), num_outputs=2)
    return joined(graph, "Mul", halves[0], unary(graph, "Sigmoid", halves[1]))


@function("nnx.sparse_plus")
def sparse_plus(graph: Graph, x: Value) -> Value:
    """0 below -1, x above 1, (x + 1)^2 / 4 between."""
    low = joined(graph, "Max", joined(graph, "Min", x, 1.0), -1.0)
    risen = joined(graph, "Add", low, 1.0)
    bent = joined(graph, "Mul", joined(graph, "Mul", risen, risen), 0.25)
    above = unary(graph, "Relu", joined(graph, "Sub", x, 1.0))
    return joined(graph, "Add", bent, above)


@function("nnx.squareplus")
def squareplus(graph: Graph, x: Value, b: float = 4.0) -> Value:
    """(x + sqrt(x^2 + b)) / 2."""
    root = unary(graph, "Sqrt", joined(graph, "Add", joined(graph, "Mul", x, x), float(b)))
    return joined(graph, "Mul", joined(graph, "Add", x, root), 0.5)


@layer("layers.PReLU")
def prelu_of_channels(slopes: int, start: float) -> Any:
    """x where it is not negative, else a trained slope times x; one slope, or one a channel."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        slope = weights["slope"]
        if x.order and slopes > 1:
            x = graph.channels_first(x)
            slope = slope.reshaped(slopes, *(1,) * (x.rank - 2))
        return graph.op("PRelu", x, slope, shape=x.shape, order=x.order)

    return apply


@layer("nnx.PReLU")
def prelu(negative_slope_init: float = 0.01) -> Any:
    """x where it is positive, else a trained slope times x."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        slope = graph.weight(weights["negative_slope"], ())
        return graph.op("PRelu", x, slope, shape=x.shape, order=x.order)

    return apply
