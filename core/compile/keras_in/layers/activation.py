"""Activations: layers of their own, and those that other layers end with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.compile.imported import UnsupportedError
from core.compile.keras_in.sheet import Making, Value

# The functions of Keras by name, as Activation has them.
_FUNCTIONS: Mapping[str, tuple[str, Mapping[str, float]]] = {
    **{
        name: (name, {})
        for name in (
            *("relu", "relu6", "sigmoid", "tanh", "softmax", "elu", "selu", "celu", "gelu"),
            *("mish", "softplus", "softsign", "hard_sigmoid", "hard_tanh", "hard_swish"),
            *("log_sigmoid", "log_softmax", "swish"),
        )
    },
    "silu": ("swish", {}),
    "hard_silu": ("hard_swish", {}),
    "exponential": ("exp", {}),
    "leaky_relu": ("leaky_relu", {"negative_slope": 0.2}),
}
_EXPRESSIONS = {
    "tanh_shrink": "x - tanh(x)",
    "squareplus": "(x + sqrt(square(x) + 4)) / 2",
}


def activated(m: Making, value: Value, function: Any, suffix: str | None = None) -> Value:
    """A value behind an activation, which is a name; nothing for a linear one."""
    if function in (None, "linear"):
        return value
    if not isinstance(function, str):
        raise UnsupportedError("its activation is a function of its own")
    end = f"_{function}" if suffix is None else suffix
    if function in _EXPRESSIONS:
        return m.add("Lambda", {"expression": _EXPRESSIONS[function]}, value, suffix=end)
    if function not in _FUNCTIONS:
        raise UnsupportedError(f"there is no activation {function}")
    name, options = _FUNCTIONS[function]
    return m.add("Activation", {"function": name, **options}, value, suffix=end)


def activation(m: Making) -> Value:
    """A named function."""
    function = m.layer.config.get("activation")
    if function == "linear":
        return m.add("Activation", {"function": "linear"}, m.input)
    return activated(m, m.input, function, "")


def identity(m: Making) -> Value:
    """What does nothing to values."""
    return m.add("Activation", {"function": "linear"}, m.input)


def relu(m: Making) -> Value:
    """Rectifiers, with a slope, a largest value or a threshold."""
    most = m.layer.config.get("max_value")
    slope = m.layer.number("negative_slope", 0.0)
    threshold = m.layer.number("threshold", 0.0)
    if not threshold and not slope and most in (None, 6):
        return m.add("Activation", {"function": "relu" if most is None else "relu6"}, m.input)
    if not threshold and most is None:
        return _leaky(m, slope)
    above = "x" if most is None else f"minimum(x, {m.layer.number('max_value', 0.0)!r})"
    text = f"where(x >= {threshold!r}, {above}, {slope!r} * (x - {threshold!r}))"
    return m.add("Lambda", {"expression": text.replace("- -", "+ ")}, m.input)


def leaky_relu(m: Making) -> Value:
    """A rectifier with a fixed slope below zero."""
    return _leaky(m, m.layer.number("negative_slope", 0.3))


def _leaky(m: Making, slope: float) -> Value:
    return m.add("Activation", {"function": "leaky_relu", "negative_slope": slope}, m.input)


def elu(m: Making) -> Value:
    """An exponential linear unit."""
    return m.add("Activation", {"function": "elu", "alpha": m.layer.number("alpha", 1.0)}, m.input)


def softmax(m: Making) -> Value:
    """Softmax over the last axis."""
    if m.layer.integers("axis", (-1,)) not in ((-1,), (m.input.tensor.rank - 1,)):
        raise UnsupportedError("it is over another axis than the last")
    return m.add("Activation", {"function": "softmax"}, m.input)


def prelu(m: Making) -> Value:
    """A trained slope for each channel, for all, or for each place of each channel."""
    value, sizes = m.input, m.input.tensor.sizes
    shared = m.layer.config.get("shared_axes")
    axes = (
        set() if shared is None else {a % (len(sizes) + 1) for a in m.layer.integers("shared_axes")}
    )
    shape = tuple(1 if i in axes else n for i, n in enumerate(sizes, 1))
    slope = m.weight(0, *shape)
    if slope.size in (1, sizes[-1]) and shape[-1] == slope.size:
        one = {"shared": slope.size == 1 and sizes[-1] != 1}
        return m.add("PReLU", one, value, {"slope": slope.reshape(-1)})
    if shape != sizes:
        raise UnsupportedError("it shares slopes over some of the axes")
    flat = m.add("Flatten", {}, value, suffix="_flat")
    made = m.add("PReLU", {}, flat, {"slope": slope.reshape(-1)})
    return m.add("Reshape", {"shape": sizes}, made, suffix="_shape")


def _is(function: str) -> Any:
    return lambda m: activated(m, m.input, function, "")


CONVERTERS = {
    "Activation": activation,
    "Identity": identity,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    "ELU": elu,
    "Softmax": softmax,
    "PReLU": prelu,
    # Operations on tensors.
    **{
        kind: _is(name)
        for kind, name in (
            *(("Relu", "relu"), ("Relu6", "relu6"), ("Sigmoid", "sigmoid"), ("Tanh", "tanh")),
            *(("Silu", "silu"), ("Softplus", "softplus"), ("Exp", "exponential")),
            ("HardSigmoid", "hard_sigmoid"),
        )
    },
}
