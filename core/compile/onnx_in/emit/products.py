"""Products of two computed values."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.attention import Attended, Scores, Weights
from core.compile.onnx_in.graph import UnsupportedError
from core.compile.onnx_in.views import (
    Atom,
    Axes,
    Axis,
    Value,
    aligned,
    flat,
    length,
    substituted,
)


@dataclass(frozen=True)
class _Pair:
    """Two factors with common atoms: their leading axes, and those of the matrices."""

    first: Value
    second: Value
    lead: Axes


def product(d: Drafting, first: Value, second: Value) -> Value:
    """The matrix product of two values over their last two axes, as attention is made of."""
    if first.rank < 2 or first.rank != second.rank:
        raise UnsupportedError(f"it multiplies values of rank {first.rank} and {second.rank}")
    factor = first.factor * second.factor
    weights = d.made.get(first.end)
    other = _apart(replace(second, factor=1.0), first)
    pair = _paired(replace(first, factor=1.0), other)
    try:
        out = _emitted(d, pair)
    except UnsupportedError as error:
        lead = (*pair.lead, pair.first.logical[-2], pair.second.logical[-1])
        out = d.output(d.unknown(str(error)), _batch_first(d, lead), lead)
    if isinstance(weights, Weights) and factor == 1.0:
        d.made[out.end] = Attended(weights.scores, second)
    else:
        d.made[out.end] = Scores(first, second, factor)
    return replace(out, factor=factor)


def _apart(second: Value, first: Value) -> Value:
    """The second factor with a last axis of its own, also where both stem from one sequence."""
    shared = set(second.logical[-1]) & set(flat(first.logical))
    if any(a.batch for a in shared):
        raise UnsupportedError("it mixes the samples of a batch")
    fresh = {a: (Atom(a.size),) for a in shared}
    return replace(
        second,
        physical=substituted(second.physical, fresh),
        logical=substituted(second.logical, fresh),
    )


def _paired(first: Value, second: Value) -> _Pair:
    for i in range(first.rank - 2):
        first, second = _matched(first, second, i, i)
    first, second = _matched(first, second, first.rank - 1, second.rank - 2)
    lead = tuple(a or b for a, b in zip(first.logical[:-2], second.logical[:-2], strict=True))
    return _Pair(first, second, lead)


def _matched(one: Value, other: Value, i: int, j: int) -> tuple[Value, Value]:
    """Both with the same atoms on an axis of each, unless one of them has the length 1."""
    if not one.logical[i] or not other.logical[j]:
        if i == one.rank - 1 and (one.logical[i] or other.logical[j]):
            raise UnsupportedError("the matrices do not fit")
        return one, other
    if length(one.logical[i]) != length(other.logical[j]):
        raise UnsupportedError(f"{one.shape} and {other.shape} do not fit")
    one, other = aligned(one.logical[i], other.logical[j], one, other)
    return one, renamed(other, other.logical[j], one.logical[i])


def renamed(value: Value, old: Axis, new: Axis) -> Value:
    """The value with the atoms of an axis replaced by equal ones."""
    if len(old) != len(new):
        raise UnsupportedError("axes of one length are cut differently")
    names = {a: (b,) for a, b in zip(old, new, strict=True) if a is not b}
    if not names:
        return value
    present = set(flat(value.physical)) - set(old)
    if present.intersection(new):
        raise UnsupportedError("it multiplies a value with itself in another order")
    return replace(
        value,
        physical=substituted(value.physical, names),
        logical=substituted(value.logical, names),
    )


def _emitted(d: Drafting, pair: _Pair) -> Value:
    first, second = pair.first, pair.second
    m, k, n = first.logical[-2], first.logical[-1], second.logical[-1]
    one = d.realised(first, (*_batch_first(d, first.logical[:-2]), m, k))
    order = flat(second.physical)
    turned = bool(n) and bool(k) and order.index(n[0]) < order.index(k[0])
    last = (n, k) if turned else (k, n)
    two = d.realised(second, (*_batch_first(d, second.logical[:-2]), *last))
    options = {"transpose_2": True} if turned else {}
    inputs = {"input_1": one.end, "input_2": two.end}
    key = d.add("MatMul", options, inputs)
    physical = (*_batch_first(d, pair.lead), m, n)
    return d.output(key, physical, (*pair.lead, m, n))


def _batch_first(d: Drafting, axes: Axes) -> Axes:
    """The axes with the batch by itself in front."""
    found = [tuple(a for a in axis if not a.batch) for axis in axes]
    places = [i for i, axis in enumerate(axes) if d.batch in axis]
    if not places:
        raise UnsupportedError("it mixes the samples of a batch")
    if axes[places[0]] == (d.batch,):
        found.pop(places[0])
    return ((d.batch,), *found)
