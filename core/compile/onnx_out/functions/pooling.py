"""Pooling over windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.compile.onnx_out.functions.elementwise import unary
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
    **attributes: int,
) -> Value:
    """A pooling operator over the axes between batch and channels."""
    x = graph.channels_first(x)
    lengths = tuple(x.size(a) for a in range(1, x.rank - 1))
    size, ones = tuple(window), (1,) * len(lengths)
    steps = each(strides, len(lengths))
    pads = pads_of(padding, lengths, size, steps, ones)
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
