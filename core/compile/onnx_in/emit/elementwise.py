"""Sums, products and other functions of two values or of a value and a constant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.affine import (
    AffineMade,
    affine,
    along_last,
    computed,
    fitted,
    number,
    sequence_table,
    varying,
)
from core.compile.onnx_in.emit.attention import Complement, Scores, biased_attention, causal
from core.compile.onnx_in.emit.dense import DenseMade, biased
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Axis, Value, aligned, flat, length, same, substituted

_BLOCKS = {
    "Add": "Add",
    "Sub": "Subtract",
    "Mul": "Multiply",
    "Div": "Divide",
    "Max": "Maximum",
    "Min": "Minimum",
}


def joined(d: Drafting, node: OnnxNode) -> Value:
    """One of the operators on two or more values."""
    names = [name for name in node.inputs if name]
    if len(names) == 1:
        return d.raw(names[0])
    found: Value | None = None
    for second in names[1:]:
        if found is None:
            found = _pair(d, node.op, names[0], second)
        else:
            found = _values(d, node.op, found, d.value(second))
    if found is None:
        raise UnsupportedError("it has no inputs")
    return found


def _pair(d: Drafting, op: str, first: str, second: str) -> Value:
    if d.is_constant(second):
        return with_constant(d, op, d.raw(first), d.constant(second))
    if d.is_constant(first):
        return _constant_first(d, op, d.constant(first), d.raw(second))
    return _values(d, op, d.raw(first), d.raw(second))


def _constant_first(d: Drafting, op: str, constant: np.ndarray, value: Value) -> Value:
    if op in ("Add", "Mul", "Max", "Min"):
        return with_constant(d, op, value, constant)
    if constant.size == 1 and constant.ndim <= value.rank and value.dtype == "float32":
        first = float(constant.reshape(-1)[0])
        value = d.settled(value)
        sign = "-" if op == "Sub" else "/"
        out = computed(d, value, f"{number(first)} {sign} x")
        if op == "Sub" and first == 1.0:
            d.made[out.end] = Complement(value)
        return out
    if op == "Sub":
        return with_constant(d, "Add", replace(value, factor=-value.factor), constant)
    raise UnsupportedError("it divides a constant by a value")


def with_constant(d: Drafting, op: str, value: Value, constant: np.ndarray) -> Value:
    """A value and a constant behind it."""
    if value.dtype != "float32" or not np.issubdtype(constant.dtype, np.number):
        raise UnsupportedError(f"it computes with {value.dtype} and {constant.dtype.name}")
    array = np.asarray(constant, np.float32)
    if op in ("Sub", "Div"):
        array = -array if op == "Sub" else 1.0 / array
    value, array = fitted(value, array)
    if op in ("Mul", "Div"):
        return _times(d, value, array)
    if op in ("Add", "Sub"):
        return _plus(d, value, array)
    if array.size != 1:
        raise UnsupportedError(f"it takes the {_BLOCKS[op].lower()} of a value and a constant")
    limit = number(float(array.reshape(-1)[0]))
    return computed(d, d.settled(value), f"{_BLOCKS[op].lower()}(x, {limit})")


def _times(d: Drafting, value: Value, array: np.ndarray) -> Value:
    if array.size == 1:
        # Multiplied once something reads it; attention takes it in.
        return replace(value, factor=value.factor * float(array.reshape(-1)[0]))
    value, vector = along_last(d, value, array)
    factor, value = value.factor, replace(value, factor=1.0)
    return affine(d, value, vector * np.float32(factor), np.zeros_like(vector))


def _plus(d: Drafting, value: Value, array: np.ndarray) -> Value:
    scores = d.made.get(value.end)
    if isinstance(scores, Scores):
        return _masked(d, value, array, scores)
    value = d.settled(value)
    if not array.any():
        return value
    if array.size == 1 and value.alone and isinstance(d.made.get(value.end), AffineMade):
        placed, vector = along_last(d, value, array)
        return affine(d, placed, np.ones_like(vector), vector)
    if array.size == 1 and not isinstance(d.made.get(value.end), DenseMade):
        return computed(d, value, f"x + {number(float(array.reshape(-1)[0]))}")
    last = value.physical[-1] if len(value.physical) > 1 else ()
    if set(varying(value, array)) <= set(last):
        placed, vector = along_last(d, value, array)
        if isinstance(d.made.get(placed.end), PositionsMade) and placed.alone:
            return _positions(d, placed, np.zeros_like(d.made[placed.end].table) + vector)
        taken = biased(d, placed, vector) or biased_attention(d, placed, vector)
        return taken or affine(d, placed, np.ones_like(vector), vector)
    table = sequence_table(value, array)
    if table is not None:
        return _positions(d, value, table)
    placed, vector = along_last(d, value, array)
    return affine(d, placed, np.ones_like(vector), vector)


@dataclass(frozen=True)
class PositionsMade:
    """A vector per position that may be taken back, and the sequence it was added to."""

    source: Value
    table: np.ndarray


def _positions(d: Drafting, value: Value, table: np.ndarray) -> Value:
    """A sequence with a vector ``[T, F]`` added to each element."""
    made = d.made.get(value.end)
    source = value
    if value.alone and isinstance(made, PositionsMade):
        source, table = made.source, made.table + table
    if value.alone and isinstance(made, AffineMade) and (made.scale == 1).all():
        source, table = made.source, made.bias + table
    inputs = {"input": source.end}
    title = d.title("Positions")
    key = d.add("PositionalEmbedding", {"length": 0}, inputs, {"embedding": table}, title)
    out = replace(value, end=d.output(key, value.physical).end, alone=True)
    d.made[out.end] = PositionsMade(source, table)
    return out


def _masked(d: Drafting, value: Value, array: np.ndarray, scores: Scores) -> Value:
    kind = causal(array)
    known = None if kind is None else _shown(scores, value.factor, kind)
    out = d.settled(value)
    try:
        placed, vector = along_last(d, out, array)
        out = affine(d, placed, np.ones_like(vector), vector) if array.any() else out
    except UnsupportedError as error:
        out = replace(out, end=d.output(d.unknown(str(error)), out.physical).end)
    if known is not None:
        d.made[out.end] = known
    return out


def _shown(scores: Scores, factor: float, hides_later: bool) -> Scores:
    factor = scores.factor if scores.settled else factor
    return replace(scores, factor=factor, causal=scores.causal or hides_later, settled=True)


def _values(d: Drafting, op: str, first: Value, second: Value) -> Value:
    factor = 1.0
    if op == "Mul":
        factor = first.factor * second.factor
        first, second = replace(first, factor=1.0), replace(second, factor=1.0)
    one, two, logical = together(d, d.settled(first), d.settled(second))
    for value in (one, two):
        if value.dtype != "float32":
            raise UnsupportedError(f"it computes with {value.dtype}")
    inputs = {"input_1": one.end, "input_2": two.end}
    params = {"count": 2} if op in ("Add", "Mul", "Max", "Min") else {}
    key = d.add(_BLOCKS[op], params, inputs)
    physical = tuple(a or b for a, b in zip(one.physical, two.physical, strict=True))
    out = d.output(key, physical, logical, factor=factor, alone=True)
    if op == "Add":
        _note_mask(d, out, first, second)
        _note_mask(d, out, second, first)
    return out


def _note_mask(d: Drafting, out: Value, scores: Value, mask: Value) -> None:
    """Remember scores of attention to which (1 - mask) times a very low number was added."""
    made, hidden = d.made.get(scores.end), d.made.get(mask.end)
    if not isinstance(made, Scores) or not isinstance(hidden, Complement) or made.mask:
        return
    real = hidden.value
    of_keys = len(real.physical) == 2 and same(mask.logical[-1], real.physical[1])
    if mask.factor <= -1e4 and of_keys and not any(mask.logical[1:-1]):
        factor = made.factor if made.settled else scores.factor
        d.made[out.end] = replace(made, factor=factor, settled=True, mask=real)


def together(d: Drafting, one: Value, two: Value) -> tuple[Value, Value, tuple[Axis, ...]]:
    """Two values laid out alike, where axes of length 1 stretch, and the joint ONNX axes."""
    rank = max(one.rank, two.rank)
    one, two = (replace(v, logical=((),) * (rank - v.rank) + v.logical) for v in (one, two))
    for axis in range(rank):
        a, b = one.logical[axis], two.logical[axis]
        if a and b:
            if length(a) != length(b):
                raise UnsupportedError(f"{one.shape} and {two.shape} do not fit")
            one, two = aligned(a, b, one, two)
            two = _renamed(two, two.logical[axis], one.logical[axis])
    logical = tuple(a or b for a, b in zip(one.logical, two.logical, strict=True))
    wanted = _host(d, one, two, logical)
    return _laid(d, one, wanted), _laid(d, two, wanted), logical


def _renamed(value: Value, old: Axis, new: Axis) -> Value:
    names = {a: (b,) for a, b in zip(old, new, strict=True) if a is not b}
    physical = substituted(value.physical, names)
    return replace(value, physical=physical, logical=substituted(value.logical, names))


def _host(d: Drafting, one: Value, two: Value, logical: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The physical axes that suit both: those of the value that has all atoms, if one has."""
    atoms = set(flat(logical))
    hosts = [v for v in (one, two) if set(flat(v.physical)) >= atoms]
    if not hosts:
        rest = tuple(tuple(a for a in axis if not a.batch) for axis in logical)
        return ((d.batch,), *(axis for axis in rest if axis))
    wanted: list[Axis] = []
    other = set(flat((two if hosts[0] is one else one).physical))
    for axis in hosts[0].physical:
        run: list = []
        for atom in axis:
            if run and (run[-1] in other) != (atom in other):
                wanted.append(tuple(run))
                run = []
            run.append(atom)
        wanted.append(tuple(run))
    return tuple(wanted)


