"""Attention put together again from the products, the softmax and the projections it is made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from core.compile.onnx_in.drafting import Drafting, Title
from core.compile.onnx_in.views import Axis, Value, axis_of, flat, length, same

if TYPE_CHECKING:
    from core.compile.onnx_in.emit.dense import DenseMade

# Scores below this are as good as minus infinity.
_HIDDEN = -1e4


@dataclass(frozen=True)
class Scores:
    """A product of queries ``[..., T, d]`` and keys ``[..., d, S]``.

    Scores that are not ``settled`` are still to be multiplied by what their value says.
    """

    query: Value
    key: Value
    factor: float
    causal: bool = False
    settled: bool = False
    mask: Value | None = None


@dataclass(frozen=True)
class Complement:
    """1 minus a value, which may be a mask of what is real."""

    value: Value


@dataclass(frozen=True)
class Weights:
    """The softmax of scores over their last axis."""

    scores: Scores


@dataclass(frozen=True)
class Attended:
    """Weights times values ``[..., S, d]``."""

    scores: Scores
    value: Value


def attention(
    d: Drafting, value: Value, made: Attended, kernel: np.ndarray, bias: np.ndarray | None
) -> Value | None:
    """Attention whose heads are joined and projected, as one block; None where it does not fit."""
    heads = _heads(d, value)
    if heads is None:
        return None
    scores = made.scores
    turned = replace(
        scores.key, logical=(*scores.key.logical[:-2], *reversed(scores.key.logical[-2:]))
    )
    parts = [_projection(d, v, heads) for v in (scores.query, turned, made.value)]
    if any(part is None for part in parts):
        return None
    query, key, val = (part for part in parts if part is not None)
    features = query.kernel.shape[1]
    per_head = features // heads
    fits = key.kernel.shape[1] == val.kernel.shape[1] == features == kernel.shape[0]
    if not fits or kernel.shape[1] != features or key.source.end != val.source.end:
        return None
    biases = [part.bias for part in (query, key, val)] + [bias]
    use_bias = any(b is not None for b in biases)
    scale = scores.factor * math.sqrt(per_head)
    weights: dict[str, np.ndarray] = {}
    for name, part in (("query", query), ("key", key), ("value", val)):
        by = scale if name == "query" else 1.0
        weights[f"{name}.kernel"] = by * part.kernel.reshape(-1, heads, per_head)
        weights[f"{name}.bias"] = by * _filled(part.bias, features).reshape(heads, per_head)
    weights["out.kernel"] = kernel.reshape(heads, per_head, features)
    weights["out.bias"] = _filled(bias, features)
    params: dict[str, Any] = {"heads": heads, "features": features}
    params |= {"causal": True} if scores.causal else {}
    if not use_bias:
        params["use_bias"] = False
        weights = {k: v for k, v in weights.items() if not k.endswith("bias")}
    inputs = {"query": query.source.end}
    if key.source.end != query.source.end:
        inputs["context"] = key.source.end
    if scores.mask is not None:
        inputs["mask"] = scores.mask.end
    out = d.add("MultiHeadAttention", params, inputs, weights, _title(d))
    new = axis_of(features)
    physical = (value.physical[0], value.physical[2], new)
    d.made[d.output(out, physical).end] = Projected(kernel, bias, value, made)
    return replace(d.output(out, physical, (*value.logical[:-1], new)), alone=True)


@dataclass(frozen=True)
class Projected:
    """What an attention block was made of, so that it may be made anew with another bias."""

    kernel: np.ndarray
    bias: np.ndarray | None
    value: Value
    made: Attended


def biased_attention(d: Drafting, value: Value, bias: np.ndarray) -> Value | None:
    """An attention block that nothing else reads with more bias; None for anything else."""
    old = d.made.get(value.end)
    if not isinstance(old, Projected) or not value.alone:
        return None
    total = bias if old.bias is None else old.bias + bias
    again = attention(d, old.value, old.made, old.kernel, total)
    return None if again is None else replace(value, end=again.end)


def causal(mask: np.ndarray) -> bool | None:
    """Whether an added mask ``[..., T, S]`` hides what comes later; None if it does else."""
    if mask.ndim < 2:
        return False if not mask.any() else None
    rows = mask.reshape(-1, *mask.shape[-2:])
    if not (rows == rows[0]).all():
        return None
    if not rows[0].any():
        return False
    shown = np.tril(np.ones(rows[0].shape, bool))
    square = rows[0].shape[0] == rows[0].shape[1]
    hides = square and not rows[0][shown].any() and bool((rows[0][~shown] <= _HIDDEN).all())
    return True if hides else None


def _heads(d: Drafting, value: Value) -> int | None:
    """The number of heads of an attended value ``[B, h, T, d]`` whose heads are joined last."""
    physical = value.physical
    if len(physical) != 4 or not value.rank:
        return None
    joined = same(value.logical[-1], (*physical[1], *physical[3]))
    others = [a for a in flat(value.logical[:-1]) if not a.batch]
    return length(physical[1]) if joined and same(others, physical[2]) else None


def _projection(d: Drafting, value: Value, heads: int) -> DenseMade | None:
    """The Dense that makes ``[..., T, d]`` of a sequence, its outputs by head and then by d."""
    from core.compile.onnx_in.emit.dense import DenseMade

    made = d.made.get(value.end)
    if not isinstance(made, DenseMade) or len(made.source.physical) != 3:
        return None
    of_heads: Axis = tuple(a for a in flat(value.logical[:-2]) if not a.batch)
    fits = same(value.physical[-1], (*of_heads, *value.logical[-1]))
    if not fits or length(of_heads) != heads or not same(value.physical[1], value.logical[-2]):
        return None
    return made


def _filled(bias: np.ndarray | None, features: int) -> np.ndarray:
    return np.zeros(features, np.float32) if bias is None else bias


def _title(d: Drafting) -> Title:
    """The module around the last projection is the attention."""
    title = d.title("MultiHeadAttention")
    for name in (title.exact, title.scope):
        stem, dot, last = name.rpartition(".")
        if dot and last in _PROJECTIONS:
            return replace(title, exact=stem)
    return replace(title, exact="")


_PROJECTIONS = ("out_proj", "proj", "c_proj", "o_proj", "to_out", "out", "output")


EMITTERS: Mapping[str, object] = {}
