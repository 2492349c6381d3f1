"""A convolutional LSTM as a Scan, whose inside is one step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.elementwise import joined, unary
from core.compile.onnx_out.functions.positions import batch_shape
from core.compile.onnx_out.functions.shape import split, to_shape
from core.compile.onnx_out.graph import Body, Graph
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value, channels_first
from core.compile.onnx_out.weights import Weights


@layer("layers.ConvLSTM")
def conv_lstm(
    of_input: Callable[..., Any], of_state: Callable[..., Any], *, all_steps: bool = False
) -> Any:
    """Gates from a convolution of the input and one of the state."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        x = graph.plain(x)
        steps, image = x.size(1), x.shape[2:]
        # All images of all sequences are convolved at once.
        gates = of_input(graph, weights.part("of_input"), to_shape(graph, x, (None, *image)))
        filters = gates.size(3) // 4
        sizes = (gates.size(1), gates.size(2))
        turned = graph.channels_first(gates)
        rows = Value(turned.name, tuple(turned.shape[a] for a in turned.axes))
        every = to_shape(graph, rows, (None, steps, 4 * filters, *sizes))
        start = graph.op(
            "Expand",
            np.zeros((), np.float32),
            batch_shape(graph, x, filters, *sizes),
            shape=(None, filters, *sizes),
        )
        body = _step(graph, of_state, weights.part("of_state"), (*sizes, filters))
        end = graph.value("state", start.shape)
        states = graph.value("states", (None, steps, filters, *sizes))
        graph.note(
            "Scan",
            (start, start, every),
            (end, graph.value("memory", start.shape), states),
            body=body,
            num_scan_inputs=1,
            scan_input_axes=[1],
            scan_output_axes=[1],
        )
        if all_steps:
            return Value(states.name, (None, steps, *sizes, filters), "float32", (0, 1, 4, 2, 3))
        return Value(end.name, (None, *sizes, filters), "float32", channels_first(4))

    return apply


def _step(
    graph: Graph, of_state: Callable[..., Any], weights: Weights, shape: tuple[int, ...]
) -> Body:
    """One step: state, memory and the input's gates in; state, memory and state out."""
    inner, order = graph.within(), channels_first(4)
    h, c = (inner.value(name, (None, *shape), order=order) for name in ("h", "c"))
    given = inner.value("gates", (None, *shape[:-1], 4 * shape[-1]), order=order)
    total = joined(inner, "Add", given, of_state(inner, weights, h))
    i, f, g, o = split(inner, total, 4, axis=-1)
    kept = joined(inner, "Mul", unary(inner, "Sigmoid", f), c)
    added = joined(inner, "Mul", unary(inner, "Sigmoid", i), unary(inner, "Tanh", g))
    memory = joined(inner, "Add", kept, added)
    state = joined(inner, "Mul", unary(inner, "Sigmoid", o), unary(inner, "Tanh", memory))
    seen = inner.op("Identity", state, shape=state.shape, order=order)
    return Body(tuple(inner.ops), (h, c, given), (state, memory, seen))
