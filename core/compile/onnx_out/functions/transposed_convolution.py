"""Transposed convolutions, with and without groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.normalization import scaled_and_shifted
from core.compile.onnx_out.functions.shape import padded
from core.compile.onnx_out.functions.windows import Pads, each, in_a_row, lengths_of, pads_of
from core.compile.onnx_out.graph import Graph, InexpressibleError
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weight, Weights


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
    rims = _rims(padding, size, steps, gaps)
    axes = tuple(range(len(size)))

    def turned(kernel: np.ndarray) -> np.ndarray:
        if transpose_kernel:
            return kernel.transpose(len(size) + 1, len(size), *axes)
        return np.flip(kernel, axes).transpose(len(size), len(size) + 1, *axes)

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        kernel = weights["kernel"].then(turned, "transposed")
        return _spread(graph, weights, x, kernel, out_features, size, steps, gaps, rims, use_bias)

    return apply


@layer("layers.GroupedConvTranspose")
def grouped_conv_transpose(
    features: int,
    filters: int,
    *,
    kernel_size: Sequence[int],
    strides: Sequence[int],
    kernel_dilation: Sequence[int],
    padding: Sequence[tuple[int, int]],
    feature_group_count: int,
    use_bias: bool = True,
) -> Any:
    """The same in groups of channels; operators have the groups along the input channels."""
    groups, axes = feature_group_count, tuple(range(len(kernel_size)))

    def turned(kernel: np.ndarray) -> np.ndarray:
        each_of = (features // groups, groups, filters // groups)
        apart = np.flip(kernel, axes).reshape(*kernel_size, *each_of)
        last = len(axes)
        in_order = apart.transpose(last + 1, last, last + 2, *axes)
        return in_order.reshape(features, filters // groups, *kernel_size)

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        kernel = weights["kernel"].then(turned, "transposed")
        window = (kernel_size, strides, kernel_dilation, list(padding))
        return _spread(graph, weights, x, kernel, filters, *window, use_bias, groups)

    return apply


def _spread(
    graph: Graph,
    weights: Weights,
    x: Value,
    kernel: Weight,
    filters: int,
    size: Sequence[int],
    steps: Sequence[int],
    gaps: Sequence[int],
    rims: Pads,
    use_bias: bool,
    groups: int = 1,
) -> Value:
    """A ConvTranspose operator; the kernel is ``[C, filters / groups, *size]``.

    ``rims`` are what is padded around the spread input.
    """
    x = graph.channels_first(x)
    spans = [(k - 1) * d + 1 for k, d in zip(size, gaps, strict=True)]
    cut = [(span - 1 - a, span - 1 - b) for span, (a, b) in zip(spans, rims, strict=True)]
    # What reaches beyond the kernel sees nothing of the input, only the bias.
    beyond = [(max(0, -a), max(0, -b)) for a, b in cut]
    within = [(max(0, a), max(0, b)) for a, b in cut]
    found = [
        (n - 1) * s + span - a - b
        for n, s, span, (a, b) in zip(lengths_of(x), steps, spans, within, strict=True)
    ]
    is_padded = any(map(any, beyond))
    made = graph.op(
        "ConvTranspose",
        x,
        kernel,
        weights["bias"] if use_bias and not is_padded else None,
        shape=(x.shape[0], *found, filters),
        order=x.order,
        kernel_shape=list(size),
        strides=list(steps),
        dilations=list(gaps),
        pads=in_a_row(within),
        group=groups,
    )
    if not is_padded:
        return made
    made = padded(graph, made, [(0, 0), *beyond, (0, 0)])
    return scaled_and_shifted(graph, weights, made, False, use_bias)


def _rims(padding: Any, size: Sequence[int], steps: Sequence[int], gaps: Sequence[int]) -> Pads:
    """What is padded around the spread input, as ``jax.lax.conv_transpose`` has it."""
    if not isinstance(padding, str):
        return pads_of(padding, size, size, steps, gaps)
    rims = []
    for k, s, d in zip(size, steps, gaps, strict=True):
        span = (k - 1) * d + 1
        if padding == "SAME":
            total = span + s - 2
            before = span - 1 if s > span - 1 else math.ceil(total / 2)
        elif padding == "VALID":
            total, before = span + s - 2 + max(span - s, 0), span - 1
        else:
            raise InexpressibleError(f"{padding} padding is not translated")
        rims.append((before, total - before))
    return rims
