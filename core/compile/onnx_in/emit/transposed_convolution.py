"""Transposed convolutions, with and without groups."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.convolution import image_output, images, short
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Value


def conv_transpose(d: Drafting, node: OnnxNode) -> Value:
    """A transposed convolution with constant filters ``[I, O / groups, ...]``."""
    kernel = d.constant(node.input(1))
    bias = d.constant(node.input(2)) if node.input(2) else None
    value = d.value(node.input(0))
    axes, groups = kernel.ndim - 2, node.integer("group", 1)
    if node.attributes.get("output_shape"):
        raise UnsupportedError("it has a set output shape")
    if node.text("auto_pad", "NOTSET") != "NOTSET":
        raise UnsupportedError("it chooses its padding by itself")
    if value.rank != kernel.ndim or value.shape[1] != kernel.shape[0] or len(kernel) % groups:
        raise UnsupportedError(f"filters {kernel.shape} do not fit an input {value.shape}")
    strides = node.integers("strides", (1,) * axes)
    dilation = node.integers("dilations", (1,) * axes)
    pads = node.integers("pads", (0,) * 2 * axes)
    extra = node.integers("output_padding", (0,) * axes)
    given = images(d, value)
    filters = kernel.shape[1] * groups
    params = {
        "filters": filters,
        "kernel_size": short(kernel.shape[2:]),
        "strides": short(strides),
        "dilation": short(dilation),
        "groups": groups,
        "padding": "EXPLICIT",
        "pads": short(tuple(n for i in range(axes) for n in (pads[i], pads[axes + i]))),
        "output_padding": short(extra),
        "use_bias": bias is not None,
    }
    weights = {"kernel": _channels_last(kernel, groups)}
    weights |= {} if bias is None else {"bias": bias}
    key = d.add("ConvTranspose", params, {"input": given.end}, weights)
    places = [
        (n - 1) * s - pads[i] - pads[axes + i] + (k - 1) * dl + 1 + e
        for i, (n, s, k, dl, e) in enumerate(
            zip(value.shape[2:], strides, kernel.shape[2:], dilation, extra, strict=True)
        )
    ]
    return image_output(d, key, value, (*places, filters))


def _channels_last(kernel: np.ndarray, groups: int) -> np.ndarray:
    """Filters ``[I, O / groups, ...]`` as blocks have them, ``[..., I / groups, O]`` and mirrored.

    Operators have the groups along the input channels, blocks along the filters.
    """
    size = kernel.shape[2:]
    places = tuple(range(3, 3 + len(size)))
    apart = kernel.reshape(groups, -1, *kernel.shape[1:])
    turned = np.flip(apart, places).transpose(*places, 1, 0, 2)
    return turned.reshape(*size, len(kernel) // groups, -1)


EMITTERS: Mapping[str, object] = {"ConvTranspose": conv_transpose}
