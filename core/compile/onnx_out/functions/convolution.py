"""Convolutions, forwards and transposed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.normalization import scaled_and_shifted
from core.compile.onnx_out.functions.shape import mirrored, padded, to_shape
from core.compile.onnx_out.functions.windows import each, in_a_row, pads_of, places
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
        pads = pads_of(left, _lengths(x), size, steps, gaps)
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
    found = places(_lengths(x), pads, kernel_shape, strides, dilations)
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


@layer("nnx.ConvTranspose")
def conv_transpose(
    in_features: int,
    out_features: int,
    kernel_size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    *,
    padding: Any = "SAME",
    kernel_dilation: int | Sequence[int] | None = None,
    use_bias: bool = True,
    transpose_kernel: bool = False,
) -> Any:
    """The gradient of a convolution as a layer of its own; it makes images larger."""
    size = (kernel_size,) if isinstance(kernel_size, int) else tuple(kernel_size)
    steps, gaps = each(strides, len(size)), each(kernel_dilation, len(size))
    axes = tuple(range(len(size)))

    def turned(kernel: np.ndarray) -> np.ndarray:
        if transpose_kernel:
            return kernel.transpose(len(size) + 1, len(size), *axes)
        return np.flip(kernel, axes).transpose(len(size), len(size) + 1, *axes)

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        x = graph.channels_first(x)
        spans = [(k - 1) * d + 1 for k, d in zip(size, gaps, strict=True)]
        rims = _rims(padding, spans, steps)
        cut = [(span - 1 - a, span - 1 - b) for span, (a, b) in zip(spans, rims, strict=True)]
        # What reaches beyond the kernel sees nothing of the input, only the bias.
        beyond = [(max(0, -a), max(0, -b)) for a, b in cut]
        within = [(max(0, a), max(0, b)) for a, b in cut]
        found = [
            (n - 1) * s + span - a - b
            for n, s, span, (a, b) in zip(_lengths(x), steps, spans, within, strict=True)
        ]
        is_padded = any(map(any, beyond))
        made = graph.op(
            "ConvTranspose",
            x,
            weights["kernel"].then(turned, "transposed"),
            weights["bias"] if use_bias and not is_padded else None,
            shape=(x.shape[0], *found, out_features),
            order=x.order,
            kernel_shape=list(size),
            strides=list(steps),
            dilations=list(gaps),
            pads=in_a_row(within),
        )
        if not is_padded:
            return made
        made = padded(graph, made, [(0, 0), *beyond, (0, 0)])
        return scaled_and_shifted(graph, weights, made, False, use_bias)

    return apply


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
        pads = pads_of(padding, _lengths(x), kernel_size, strides, kernel_dilation)
        wide = padded(graph, x, [(0, 0), *pads, (0, 0)])
        chosen, found = _patches(_lengths(wide), kernel_size, strides, kernel_dilation)
        flat = to_shape(graph, wide, (None, math.prod(_lengths(wide)), features))
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


def _rims(padding: Any, spans: Sequence[int], steps: Sequence[int]) -> list[tuple[int, int]]:
    """What is padded around the spread input, as ``jax.lax.conv_transpose`` has it."""
    if not isinstance(padding, str):
        return pads_of(padding, spans, spans, steps, [1] * len(spans))
    rims = []
    for k, s in zip(spans, steps, strict=True):
        if padding == "SAME":
            total = k + s - 2
            before = k - 1 if s > k - 1 else math.ceil(total / 2)
        elif padding == "VALID":
            total, before = k + s - 2 + max(k - s, 0), k - 1
        else:
            raise InexpressibleError(f"{padding} padding is not translated")
        rims.append((before, total - before))
    return rims


def oihw(kernel: Weight, axes: int) -> Weight:
    """A kernel ``[*size, C, filters]`` as operators want it, ``[filters, C, *size]``."""
    return kernel.transposed(axes + 1, axes, *range(axes))


def _lengths(x: Value) -> tuple[int, ...]:
    return tuple(x.size(a) for a in range(1, x.rank - 1))
