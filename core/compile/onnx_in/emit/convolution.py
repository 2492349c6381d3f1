"""Convolutions: ONNX has channels first, blocks have them last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.dense import dense
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Axes, Value, axis_of, same_axes, transposed


def images(d: Drafting, value: Value) -> Value:
    """A value ``[B, C, ...]`` with its channels as the last physical axis."""
    if not 3 <= value.rank <= 5:
        raise UnsupportedError(f"it takes a value of rank {value.rank}")
    batch, channels, *places = value.logical
    return d.realised(value, (batch, *places, channels))


def padding(
    node: OnnxNode, lengths: Sequence[int], kernel: Sequence[int], strides: Sequence[int]
) -> dict[str, object]:
    """The parameters of padding that do what ONNX does."""
    dilation = node.integers("dilations", (1,) * len(kernel))
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    mode = node.text("auto_pad", "NOTSET")
    if mode == "VALID":
        return {"padding": "VALID"}
    if mode == "SAME_UPPER":
        return {"padding": "SAME"}
    same = _same(lengths, spans, strides)
    if mode == "SAME_LOWER":
        sides = [(b, a) for a, b in same]
    else:
        given = node.integers("pads", (0,) * 2 * len(kernel))
        if len(given) != 2 * len(kernel) or min(given) < 0:
            raise UnsupportedError(f"its pads are {list(given)}")
        sides = list(zip(given[: len(kernel)], given[len(kernel) :], strict=True))
    if not any(map(any, sides)):
        return {"padding": "VALID"}
    if sides == same:
        return {"padding": "SAME"}
    if len({n for pair in sides for n in pair}) == 1:
        return {"padding": "EXPLICIT", "pads": (sides[0][0],)}
    return {"padding": "EXPLICIT", "pads": tuple(n for pair in sides for n in pair)}


def _same(lengths: Sequence[int], spans: Sequence[int], strides: Sequence[int]) -> list:
    """What SAME padding adds before and after, the odd element after."""
    found = []
    for n, span, stride in zip(lengths, spans, strides, strict=True):
        total = max((-(-n // stride) - 1) * stride + span - n, 0)
        found.append((total // 2, total - total // 2))
    return found


def conv(d: Drafting, node: OnnxNode) -> Value:
    """A convolution with constant filters."""
    value = d.value(node.input(0))
    kernel = d.constant(node.input(1))
    bias = d.constant(node.input(2)) if node.input(2) else None
    axes = kernel.ndim - 2
    groups = node.integer("group", 1)
    if value.rank != kernel.ndim or axes < 1 or value.shape[1] != kernel.shape[1] * groups:
        raise UnsupportedError(f"filters {kernel.shape} do not fit an input {value.shape}")
    strides = node.integers("strides", (1,) * axes)
    dilation = node.integers("dilations", (1,) * axes)
    if kernel.size == kernel.shape[0] * kernel.shape[1] and _without_places(value) and groups == 1:
        return _as_dense(d, value, kernel.reshape(kernel.shape[:2]), bias)
    given = images(d, value)
    filters, size = kernel.shape[0], kernel.shape[2:]
    pads = padding(node, value.shape[2:], size, strides)
    params = {
        "filters": filters,
        "kernel_size": short(size),
        "strides": short(strides),
        "dilation": short(dilation),
        "groups": groups,
        "use_bias": bias is not None,
        **pads,
    }
    order = (*range(2, kernel.ndim), 1, 0)
    weights = {"kernel": kernel.transpose(order)} | ({} if bias is None else {"bias": bias})
    kind = "Conv"
    if groups > 1 and groups == kernel.shape[1] * groups and filters % groups == 0:
        params, kind = _depthwise(params, filters // groups), "DepthwiseConv"
    key = d.add(kind, params, {"input": given.end}, weights)
    places = places_of(value.shape[2:], size, strides, dilation, pads)
    return image_output(d, key, value, (*places, filters))


def _depthwise(params: dict, multiplier: int) -> dict:
    left = {k: v for k, v in params.items() if k not in ("filters", "groups")}
    return {"multiplier": multiplier, **left}


def image_output(d: Drafting, key: str, value: Value, sizes: Sequence[int]) -> Value:
    """A draft's images ``[B, ..., C]`` of these sizes as a value ``[B, C, ...]``."""
    *places, channels = (axis_of(n) for n in sizes)
    physical = (value.logical[0], *places, channels)
    return d.output(key, physical, (value.logical[0], channels, *places), alone=True)


def places_of(
    lengths: Sequence[int],
    kernel: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    pads: Mapping[str, object],
) -> list[int]:
    """How many places a window takes on each axis, padded as ``padding`` says."""
    if pads["padding"] == "SAME":
        return [-(-n // s) for n, s in zip(lengths, strides, strict=True)]
    sides: Sequence[int] = pads.get("pads", (0,))  # type: ignore[assignment]
    each = list(sides) * (2 * len(lengths)) if len(sides) == 1 else list(sides)
    found = []
    for i, (n, k) in enumerate(zip(lengths, kernel, strict=True)):
        whole = n + each[2 * i] + each[2 * i + 1] - ((k - 1) * dilation[i] + 1)
        found.append(whole // strides[i] + 1)
    if min(found, default=1) < 1:
        raise UnsupportedError(f"its window {list(kernel)} does not fit {list(lengths)}")
    return found


def _without_places(value: Value) -> bool:
    """Whether a value ``[B, C, 1, ...]`` is ``[B, C]`` with us."""
    wanted: Axes = (value.logical[0], value.logical[1])
    return not any(value.logical[2:]) and same_axes(value.physical, wanted)


def _as_dense(d: Drafting, value: Value, kernel: np.ndarray, bias: np.ndarray | None) -> Value:
    """A convolution of a single place is a Dense."""
    order = (0, *range(2, value.rank), 1)
    made = dense(d, transposed(value, order), kernel.T, bias)
    return transposed(made, (0, value.rank - 1, *range(1, value.rank - 1)))


def short(sizes: Sequence[int]) -> tuple[int, ...]:
    """One number where all are equal."""
    return (sizes[0],) if len(set(sizes)) == 1 else tuple(sizes)


EMITTERS: Mapping[str, object] = {"Conv": conv}
