"""The formulas of a step with their numbers filled in, for small layers of the commonest kinds.

A formula is written with numbers only where it gives what the network computed: a penalty, shared
weights or a lower precision may bring more into it. Of all others the block's own rule is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from core.blocks.activation import Activation
from core.blocks.block import Block
from core.blocks.dense import Dense
from core.blocks.losses import Loss
from core.explain.walkthrough import loss_formulas
from core.explain.walkthrough.moments import Formula
from core.explain.walkthrough.writing import (
    MINUS,
    agree,
    factor,
    number,
    product,
    slope,
    symbol,
    total,
)
from core.train.optimizers.sgd import SGD

# Layers of more units, batches of more samples and arrays of more elements are not written out.
MOST_UNITS, MOST_SAMPLES, MOST_LINES = 8, 4, 64


class Numbers(NamedTuple):
    """What a node computed: arrays by port, of weights by name.

    Values on wires, of the outputs and their gradients (``slopes``) have the batch in front.
    """

    inputs: Mapping[str, np.ndarray]
    outputs: Mapping[str, np.ndarray]
    weights: Mapping[str, np.ndarray]
    slopes_in: Mapping[str, np.ndarray]
    slopes_out: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]


def forward_of(block: Block | None, numbers: Numbers) -> tuple[Formula, ...]:
    """What a node computes from its inputs."""
    found: tuple[Formula, ...] = ()
    if isinstance(block, Dense) and block.kernel_norm == "none":
        found = tuple(_dense_forward(numbers))
    elif isinstance(block, Activation) and block.function in _FUNCTIONS:
        found = tuple(_activation_forward(block.function, numbers))
    elif isinstance(block, Loss):
        found = _loss(block, numbers, loss_formulas.FORWARD)
    if found or block is None or not block.formula:
        return found
    return tuple(Formula(line) for line in block.formula.splitlines())


def backward_of(block: Block | None, numbers: Numbers) -> tuple[Formula, ...]:
    """How the gradient comes from a node's outputs to its inputs and weights."""
    if isinstance(block, Dense) and block.kernel_norm == "none":
        return tuple(_dense_backward(numbers))
    if isinstance(block, Activation) and block.function in _FUNCTIONS:
        return tuple(_activation_backward(block.function, numbers))
    if isinstance(block, Loss):
        return _loss(block, numbers, loss_formulas.BACKWARD)
    return ()


def update_of(
    name: str,
    old: np.ndarray,
    new: np.ndarray,
    gradient: np.ndarray,
    rate: float,
    optimizer: str,
) -> Formula:
    """How an array of weights changes: by gradient descent, or by what the optimizer makes of it.

    Of ``SGD`` the numbers show whether momentum, decay or clipping took part.
    """
    letter = {"kernel": "w", "bias": "b"}.get(name, name)
    index = "_{i,j}" if name == "kernel" and old.ndim == 2 else "_{j}" if name == "bias" else ""
    own = letter + index
    old, new, gradient = (np.asarray(a, np.float64) for a in (old, new, gradient))
    change = new - old
    # Both weights are rounded to float32.
    rounding = 2.0**-22 * float(np.abs(old).max(initial=0))
    is_plain = optimizer == SGD.label and np.allclose(
        change, -rate * gradient, rtol=1e-3, atol=rounding
    )
    if is_plain:
        rule = f"{own} ← {own} {MINUS} η · {slope(own)},   η = {number(rate)}"
    else:
        rule = f"{own} ← {own} + Δ{own},   Δ{own} by {optimizer}, η = {number(rate)}"
    if old.size > MOST_LINES:
        return Formula(rule)
    lines = []
    for at in np.ndindex(old.shape):
        begun = f"{symbol(letter, *at)} ← {number(old[at])}"
        if is_plain:
            step = product(rate, gradient[at])
            lines.append(f"{begun} {MINUS} {step} = {number(new[at])}")
        else:
            lines.append(f"{begun} + {factor(change[at])} = {number(new[at])}")
    return Formula(rule, tuple(lines))


def _loss(
    block: Loss,
    numbers: Numbers,
    known: Mapping[type[Loss], Callable[[Loss, Numbers], Iterator[Formula]]],
) -> tuple[Formula, ...]:
    """The formulas of a loss on a vector of a few numbers a sample."""
    if type(block) not in known or not {"target", block.prediction} <= numbers.inputs.keys():
        return ()
    prediction = numbers.inputs[block.prediction]
    if not _is_small(prediction):
        return ()
    return tuple(known[type(block)](block, numbers))


