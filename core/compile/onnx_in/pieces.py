"""The patterns: activations and normalizations as exporters write them out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from core.compile.onnx_in.graph import OnnxNode
from core.compile.onnx_in.matching import Matcher

Pattern = Callable[[Matcher, OnnxNode], OnnxNode | None]


def _as(node: OnnxNode, op: str, *inputs: str, **attributes: object) -> OnnxNode:
    return replace(node, op=op, inputs=inputs, attributes=attributes)


def gelu(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """x (1 + erf(x / sqrt 2)) / 2, its three products in whatever order."""
    factors = _factors(m, node)
    for name in factors:
        one_more = m.maker(name, "Add")
        erf = m.maker(m.with_scalar(one_more, 1.0) or "", "Erf")
        if erf is None:
            continue
        x = _divided(m, erf.input(0), math.sqrt(2))
        rest = [f for f in factors if f != name]
        numbers = [m.scalar(f) for f in rest]
        half = math.prod(n for n in numbers if n is not None)
        others = [f for f, n in zip(rest, numbers, strict=True) if n is None]
        if x is not None and others == [x] and abs(half - 0.5) < 1e-3:
            return _as(node, "Gelu", x)
    return None


def gelu_tanh(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2."""
    factors = _factors(m, node)
    for name in factors:
        tanh = m.maker(m.with_scalar(m.maker(name, "Add"), 1.0) or "", "Tanh")
        if tanh is None:
            continue
        inner = m.with_scalar(m.maker(tanh.input(0), "Mul"), math.sqrt(2 / math.pi))
        total = m.maker(inner or "", "Add")
        if total is None or len(total.inputs) != 2:
            continue
        for x, cubic in (total.inputs, tuple(reversed(total.inputs))):
            cube = m.with_scalar(m.maker(cubic, "Mul"), 0.044715)
            power = m.maker(cube or "", "Pow")
            if power is None or power.input(0) != x or not m.is_scalar(power.input(1), 3.0):
                continue
            rest = [f for f in factors if f != name]
            numbers = [m.scalar(f) for f in rest]
            half = math.prod(n for n in numbers if n is not None)
            others = [f for f, n in zip(rest, numbers, strict=True) if n is None]
            if others == [x] and abs(half - 0.5) < 1e-3:
                return _as(node, "Gelu", x, approximate="tanh")
    return None


