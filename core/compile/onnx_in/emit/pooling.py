"""Pooling over windows and over all places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.convolution import image_output, images, padding, places_of, short
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Value


def pool(d: Drafting, node: OnnxNode) -> Value:
    """MaxPool and AveragePool."""
    if len([name for name in node.outputs if name]) > 1:
        raise UnsupportedError("it gives the places of the largest values, too")
    value = d.value(node.input(0))
    window = node.integers("kernel_shape")
    strides = node.integers("strides", (1,) * len(window))
    if len(window) != value.rank - 2 or len(strides) != len(window):
        raise UnsupportedError(f"a window {list(window)} does not fit an input {list(value.shape)}")
    if any(n != 1 for n in node.integers("dilations", (1,))):
        raise UnsupportedError("its window has gaps (dilations)")
    average = node.op == "AveragePool"
    pads = padding(node, value.shape[2:], window, strides)
    if node.integer("ceil_mode", 0):
        pads = _ceiled(value, window, strides, pads, average)
    params: dict[str, Any] = {"window": short(window), "strides": _strides(window, strides)}
    params |= pads
    if average and node.integer("count_include_pad", 0) and pads["padding"] != "VALID":
        params["count_padding"] = True
    given = images(d, value)
    kind = "AveragePool" if average else "MaxPool"
    key = d.add(kind, params, {"input": given.end})
    plain = {k: v for k, v in pads.items() if k != "ceil_mode"}
    places = places_of(value.shape[2:], window, strides, (1,) * len(window), plain)
    return image_output(d, key, value, (*places, value.shape[1]))


def _ceiled(
    value: Value,
    window: tuple[int, ...],
    strides: tuple[int, ...],
    pads: dict[str, Any],
    average: bool,
) -> dict[str, Any]:
    """Padding that adds the last, incomplete window of each axis."""
    if pads["padding"] == "SAME":
        return pads
    given = pads.get("pads", (0,))
    each = list(given) * 2 * len(window) if len(given) == 1 else list(given)
    changed = False
    for i, (n, k, s) in enumerate(zip(value.shape[2:], window, strides, strict=True)):
        whole = n + each[2 * i] + each[2 * i + 1] - k
        # A window that would begin in the padding behind is left out.
        missing = -whole % s
        if missing and (whole + missing) // s * s < n + each[2 * i]:
            each[2 * i + 1] += missing
            changed = True
    if not changed:
        return pads
    if average:
        raise UnsupportedError("it averages incomplete windows at the end (ceil_mode)")
    return {"padding": "EXPLICIT", "pads": tuple(each)}


def _strides(window: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int, ...]:
    """Empty where windows stand side by side."""
    return () if window == strides else short(strides)


def global_pool(d: Drafting, node: OnnxNode) -> Value:
    """The mean or the largest value of each channel."""
    value = d.value(node.input(0))
    average = node.op == "GlobalAveragePool"
    return of_places(d, value, "GlobalAveragePool" if average else "GlobalMaxPool")


def of_places(d: Drafting, value: Value, kind: str) -> Value:
    """A block that leaves ``[B, C]`` of a value ``[B, C, ...]``, as a value ``[B, C, 1, ...]``."""
    given = images(d, value)
    key = d.add(kind, {}, {"input": given.end})
    batch, channels, *places = value.logical
    logical = (batch, channels, *((),) * len(places))
    return d.output(key, (batch, channels), logical, alone=True)


EMITTERS: Mapping[str, object] = {
    "MaxPool": pool,
    "AveragePool": pool,
    "GlobalAveragePool": global_pool,
    "GlobalMaxPool": global_pool,
}