def _is_small(array: np.ndarray) -> bool:
    return array.ndim == 2 and array.shape[0] <= MOST_SAMPLES and array.shape[1] <= MOST_UNITS


def _samples(array: np.ndarray) -> Iterator[tuple[int, int | None]]:
    """Each sample's place, and its number where there are several."""
    for place in range(len(array)):
        yield place, place if len(array) > 1 else None


def _dense_forward(numbers: Numbers) -> Iterator[Formula]:
    x, z = numbers.inputs["input"], numbers.outputs["output"]
    w, b = numbers.weights.get("kernel"), numbers.weights.get("bias")
    rule = "z_{j} = Σ_{i} w_{i,j} x_{i}" + (" + b_{j}" if b is not None else "")
    lines: list[str] = []
    if w is not None and _is_small(x) and _is_small(z):
        bias = b if b is not None else np.zeros(z.shape[1])
        if agree(x.astype(np.float64) @ w + bias, z):
            for at, sample in _samples(z):
                for j in range(z.shape[1]):
                    terms = [product(w[i, j], x[at, i]) for i in range(x.shape[1])]
                    terms += [number(bias[j])] if b is not None else []
                    name = symbol("z", j, sample=sample)
                    lines.append(f"{name} = {total(terms)} = {number(z[at, j])}")
    yield Formula(rule, tuple(lines))


def _dense_backward(numbers: Numbers) -> Iterator[Formula]:
    x, delta = numbers.inputs["input"], numbers.slopes_out.get("output")
    if delta is None:
        return
    small = _is_small(x) and _is_small(delta)
    above = "^{(s)}" if len(x) > 1 else ""
    over = "Σ_{s} " if len(x) > 1 else ""
    w = numbers.weights.get("kernel")
    gradient, of_bias = (numbers.gradients.get(name) for name in ("kernel", "bias"))
    if gradient is not None:
        rule = f"{slope('w_{i,j}')} = {over}{slope('z_{j}')}{above} · x_{{i}}{above}"
        lines = _weight_slopes(x, delta, gradient) if small else ()
        yield Formula(rule, lines or _alone("w", gradient, small))
    if of_bias is not None:
        rule = f"{slope('b_{j}')} = {over}{slope('z_{j}')}{above}"
        lines = ()
        if small and agree(delta.sum(axis=0), of_bias):
            lines = tuple(
                f"{slope(symbol('b', j))} = {_added(map(number, delta[:, j]), of_bias[j])}"
                for j in range(len(of_bias))
            )
        yield Formula(rule, lines or _alone("b", of_bias, small))
    back = numbers.slopes_in.get("input")
    if back is not None and w is not None:
        lines = ()
        if small and agree(delta.astype(np.float64) @ w.T, back):
            lines = tuple(_input_slopes(w, delta, back))
        yield Formula(f"{slope('x_{i}')} = Σ_{{j}} w_{{i,j}} · {slope('z_{j}')}", lines)


def _weight_slopes(x: np.ndarray, delta: np.ndarray, gradient: np.ndarray) -> tuple[str, ...]:
    if gradient.size > MOST_LINES or not agree(x.astype(np.float64).T @ delta, gradient):
        return ()
    return tuple(
        f"{slope(symbol('w', i, j))} = "
        + _added((product(d, e) for d, e in zip(delta[:, j], x[:, i], strict=True)), value)
        for (i, j), value in np.ndenumerate(gradient)
    )


def _input_slopes(w: np.ndarray, delta: np.ndarray, back: np.ndarray) -> Iterator[str]:
    for at, sample in _samples(back):
        for i in range(back.shape[1]):
            terms = (product(w[i, j], delta[at, j]) for j in range(w.shape[1]))
            name = slope(symbol("x", i, sample=sample))
            yield f"{name} = {_added(terms, back[at, i])}"


def _alone(letter: str, values: np.ndarray, small: bool) -> tuple[str, ...]:
    """Gradients whose terms are not written: more than this node's inputs makes them."""
    if not small or values.size > MOST_LINES:
        return ()
    return tuple(f"{slope(symbol(letter, *at))} = {number(v)}" for at, v in np.ndenumerate(values))


