"""Means, sums and extremes over axes, padding and resizing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.compile.onnx_in.constants import argument
from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.convolution import image_output, images
from core.compile.onnx_in.emit.pooling import of_places
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Axis, Value, flat, same

_OPERATIONS = {
    "ReduceMean": "mean",
    "ReduceSum": "sum",
    "ReduceMax": "max",
    "ReduceMin": "min",
    "ReduceProd": "product",
    "ReduceL2": "norm",
}


def reduce(d: Drafting, node: OnnxNode) -> Value:
    """A figure over some axes; over all places of an image it is global pooling."""
    value = d.value(node.input(0))
    given = [None, d.constant(node.input(1)) if node.input(1) else None]
    axes = argument(node, given, 1, "axes")
    if not axes and node.integer("noop_with_empty_axes", 0):
        return value
    gone = {value.axis(i) for i in axes} if axes else set(range(value.rank))
    atoms = flat(value.logical[i] for i in sorted(gone))
    if any(a.batch for a in atoms):
        raise UnsupportedError("it reduces the batch")
    out = _reduced(d, value, gone, atoms, _OPERATIONS[node.op])
    if node.integer("keepdims", 1):
        return out
    return replace(out, logical=tuple(a for i, a in enumerate(out.logical) if i not in gone))


def _reduced(d: Drafting, value: Value, gone: set[int], atoms: Axis, operation: str) -> Value:
    logical = tuple(() if i in gone else a for i, a in enumerate(value.logical))
    if not atoms:
        return replace(value, logical=logical)
    kinds = {"mean": "GlobalAveragePool", "max": "GlobalMaxPool"}
    left = [i for i in range(1, value.rank) if i not in gone]
    pooled = operation in kinds and value.rank >= 3 and len(left) == 1
    if pooled and same(value.physical[-1], value.logical[left[0]]):
        return _pooled(d, value, gone, left[0], kinds[operation])
    wanted: list[Axis] = []
    for axis in value.physical:
        inside = tuple(a for a in axis if a in set(atoms))
        outside = tuple(a for a in axis if a not in set(atoms))
        if inside and outside:
            first = inside[0] is axis[0]
            wanted += [inside, outside] if first else [outside, inside]
        else:
            wanted.append(axis)
    value = d.realised(value, tuple(wanted))
    axes = tuple(i for i, axis in enumerate(value.physical) if axis and axis[0] in set(atoms))
    params = {"operation": operation, "axes": axes, "keepdims": False}
    key = d.add("Reduce", params, {"input": value.end})
    physical = tuple(a for i, a in enumerate(value.physical) if i not in axes)
    return d.output(key, physical, logical, alone=True)


def _pooled(d: Drafting, value: Value, gone: set[int], channels: int, kind: str) -> Value:
    order = [0, channels, *(i for i in range(1, value.rank) if i in gone)]
    pooled = of_places(d, replace(value, logical=tuple(value.logical[i] for i in order)), kind)
    back = tuple(
        pooled.logical[0] if i == 0 else pooled.logical[1] if i == channels else ()
        for i in range(value.rank)
    )
    return replace(pooled, logical=back)


def pad(d: Drafting, node: OnnxNode) -> Value:
    """Zeros around images."""
    value = d.value(node.input(0))
    given = [None, d.constant(node.input(1)) if node.input(1) else None]
    pads = argument(node, given, 1, "pads")
    filled = d.scalar(node.input(2)) if node.input(2) else node.number("value", 0.0)
    rank = value.rank
    if node.text("mode", "constant") != "constant" or filled != 0.0:
        raise UnsupportedError("it does not pad with zeros")
    if node.input(3) or pads is None or len(pads) != 2 * rank or min(pads) < 0:
        raise UnsupportedError(f"its pads are {pads}")
    sides = list(zip(pads[:rank], pads[rank:], strict=True))
    if not any(map(any, sides)):
        return value
    padded = [i for i, side in enumerate(sides) if any(side)]
    order = _places_behind(value, padded)
    value = replace(value, logical=tuple(value.logical[i] for i in order))
    sides = [sides[i] for i in order]
    laid = images(d, value)
    key = d.add("ZeroPad", {"pads": tuple(n for s in sides[2:] for n in s)}, {"input": laid.end})
    sizes = [n + sum(s) for n, s in zip(value.shape, sides, strict=True)]
    out = image_output(d, key, value, (*sizes[2:], sizes[1]))
    back = [order.index(i) for i in range(rank)]
    return replace(out, logical=tuple(out.logical[i] for i in back))


def _places_behind(value: Value, padded: list[int]) -> list[int]:
    """An order of the axes with the batch first, and one that is not padded after it."""
    rest = [i for i in range(1, value.rank) if i not in padded]
    if 0 in padded or not rest or not 3 <= value.rank <= 5:
        raise UnsupportedError("it pads the batch, or all axes")
    channels = 1 if 1 in rest else rest[-1]
    return [0, channels, *(i for i in range(1, value.rank) if i != channels)]


def resize(d: Drafting, node: OnnxNode) -> Value:
    """Enlarging images by whole numbers."""
    value = d.value(node.input(0))
    scales = _scales(d, node, value)
    factors = [round(s) for s in scales]
    whole = all(abs(s - f) < 1e-4 and f >= 1 for s, f in zip(scales, factors, strict=True))
    if not whole or any(f != 1 for f in factors[:2]):
        raise UnsupportedError(f"it resizes by {[round(float(s), 4) for s in scales]}")
    mode = node.text("mode", "nearest")
    how = node.text("coordinate_transformation_mode", "half_pixel")
    if node.op == "Upsample" and mode == "nearest":
        how = "asymmetric"
    if mode == "nearest":
        rounding = node.text("nearest_mode", "round_prefer_floor")
        good = (how, rounding) in _NEAREST or node.op == "Upsample"
    else:
        good = mode == "linear" and how in ("half_pixel", "pytorch_half_pixel")
    if not good:
        raise UnsupportedError(f"it resizes by {mode}, {how}")
    laid = images(d, value)
    method = "nearest" if mode == "nearest" else "bilinear"
    params = {"factors": tuple(factors[2:]), "method": method}
    key = d.add("Upsample", params, {"input": laid.end})
    places = [n * f for n, f in zip(value.shape[2:], factors[2:], strict=True)]
    return image_output(d, key, value, (*places, value.shape[1]))


# For whole factors these repeat every element.
_NEAREST = {
    ("asymmetric", "floor"),
    ("half_pixel", "round_prefer_floor"),
    ("half_pixel", "round_prefer_ceil"),
    ("pytorch_half_pixel", "round_prefer_floor"),
}


def _scales(d: Drafting, node: OnnxNode, value: Value) -> list[float]:
    index = 1 if node.op == "Upsample" or d.graph.opset < 11 else 2
    if node.attributes.get("axes") or node.attributes.get("scales"):
        raise UnsupportedError("it resizes chosen axes")
    if node.input(index) and d.constant(node.input(index)).size:
        scales = d.constant(node.input(index)).reshape(-1)
    elif node.input(3):
        sizes = d.constant(node.input(3)).reshape(-1)
        if len(sizes) != value.rank:
            raise UnsupportedError("it resizes chosen axes")
        scales = sizes / np.array(value.shape)
    else:
        raise UnsupportedError("it does not say how large it becomes")
    if len(scales) != value.rank or value.rank < 3:
        raise UnsupportedError(f"it resizes a value of rank {value.rank}")
    return [float(s) for s in scales]


def arg_max(d: Drafting, node: OnnxNode) -> Value:
    """The place of the largest element along an axis."""
    value = d.value(node.input(0))
    axis = value.axis(node.integer("axis", 0))
    if node.integer("select_last_index", 0):
        raise UnsupportedError("it takes the last of several")
    laid, _ = d.with_last(value, value.logical[axis])
    key = d.add("ArgMax", {"axis": -1}, {"input": laid.end})
    logical = [() if i == axis else a for i, a in enumerate(laid.logical)]
    if not node.integer("keepdims", 1):
        logical.pop(axis)
    return d.output(key, laid.physical[:-1], tuple(logical), dtype="int32")


EMITTERS: Mapping[str, object] = {
    **dict.fromkeys(_OPERATIONS, reduce),
    "Pad": pad,
    "Resize": resize,
    "Upsample": resize,
    "ArgMax": arg_max,
}
