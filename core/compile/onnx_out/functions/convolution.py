"""Convolutions, forwards and transposed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.windows import each, in_a_row, pads_of, places
from core.compile.onnx_out.graph import Graph, Inexpressible
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weight, Weights


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
            raise Inexpressible("a dilated input is not translated")
        pads = pads_of(padding, _lengths(x), size, steps, gaps)
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
        more = [max(0, -b) for _, b in cut]
        if any(a < 0 for a, _ in cut) or any(
            m >= max(s, d) for m, s, d in zip(more, steps, gaps, strict=True) if m
        ):
            raise Inexpressible("padding beyond the kernel is not translated")
        found = [
            (n - 1) * s + a + b - span + 2
            for n, s, span, (a, b) in zip(_lengths(x), steps, spans, rims, strict=True)
        ]
        return graph.op(
            "ConvTranspose",
            x,
            weights["kernel"].then(turned, "transposed"),
            weights["bias"] if use_bias else None,
            shape=(x.shape[0], *found, out_features),
            order=x.order,
            kernel_shape=list(size),
            strides=list(steps),
            dilations=list(gaps),
            pads=in_a_row([(a, max(0, b)) for a, b in cut]),
            output_padding=more,
        )

    return apply


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
            raise Inexpressible(f"{padding} padding is not translated")
        rims.append((before, total - before))
    return rims


def oihw(kernel: Weight, axes: int) -> Weight:
    """A kernel ``[*size, C, filters]`` as operators want it, ``[filters, C, *size]``."""
    return kernel.transposed(axes + 1, axes, *range(axes))


def _lengths(x: Value) -> tuple[int, ...]:
    return tuple(x.size(a) for a in range(1, x.rank - 1))