def _added(terms: Iterator[str] | map[str], value: float) -> str:
    """Terms and what they come to; a single number is not said twice."""
    text = total(terms)
    return text if text == number(value) else f"{text} = {number(value)}"


class _Function(NamedTuple):
    """A function of one number: its rule, its line, its derivative's, and the derivative."""

    rule: str
    line: Callable[[float], str]
    slope_rule: str
    slope_line: Callable[[float, float], str]
    derivative: Callable[[np.ndarray, np.ndarray], np.ndarray]


_FUNCTIONS: Mapping[str, _Function | None] = {
    "relu": _Function(
        "a_{j} = max(0, z_{j})",
        lambda z: f"max(0, {number(z)})",
        "[z_{j} > 0]",
        lambda z, a: "1" if z > 0 else "0",
        lambda z, a: z > 0,
    ),
    "sigmoid": _Function(
        "a_{j} = 1 / (1 + exp(−z_{j}))",
        lambda z: f"1 / (1 + exp({number(-z)}))",
        "a_{j} · (1 − a_{j})",
        lambda z, a: f"{number(a)} · (1 − {number(a)})",
        lambda z, a: a * (1 - a),
    ),
    "tanh": _Function(
        "a_{j} = tanh(z_{j})",
        lambda z: f"tanh({number(z)})",
        "(1 − a_{j}^{2})",
        lambda z, a: f"(1 − {factor(a)}^{{2}})",
        lambda z, a: 1 - a**2,
    ),
    "linear": _Function(
        "a_{j} = z_{j}", number, "1", lambda z, a: "1", lambda z, a: np.ones_like(a)
    ),
    "softmax": None,
}


def _activation_forward(name: str, numbers: Numbers) -> Iterator[Formula]:
    z, a = numbers.inputs["input"], numbers.outputs["output"]
    function = _FUNCTIONS[name]
    rule = function.rule if function else "a_{j} = exp(z_{j}) / Σ_{k} exp(z_{k})"
    lines = []
    for at, sample in _samples(a) if _is_small(a) else ():
        below = loss_formulas.exponentials(z[at])
        for j in range(a.shape[1]):
            if function:
                text = function.line(float(z[at, j]))
            else:
                text = f"exp({number(z[at, j])}) / ({below})"
            result = number(a[at, j])
            name_of = symbol("a", j, sample=sample)
            lines.append(f"{name_of} = {text}" + ("" if text == result else f" = {result}"))
    yield Formula(rule, tuple(lines))


def _activation_backward(name: str, numbers: Numbers) -> Iterator[Formula]:
    z, a = numbers.inputs["input"], numbers.outputs["output"]
    delta, back = numbers.slopes_out.get("output"), numbers.slopes_in.get("input")
    if delta is None or back is None:
        return
    if (function := _FUNCTIONS[name]) is None:
        yield from _softmax_backward(a, delta, back)
        return
    lines = []
    if _is_small(a) and agree(delta * function.derivative(z, a), back):
        for at, sample in _samples(a):
            for j in range(a.shape[1]):
                by = function.slope_line(float(z[at, j]), float(a[at, j]))
                begun = f"{slope(symbol('z', j, sample=sample))} = {number(delta[at, j])}"
                lines.append(f"{begun} · {by} = {number(back[at, j])}")
    yield Formula(f"{slope('z_{j}')} = {slope('a_{j}')} · {function.slope_rule}", tuple(lines))


def _softmax_backward(a: np.ndarray, delta: np.ndarray, back: np.ndarray) -> Iterator[Formula]:
    rule = f"{slope('z_{j}')} = a_{{j}} · ({slope('a_{j}')} − Σ_{{k}} a_{{k}} · {slope('a_{k}')})"
    lines = []
    mean = (a * delta).sum(axis=-1, keepdims=True)
    if _is_small(a) and agree(a * (delta - mean), back):
        for at, sample in _samples(a):
            for j in range(a.shape[1]):
                inner = f"{number(delta[at, j])} {MINUS} {factor(mean[at, 0])}"
                name = slope(symbol("z", j, sample=sample))
                lines.append(f"{name} = {number(a[at, j])} · ({inner}) = {number(back[at, j])}")
    yield Formula(rule, tuple(lines))
