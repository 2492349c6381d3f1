"""Activation functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.compile.onnx_in.drafting import Drafting, Title
from core.compile.onnx_in.emit.affine import along_last, computed, fitted, number
from core.compile.onnx_in.emit.attention import Scores, Weights
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Value

_PLAIN = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Selu": "selu",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "HardSwish": "hard_swish",
    "Mish": "mish",
    "Exp": "exp",
    "Swish": "swish",
}
_SELU = (1.67326319217681884765625, 1.05070102214813232421875)


def activated(d: Drafting, value: Value, function: str, **params: Any) -> Value:
    """A value through an activation function."""
    title = Title("", d.node.scope, function)
    key = d.add("Activation", {"function": function, **params}, {"input": value.end}, title=title)
    return replace(value, end=d.output(key, value.physical).end, alone=True)


def plain(d: Drafting, node: OnnxNode) -> Value:
    """A function without parameters."""
    if node.op == "Selu":
        given = (node.number("alpha", _SELU[0]), node.number("gamma", _SELU[1]))
        if not np.allclose(given, _SELU, rtol=1e-4):
            raise UnsupportedError(f"its alpha and gamma are {given}")
    return activated(d, d.value(node.input(0)), _PLAIN[node.op])


def leaky_relu(d: Drafting, node: OnnxNode) -> Value:
    """x, or x times a slope below zero."""
    slope = node.number("alpha", 0.01)
    return activated(d, d.value(node.input(0)), "leaky_relu", negative_slope=_short(slope))


def elu(d: Drafting, node: OnnxNode) -> Value:
    """ELU and CELU."""
    alpha = _short(node.number("alpha", 1.0))
    return activated(d, d.value(node.input(0)), node.op.lower(), alpha=alpha)


def gelu(d: Drafting, node: OnnxNode) -> Value:
    """GELU, exact or by its approximation."""
    exact = node.text("approximate", "none") == "none"
    return activated(d, d.value(node.input(0)), "gelu" if exact else "gelu_tanh")


def hard_sigmoid(d: Drafting, node: OnnxNode) -> Value:
    """max(0, min(1, alpha x + beta))."""
    alpha, beta = node.number("alpha", 0.2), node.number("beta", 0.5)
    value = d.value(node.input(0))
    if beta != 0.5:
        raise UnsupportedError(f"its beta is {beta:g}, not 0.5")
    if abs(alpha - 1 / 6) > 1e-4:
        value = d.settled(replace(value, factor=6 * alpha))
    return activated(d, value, "hard_sigmoid")


def clip(d: Drafting, node: OnnxNode) -> Value:
    """Limits to a range; relu6, relu and hard_tanh are activations."""
    low = _bound(d, node, 1, "min", -np.inf)
    high = _bound(d, node, 2, "max", np.inf)
    value = d.value(node.input(0))
    found = {(0.0, 6.0): "relu6", (0.0, np.inf): "relu", (-1.0, 1.0): "hard_tanh"}
    function = found.get((low, high if high < 3e38 else np.inf))
    if function is None:
        return _limited(d, value, low, high)
    return activated(d, value, function)


def _limited(d: Drafting, value: Value, low: float, high: float) -> Value:
    if np.isfinite(low) and low > -3e38:
        value = computed(d, value, f"maximum(x, {number(low)})")
    return value if high >= 3e38 else computed(d, value, f"minimum(x, {number(high)})")


def _bound(d: Drafting, node: OnnxNode, index: int, name: str, default: float) -> float:
    if not node.input(index):
        return node.number(name, default)
    found = d.scalar(node.input(index))
    if found is None:
        raise UnsupportedError(f"its {name} is computed")
    return found


def prelu(d: Drafting, node: OnnxNode) -> Value:
    """x, or x times a trained slope per channel below zero."""
    value, slope = fitted(d.value(node.input(0)), d.constant(node.input(1)))
    value, vector = along_last(d, value, slope)
    shared = slope.size == 1
    weights = {"slope": vector[:1] if shared else vector}
    key = d.add("PReLU", {"shared": shared}, {"input": value.end}, weights)
    return replace(value, end=d.output(key, value.physical).end, alone=True)


def softmax(d: Drafting, node: OnnxNode) -> Value:
    """Softmax or its logarithm over one axis; before version 13 over all from an axis on."""
    old = d.graph.opset < 13
    value = d.value(node.input(0))
    scores = d.made.get(d.raw(node.input(0)).end)
    axis = value.axis(node.integer("axis", 1 if old else -1))
    if old and axis != value.rank - 1 and any(value.logical[axis + 1 :]):
        raise UnsupportedError("it is over several axes at once")
    factor = d.raw(node.input(0)).factor
    placed, _ = d.with_last(value, value.logical[axis])
    out = activated(d, placed, "softmax" if node.op == "Softmax" else "log_softmax")
    if isinstance(scores, Scores) and axis == value.rank - 1 and node.op == "Softmax":
        scores = scores if scores.settled else replace(scores, factor=factor, settled=True)
        d.made[out.end] = Weights(scores)
    return out


def _short(value: float) -> float:
    """A number of single precision as people wrote it."""
    return float(f"{value:.7g}")


EMITTERS: Mapping[str, object] = {
    **dict.fromkeys(_PLAIN, plain),
    "LeakyRelu": leaky_relu,
    "Elu": elu,
    "Celu": elu,
    "Gelu": gelu,
    "HardSigmoid": hard_sigmoid,
    "Clip": clip,
    "PRelu": prelu,
    "Softmax": softmax,
    "LogSoftmax": softmax,
}