def _laid(d: Drafting, value: Value, wanted: tuple[Axis, ...]) -> Value:
    have = set(flat(value.physical))
    return d.realised(value, tuple(tuple(a for a in axis if a in have) for axis in wanted))


def power(d: Drafting, node: OnnxNode) -> Value:
    """A constant power of a value."""
    exponent = d.scalar(node.input(1))
    if exponent is None:
        raise UnsupportedError("its exponent is computed")
    value = d.value(node.input(0))
    return value if exponent == 1.0 else computed(d, value, f"x ** {number(exponent)}")


_FORMULAS = {
    "Sqrt": "sqrt(x)",
    "Abs": "abs(x)",
    "Log": "log(x)",
    "Reciprocal": "1 / x",
    "Sin": "sin(x)",
    "Cos": "cos(x)",
    "Floor": "floor(x)",
    "Ceil": "ceil(x)",
    "Round": "round(x)",
    "Sign": "sign(x)",
}


def formula(d: Drafting, node: OnnxNode) -> Value:
    """A function that a formula can name."""
    return computed(d, d.value(node.input(0)), _FORMULAS[node.op])


def negative(d: Drafting, node: OnnxNode) -> Value:
    """A value times -1."""
    value = d.raw(node.input(0))
    return replace(value, factor=-value.factor)


def where(d: Drafting, node: OnnxNode) -> Value:
    """Scores of attention of which a constant hides some; other choices have no block."""
    if not d.is_constant(node.input(0)):
        raise UnsupportedError("it chooses by computed values")
    chosen = d.constant(node.input(0)).astype(bool)
    first, second = node.input(1), node.input(2)
    kept, other = (first, second) if d.is_constant(second) else (second, first)
    shown = chosen if kept == first else ~chosen
    value = d.raw(kept)
    if bool(shown.all()):
        return value
    scores, low = d.made.get(value.end), d.scalar(other)
    if not isinstance(scores, Scores) or low is None or low > -1e4:
        raise UnsupportedError("it puts constants in place of some elements")
    value, array = fitted(value, np.where(shown, 0.0, -1e9).astype(np.float32))
    return _masked(d, value, array, scores)


EMITTERS: Mapping[str, object] = {
    **dict.fromkeys(_BLOCKS, joined),
    "Sum": lambda d, node: joined(d, replace(node, op="Add")),
    **dict.fromkeys(_FORMULAS, formula),
    "Pow": power,
    "Neg": negative,
    "Where": where,
}
