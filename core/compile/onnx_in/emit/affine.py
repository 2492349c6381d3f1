"""Values multiplied by constants, or with constants added to them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.compile.onnx_in.drafting import Drafting, put_in_order
from core.compile.onnx_in.graph import UnsupportedError
from core.compile.onnx_in.views import Axis, Value, flat, length


@dataclass(frozen=True)
class AffineMade:
    """A scale and a bias per channel that may be taken back, and what they were put on."""

    source: Value
    scale: np.ndarray
    bias: np.ndarray


def scaled(d: Drafting, value: Value, factor: float) -> Value:
    """A value times a number, which is not trained."""
    return computed(d, value, f"x * {number(factor)}")


def computed(d: Drafting, value: Value, expression: str) -> Value:
    """A formula of each element of a value, called x."""
    key = d.add("Lambda", {"expression": expression, "count": 1}, {"x": value.end})
    return replace(value, end=d.output(key, value.physical).end, alone=True)


def number(value: float) -> str:
    """A number of single precision as it is written in a formula."""
    return f"{value:.9g}" if value >= 0 else f"(0 - {-value:.9g})"


def affine(d: Drafting, value: Value, scale: np.ndarray, bias: np.ndarray) -> Value:
    """The last physical axis times ``scale`` plus ``bias``, both ``[C]``."""
    made = d.made.get(value.end)
    source = value
    if isinstance(made, AffineMade) and value.alone:
        scale, bias = made.scale * scale, made.bias * scale + bias
        source = replace(value, end=made.source.end)
    if len(value.physical) < 2:
        raise UnsupportedError("it scales one number a sample")
    params = {"use_scale": bool((scale != 1).any()), "use_bias": bool(bias.any())}
    if not any(params.values()):
        return value
    weights = {"scale": scale} if params["use_scale"] else {}
    weights |= {"bias": bias} if params["use_bias"] else {}
    key = d.add("Affine", params, {"input": source.end}, weights)
    out = replace(value, end=d.output(key, value.physical).end, alone=True)
    d.made[out.end] = AffineMade(source, scale, bias)
    return out


def fitted(value: Value, constant: np.ndarray) -> tuple[Value, np.ndarray]:
    """A constant without what broadcasting repeats, with as many axes as the value.

    Raises UnsupportedError where the constant would make the value larger.
    """
    while constant.ndim > value.rank and value.rank < 6:
        value = replace(value, logical=((), *value.logical))
    array = constant.reshape((1,) * (value.rank - constant.ndim) + constant.shape)
    for axis, size in enumerate(array.shape):
        first = array.take([0], axis)
        if size > 1 and bool((array == first).all()):
            array = first if value.shape[axis] == size else array
    if any(n not in (1, m) for n, m in zip(array.shape, value.shape, strict=True)):
        raise UnsupportedError(f"a constant of shape {list(constant.shape)} makes its input larger")
    return value, array


def varying(value: Value, array: np.ndarray) -> Axis:
    """The atoms along which a fitted constant varies."""
    return flat(axis for axis, n in zip(value.logical, array.shape, strict=True) if n > 1)


def along_last(d: Drafting, value: Value, array: np.ndarray) -> tuple[Value, np.ndarray]:
    """A fitted constant as a vector over the last physical axis, which is chosen so.

    Raises UnsupportedError where it varies along the batch.
    """
    atoms = varying(value, array)
    last = value.physical[-1] if len(value.physical) > 1 else ()
    if not set(atoms) <= set(last):
        value, last = d.with_last(value, atoms)
    if any(a.batch for a in last):
        raise UnsupportedError("a constant differs between the samples of a batch")
    chosen = set(atoms)
    order = tuple(a for a in last if a in chosen)
    vector = put_in_order(array.reshape(-1), 0, atoms, order)
    opened = vector.reshape(tuple(a.size if a in chosen else 1 for a in last))
    full = np.broadcast_to(opened, tuple(a.size for a in last))
    return value, np.asarray(full, np.float32).reshape(-1)


def sequence_table(value: Value, array: np.ndarray) -> np.ndarray | None:
    """A fitted constant ``[T, F]`` in the order of a sequence's elements; None where it is none."""
    atoms = varying(value, array)
    if len(value.physical) != 3 or set(atoms) & set(value.physical[0]):
        return None
    wanted = flat(value.physical[1:])
    sizes = tuple(a.size if a in set(atoms) else 1 for a in wanted)
    order = tuple(a for a in wanted if a in set(atoms))
    table = put_in_order(array.reshape(-1), 0, atoms, order).reshape(sizes)
    full = np.broadcast_to(table, tuple(a.size for a in wanted))
    return full.reshape(length(value.physical[1]), length(value.physical[2]))
