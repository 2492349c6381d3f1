"""Pooling over windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.elementwise import unary
from core.compile.onnx_out.functions.shape import padded
from core.compile.onnx_out.functions.windows import each, in_a_row, pads_of, places
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import function
from core.compile.onnx_out.value import Value


def pooled(
    graph: Graph,
    type_: str,
    x: Value,
    window: Sequence[int],
    strides: Sequence[int] | None,
    padding: Any,
    **attributes: Any,
) -> Value:
    """A pooling operator over the axes between batch and channels."""
    x = graph.channels_first(x)
    lengths = tuple(x.size(a) for a in range(1, x.rank - 1))
    size, ones = tuple(window), (1,) * len(lengths)
    steps = each(strides, len(lengths))
    pads = pads_of(padding, lengths, size, steps, ones)
    if type_ == "MaxPool" and any(p >= k for k, both in zip(size, pads, strict=True) for p in both):
        # Operators want windows that reach into the input; what is padded never wins.
        x = padded(graph, x, [(0, 0), *pads, (0, 0)], fill=float(np.finfo(np.float32).min))
        return pooled(graph, type_, x, window, strides, "VALID", **attributes)
    found = places(lengths, pads, size, steps, ones)
    return graph.op(
        type_,
        x,
        shape=(x.shape[0], *found, x.shape[-1]),
        order=x.order,
        kernel_shape=list(size),
        strides=list(steps),
        pads=in_a_row(pads),
        **attributes,
    )


@function("nnx.max_pool")
def max_pool(
    graph: Graph,
    x: Value,
    window_shape: Sequence[int],
    strides: Sequence[int] | None = None,
    padding: Any = "VALID",
) -> Value:
    """The largest value of each window."""
    return pooled(graph, "MaxPool", x, window_shape, strides, padding)


@function("nnx.min_pool")
def min_pool(
    graph: Graph,
    x: Value,
    window_shape: Sequence[int],
    strides: Sequence[int] | None = None,
    padding: Any = "VALID",
) -> Value:
    """The smallest value of each window."""
    most = pooled(graph, "MaxPool", unary(graph, "Neg", x), window_shape, strides, padding)
    return unary(graph, "Neg", most)


@function("nnx.avg_pool")
def avg_pool(
    graph: Graph,
    x: Value,
    window_shape: Sequence[int],
    strides: Sequence[int] | None = None,
    padding: Any = "VALID",
    count_include_pad: bool = True,
) -> Value:
    """The mean of each window."""
    counted = int(count_include_pad)
    return pooled(
        graph, "AveragePool", x, window_shape, strides, padding, count_include_pad=counted
    )


@function("layers.adaptive_average_pool")
def adaptive_average_pool(graph: Graph, x: Value, sizes: Sequence[int]) -> Value:
    """The mean of each of ``sizes`` bins an axis."""
    for axis, count in enumerate(sizes, start=1):
        chosen, counted = _bins(x.size(axis), count)
        taken, at = _taken(graph, x, axis, chosen)
        share = (counted / counted.sum(axis=1, keepdims=True)).astype(np.float32)
        wide = share.reshape(*share.shape, *(1,) * (x.rank - at - 1))
        weighed = graph.op("Mul", taken, wide, shape=taken.shape)
        x = _summed(graph, "ReduceSum", weighed, x, axis, count)
    return x


@function("layers.adaptive_max_pool")
def adaptive_max_pool(graph: Graph, x: Value, sizes: Sequence[int]) -> Value:
    """The largest value of each of ``sizes`` bins an axis."""
    for axis, count in enumerate(sizes, start=1):
        chosen, _ = _bins(x.size(axis), count)
        taken, _ = _taken(graph, x, axis, chosen)
        x = _summed(graph, "ReduceMax", taken, x, axis, count)
    return x


def _taken(graph: Graph, x: Value, axis: int, chosen: np.ndarray) -> tuple[Value, int]:
    """The elements of each bin ``[..., bins, longest, ...]``, in the graph's order of axes."""
    at = x.place(axis)
    sizes = [x.shape[a] for a in x.axes]
    shape = (*sizes[:at], *chosen.shape, *sizes[at + 1 :])
    return graph.op("Gather", x, chosen.astype(np.int64), shape=shape, axis=at), at


def _summed(graph: Graph, type_: str, taken: Value, x: Value, axis: int, count: int) -> Value:
    place = np.asarray([x.place(axis) + 1], np.int64)
    shape = (*x.shape[:axis], count, *x.shape[axis + 1 :])
    return graph.op(type_, taken, place, shape=shape, order=x.order, keepdims=0)


def _bins(length: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The places of each bin ``[count, longest]`` and which of them count; short ones repeat."""
    starts = np.arange(count) * length // count
    ends = -(-np.arange(1, count + 1) * length // count)
    found = starts[:, None] + np.arange((ends - starts).max())
    return np.minimum(found, ends[:, None] - 1), found < ends[:, None]