def gated(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """x sigmoid(x), x hard_sigmoid(x) and x tanh(softplus(x))."""
    if len(node.inputs) != 2:
        return None
    for x, gate in (node.inputs, tuple(reversed(node.inputs))):
        sigmoid = m.maker(gate, "Sigmoid")
        if sigmoid is not None and sigmoid.input(0) == x:
            return _as(node, "Swish", x)
        hard = m.maker(gate, "HardSigmoid")
        if hard is not None and hard.input(0) == x and _is_sixth(hard):
            return _as(node, "HardSwish", x)
        tanh = m.maker(gate, "Tanh")
        soft = m.maker(tanh.input(0), "Softplus") if tanh else None
        if soft is not None and soft.input(0) == x:
            return _as(node, "Mish", x)
    return None


def _is_sixth(node: OnnxNode) -> bool:
    alpha, beta = node.attributes.get("alpha", 0.2), node.attributes.get("beta", 0.5)
    return bool(abs(alpha - 1 / 6) < 1e-4 and beta == 0.5)


def hard_sigmoid(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """relu6(x + 3) / 6."""
    clipped = _divided(m, node.outputs[0], 6.0, node)
    clip = m.maker(clipped or "", "Clip")
    if clip is None or not _clips(m, clip, 0.0, 6.0):
        return None
    x = m.with_scalar(m.maker(clip.input(0), "Add"), 3.0)
    return None if x is None else _as(node, "HardSigmoid", x, alpha=1 / 6, beta=0.5)


def hard_swish(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """x relu6(x + 3) / 6, divided after the product."""
    product = m.maker(_divided(m, node.outputs[0], 6.0, node) or "", "Mul")
    if product is None or len(product.inputs) != 2:
        return None
    for x, gate in (product.inputs, tuple(reversed(product.inputs))):
        clip = m.maker(gate, "Clip")
        if clip is None or not _clips(m, clip, 0.0, 6.0):
            continue
        if m.with_scalar(m.maker(clip.input(0), "Add"), 3.0) == x:
            return _as(node, "HardSwish", x)
    return None


def _clips(m: Matcher, node: OnnxNode, low: float, high: float) -> bool:
    found = [
        m.scalar(node.input(i)) if node.input(i) else node.attributes.get(name)
        for i, name in ((1, "min"), (2, "max"))
    ]
    return found == [low, high]


def layer_norm(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """(x - mean) / sqrt(variance + epsilon) times a scale, plus a bias."""
    if node.op == "Add":
        parts = m.with_vector(node)
        scaled = m.maker(parts[0], "Mul") if parts else None
        inner = m.with_vector(scaled)
        bias = parts[1] if parts else ""
    else:
        inner, bias = m.with_vector(node), ""
    found = _normalized(m, inner[0]) if inner else None
    if found is None or inner is None:
        return None
    x, epsilon = found
    last = m.graph.shapes.get(x, (0,))[-1]
    arrays = [m.graph.constants[name] for name in (inner[1], bias) if name]
    if any(a.shape[-1:] != (last,) or a.size != last for a in arrays) or not bias:
        return None
    inputs = [x, inner[1], bias]
    return _as(node, "LayerNormalization", *inputs, axis=-1, epsilon=epsilon)


def _normalized(m: Matcher, name: str) -> tuple[str, float] | None:
    """What is brought to mean 0 and variance 1 along its last axis, and epsilon."""
    quotient = m.maker(name, "Div")
    if quotient is not None:
        centred, root = quotient.inputs
        deviation = m.maker(root, "Sqrt")
    else:
        product = m.maker(name, "Mul")
        if product is None:
            return None
        centred, root = product.inputs
        inverse = m.maker(root, "Reciprocal")
        deviation = m.maker(inverse.input(0), "Sqrt") if inverse else None
    total = m.maker(deviation.input(0), "Add") if deviation else None
    mean = m.maker(m.with_scalar(total) or "", "ReduceMean")
    difference = m.maker(centred, "Sub")
    if total is None or mean is None or difference is None:
        return None
    average = m.maker(difference.input(1), "ReduceMean")
    x = difference.input(0)
    if average is None or average.input(0) != x or not _is_square(m, mean.input(0), centred, x):
        return None
    rank = len(m.graph.shapes.get(x, ()))
    if any(m.axes(node) not in ((-1,), (rank - 1,)) for node in (mean, average)):
        return None
    numbers = [m.scalar(i) for i in total.inputs]
    epsilon = next((n for n in numbers if n is not None), None)
    return None if epsilon is None else (x, epsilon)


def _is_square(m: Matcher, name: str, centred: str, x: str) -> bool:
    """Whether a value is the square of a centred one, that may be computed once more."""
    power, product = m.maker(name, "Pow"), m.maker(name, "Mul")
    if power is not None and m.is_scalar(power.input(1), 2.0):
        base = power.input(0)
    elif product is not None and product.inputs[0] == product.inputs[1]:
        base = product.inputs[0]
    else:
        return False
    if base == centred:
        return True
    again = m.maker(base, "Sub")
    return again is not None and again.input(0) == x


def rms_norm(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """x / sqrt(mean(x^2) + epsilon) times a scale."""
    parts = m.with_vector(node)
    inner = m.maker(parts[0], "Mul", "Div") if parts else None
    if parts is None or inner is None or len(inner.inputs) != 2:
        return None
    x, root = inner.inputs
    centred = m.maker(x, "Sub")
    if centred is not None and m.maker(centred.input(1), "ReduceMean"):
        return None
    if inner.op == "Mul":
        inverse = m.maker(root, "Reciprocal", "Div")
        if inverse is None:
            return None
        root = inverse.input(0) if inverse.op == "Reciprocal" else inverse.input(1)
    deviation = m.maker(root, "Sqrt")
    total = m.maker(deviation.input(0), "Add") if deviation else None
    mean = m.maker(m.with_scalar(total) or "", "ReduceMean")
    if total is None or mean is None or not _is_square(m, mean.input(0), x, ""):
        return None
    shape = m.graph.shapes.get(x, ())
    if m.axes(mean) not in ((-1,), (len(shape) - 1,)):
        return None
    scale = m.graph.constants[parts[1]]
    epsilon = next((n for n in map(m.scalar, total.inputs) if n is not None), None)
    if epsilon is None or scale.shape != shape[-1:]:
        return None
    return _as(node, "RMSNormalization", x, parts[1], axis=-1, epsilon=epsilon)


def instance_or_group_norm(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """GroupNorm as PyTorch writes it: reshape, InstanceNormalization, reshape, scale, bias."""
    parts = m.with_vector(node)
    scaled = m.with_vector(m.maker(parts[0], "Mul")) if parts else None
    back = m.maker(scaled[0], "Reshape") if scaled else None
    inner = m.maker(back.input(0), "InstanceNormalization") if back else None
    first = m.maker(inner.input(0), "Reshape") if inner else None
    if parts is None or scaled is None or inner is None or first is None:
        return None
    x = first.input(0)
    shape = m.graph.shapes.get(x, ())
    groups = m.graph.constants.get(inner.input(1), np.zeros(0))
    bias = m.graph.constants.get(inner.input(2), np.ones(1))
    grouped = m.graph.shapes.get(first.outputs[0], ())
    arrays = [m.graph.constants[scaled[1]], m.graph.constants[parts[1]]]
    fits = len(shape) >= 3 and len(grouped) == 3 and grouped[1] == len(groups)
    fits = fits and all(a.size == shape[1] == a.shape[0] for a in arrays)
    if not fits or (groups != 1).any() or bias.any():
        return None
    given = inner.attributes.get("epsilon", 1e-5)
    return _as(
        node,
        "GroupNorm",
        x,
        scaled[1],
        parts[1],
        num_groups=len(groups),
        epsilon=given,
    )


def log_softmax(m: Matcher, node: OnnxNode) -> OnnxNode | None:
    """The logarithm of a softmax."""
    inner = m.maker(node.input(0), "Softmax")
    return None if inner is None else replace(inner, op="LogSoftmax")


def _factors(m: Matcher, node: OnnxNode) -> list[str]:
    """The factors of a product of products, quotients by numbers apart."""
    found: list[str] = []
    open_ = list(node.inputs)
    while open_ and len(found) < 6:
        name = open_.pop()
        inner = m.maker(name, "Mul")
        if inner is not None and m.graph.uses(name) == 1 and name not in m.graph.outputs:
            open_ += inner.inputs
        else:
            found.append(name)
    return found


def _divided(m: Matcher, name: str, by: float, node: OnnxNode | None = None) -> str | None:
    """What a value is a number's part of, by a division or a product."""
    node = node or m.maker(name, "Div", "Mul")
    if node is None or len(node.inputs) != 2:
        return None
    if node.op == "Div":
        return node.inputs[0] if m.is_scalar(node.inputs[1], by) else None
    return m.with_scalar(node, 1 / by)


PATTERNS: Mapping[str, tuple[Pattern, ...]] = {
    "Mul": (gelu, gelu_tanh, gated, hard_sigmoid, hard_swish, rms_norm),
    "Div": (hard_sigmoid, hard_swish),
    "Add": (layer_norm, instance_or_group_norm),
    "Log": (log_softmax,),
}
