"""Attention, taken apart into matrix products and a softmax."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.dense import affine
from core.compile.onnx_out.functions.elementwise import cast, joined, unary
from core.compile.onnx_out.functions.positions import Rotary, turned_pairs
from core.compile.onnx_out.functions.shape import spread, to_shape
from core.compile.onnx_out.graph import Graph, InexpressibleError
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value, broadcast
from core.compile.onnx_out.weights import Weights

# What hidden scores become; softmax makes it 0.
HIDDEN = float(np.finfo(np.float32).min)


@layer("nnx.MultiHeadAttention")
def multi_head_attention(
    num_heads: int,
    in_features: int,
    qkv_features: int | None = None,
    out_features: int | None = None,
    num_kv_heads: int | None = None,
    in_kv_features: int | None = None,
    *,
    broadcast_dropout: bool = True,
    dropout_rate: float = 0.0,
    deterministic: bool | None = None,
    use_bias: bool = True,
    decode: bool | None = None,
    normalize_qk: bool = False,
    attention_fn: Rotary | None = None,
) -> Any:
    """Queries from one sequence, keys and values from the same or another one."""
    width = qkv_features or in_features
    depth = width // num_heads
    kv_heads = num_kv_heads or num_heads

    def apply(
        graph: Graph,
        weights: Weights,
        inputs_q: Value,
        inputs_k: Value | None = None,
        inputs_v: Value | None = None,
        *,
        mask: Value | None = None,
        is_causal: bool = False,
        deterministic: bool | None = None,
        decode: bool | None = None,
    ) -> Value:
        if decode:
            raise InexpressibleError("attention that keeps a cache is not translated")
        keys = inputs_k or inputs_q

        def heads(name: str, x: Value, count: int, turn: tuple[int, ...]) -> Value:
            part = weights.part(name)
            kernel = part["kernel"].reshaped(-1, count * depth)
            bias = part["bias"].reshaped(-1) if use_bias else None
            cut = to_shape(
                graph,
                affine(graph, x, kernel, bias, count * depth),
                (*x.shape[:-1], count, depth),
            )
            if normalize_qk and name != "value":
                cut = graph.op(
                    "LayerNormalization",
                    cut,
                    weights.part(f"{name}_ln")["scale"],
                    shape=cut.shape,
                    axis=-1,
                    epsilon=1e-6,
                )
            if attention_fn is not None and name != "value":
                cut = turned_pairs(graph, cut, attention_fn.base)
            return turned(graph, cut, turn)

        q = heads("query", inputs_q, num_heads, (0, 2, 1, 3))
        k = heads("key", keys, kv_heads, (0, 2, 3, 1))
        v = heads("value", inputs_v or keys, kv_heads, (0, 2, 1, 3))
        if kv_heads != num_heads:
            k, v = (spread(graph, x, num_heads // kv_heads, 1) for x in (k, v))
        joined_heads = attended(graph, q, k, v, mask=mask, is_causal=is_causal)
        rows = to_shape(
            graph, turned(graph, joined_heads, (0, 2, 1, 3)), (*inputs_q.shape[:-1], width)
        )
        out = weights.part("out")
        made = out_features or in_features
        kernel = out["kernel"].reshaped(width, made)
        return affine(graph, rows, kernel, out["bias"] if use_bias else None, made)

    return apply


def attended(
    graph: Graph,
    q: Value,
    k: Value,
    v: Value,
    *,
    mask: Value | None = None,
    is_causal: bool = False,
    scale: float | None = None,
) -> Value:
    """softmax(Q K / sqrt(d)) V for q ``[B, h, T, d]``, k ``[B, h, d, S]``, v ``[B, h, S, d]``."""
    t, s = q.size(2), k.size(3)
    lead = broadcast(q.shape[:2], k.shape[:2])
    factor = 1 / math.sqrt(q.size(3)) if scale is None else scale
    scores = graph.op("MatMul", joined(graph, "Mul", q, factor), k, shape=(*lead, t, s))
    if is_causal:
        later = np.triu(np.full((t, s), HIDDEN, np.float32), 1)
        scores = joined(graph, "Add", scores, later) if later.any() else scores
    if mask is not None:
        shown = cast(graph, graph.plain(mask), "bool")
        hidden = np.asarray(HIDDEN, np.float32)
        scores = graph.op("Where", shown, scores, hidden, shape=scores.shape)
    share = unary(graph, "Softmax", scores, axis=-1)
    return graph.op("MatMul", share, v, shape=(*lead, t, v.shape[3]))


def turned(graph: Graph, x: Value, axes: tuple[int, ...]) -> Value:
    """The value with its axes in another order, in the graph as well."""
    x = graph.plain(x)
    shape = tuple(x.shape[a] for a in axes)
    return graph.op("Transpose", x, shape=shape, dtype=x.dtype, perm=list(axes))
