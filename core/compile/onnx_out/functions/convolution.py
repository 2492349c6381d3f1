"""Convolutions, with the same filters everywhere or with own ones for every place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.shape import mirrored, padded, to_shape
from core.compile.onnx_out.functions.windows import each, in_a_row, lengths_of, pads_of, places
from core.compile.onnx_out.graph import Graph, InexpressibleError
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weight, Weights

# Flax's paddings that repeat what is within, by NumPy's names.
_MIRRORED = {"CIRCULAR": "wrap", "REFLECT": "reflect"}


@layer("nnx.Conv")
def conv(
    in_features: int,
    out_features: int,
    kernel_size: int | Sequence[int],
    strides: int | Sequence[int] | None = 1,
    *,
    padding: Any = "SAME",
    input_dilation: int | Sequence[int] | None = 1,
    kernel_dilation: int | Sequence[int] | None = 1,
    feature_group_count: int = 1,
    use_bias: bool = True,
) -> Any:
    """A convolution over the axes between batch and channels."""
    size = (kernel_size,) if isinstance(kernel_size, int) else tuple(kernel_size)
    steps, gaps = each(strides, len(size)), each(kernel_dilation, len(size))

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        if set(each(input_dilation, len(size))) != {1}:
            raise InexpressibleError("a dilated input is not translated")
        left = padding
        if isinstance(padding, str) and padding in _MIRRORED:
            left = "VALID"
            spans = [(k - 1) * d + 1 for k, d in zip(size, gaps, strict=True)]
            sides = [((span - 1) // 2, span // 2) for span in spans]
            x = graph.channels_first(x)
            x = mirrored(graph, x, [(0, 0), *sides, (0, 0)], _MIRRORED[padding])
        pads = pads_of(left, lengths_of(x), size, steps, gaps)
        return convolved(
            graph,
            x,
            oihw(weights["kernel"], len(size)),
            weights["bias"] if use_bias else None,
            out_features,
            kernel_shape=size,
            strides=steps,
            dilations=gaps,
            pads=pads,
            group=feature_group_count,
        )

    return apply


def convolved(
    graph: Graph,
    x: Value,
    kernel: Weight,
    bias: Weight | None,
    filters: int,
    *,
    kernel_shape: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    pads: list[tuple[int, int]],
    group: int = 1,
) -> Value:
    """A Conv operator; the kernel is ``[filters, C / group, *kernel_shape]``."""
    x = graph.channels_first(x)
    found = places(lengths_of(x), pads, kernel_shape, strides, dilations)
    return graph.op(
        "Conv",
        x,
        kernel,
        bias,
        shape=(x.shape[0], *found, filters),
        order=x.order,
        kernel_shape=list(kernel_shape),
        strides=list(strides),
        dilations=list(dilations),
        pads=in_a_row(pads),
        group=group,
    )


@layer("layers.LocallyConnected")
def locally_connected(
    features: int,
    filters: int,
    *,
    places: int,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    kernel_dilation: Sequence[int],
    padding: Any,
    use_bias: bool = True,
) -> Any:
    """The patch at each place times the weights of that place."""
    area = math.prod(kernel_size)

    def apart(kernel: np.ndarray) -> np.ndarray:
        cut = kernel.reshape(area, features, places, filters)
        return cut.transpose(2, 0, 1, 3).reshape(places, area * features, filters)

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        x = graph.plain(x)
        pads = pads_of(padding, lengths_of(x), kernel_size, strides, kernel_dilation)
        wide = padded(graph, x, [(0, 0), *pads, (0, 0)])
        chosen, found = _patches(lengths_of(wide), kernel_size, strides, kernel_dilation)
        flat = to_shape(graph, wide, (None, math.prod(lengths_of(wide)), features))
        patches = graph.op("Gather", flat, chosen, shape=(None, places, area, features), axis=1)
        rows = to_shape(graph, patches, (None, places, area * features))
        rows = graph.ordered(rows, (1, 0, 2))
        made = graph.op(
            "MatMul",
            rows,
            weights["kernel"].then(apart, "apart"),
            shape=(None, places, filters),
            order=(1, 0, 2),
        )
        if use_bias:
            bias = weights["bias"].reshaped(places, 1, filters)
            made = graph.op("Add", made, bias, shape=made.shape, order=made.order)
        return to_shape(graph, made, (None, *found, filters))

    return apply


def _patches(
    lengths: Sequence[int], size: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> tuple[np.ndarray, tuple[int, ...]]:
    """The flat indices of each place's patch ``[places, area]``, and the places of each axis."""
    found = places(lengths, [(0, 0)] * len(lengths), size, strides, dilation)
    starts = np.meshgrid(
        *(np.arange(n) * s for n, s in zip(found, strides, strict=True)), indexing="ij"
    )
    steps = np.meshgrid(
        *(np.arange(k) * d for k, d in zip(size, dilation, strict=True)), indexing="ij"
    )
    at = [a.reshape(-1, 1) + b.reshape(1, -1) for a, b in zip(starts, steps, strict=True)]
    return np.ravel_multi_index(at, tuple(lengths)).astype(np.int64), found


def oihw(kernel: Weight, axes: int) -> Weight:
    """A kernel ``[*size, C, filters]`` as operators want it, ``[filters, C, *size]``."""
    return kernel.transposed(axes + 1, axes, *range(axes))
