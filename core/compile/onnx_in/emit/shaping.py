"""Operators that only say how elements lie; most of them need no block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.compile.onnx_in.constants import argument
from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.attention import Weights
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Value, length, reshaped, resolved, transposed


def transpose(d: Drafting, node: OnnxNode) -> Value:
    """Other order of axes."""
    value = d.raw(node.input(0))
    return transposed(value, node.integers("perm", tuple(reversed(range(value.rank)))))


def reshape(d: Drafting, node: OnnxNode) -> Value:
    """Another shape."""
    value = d.raw(node.input(0))
    if node.input(1):
        wanted = [int(n) for n in d.constant(node.input(1)).reshape(-1)]
    else:
        wanted = list(node.integers("shape"))
    return to_shape(d, value, resolved(wanted, value, not node.integer("allowzero", 0)))


def to_shape(d: Drafting, value: Value, sizes: tuple[int, ...]) -> Value:
    """A value with another ONNX shape, by a block where its pieces do not fit."""
    found = reshaped(value, sizes)
    if found is not None:
        return found
    if not sizes or sizes[0] != d.batch.size:
        raise UnsupportedError(f"{list(value.shape)} becomes {list(sizes)} across the batch")
    plain = d.plain(value)
    key = d.add("Reshape", {"shape": tuple(sizes[1:])}, {"input": plain.end})
    return d.output(key, d.fresh(sizes), dtype=value.dtype, factor=value.factor, alone=True)


def flatten(d: Drafting, node: OnnxNode) -> Value:
    """Two axes are left."""
    value = d.raw(node.input(0))
    axis = node.integer("axis", 1)
    axis = axis + value.rank if axis < 0 else axis
    before = int(np.prod(value.shape[:axis], dtype=np.int64))
    after = int(np.prod(value.shape[axis:], dtype=np.int64))
    return to_shape(d, value, (before, after))


def squeeze(d: Drafting, node: OnnxNode) -> Value:
    """Axes of length 1 go."""
    value = d.raw(node.input(0))
    axes = _axes(d, node)
    if axes is None:
        gone = {i for i, n in enumerate(value.shape) if n == 1}
    else:
        gone = {value.axis(i) for i in axes}
    if any(value.logical[i] for i in gone):
        raise UnsupportedError("it takes away an axis that is the batch or longer than 1")
    return replace(value, logical=tuple(a for i, a in enumerate(value.logical) if i not in gone))


def unsqueeze(d: Drafting, node: OnnxNode) -> Value:
    """New axes of length 1."""
    value = d.raw(node.input(0))
    axes = _axes(d, node) or []
    rank = value.rank + len(axes)
    new = {i + rank if i < 0 else i for i in axes}
    old = iter(value.logical)
    if len(new) != len(axes) or not all(0 <= i < rank for i in new):
        raise UnsupportedError(f"it puts new axes at {axes}")
    return replace(value, logical=tuple(() if i in new else next(old) for i in range(rank)))


def _axes(d: Drafting, node: OnnxNode) -> list[int] | None:
    given = [None, d.constant(node.input(1)) if node.input(1) else None]
    found: list[int] | None = argument(node, given, 1, "axes")
    return found


def same(d: Drafting, node: OnnxNode) -> Value:
    """What does nothing to a trained network."""
    return d.raw(node.input(0))


def expand(d: Drafting, node: OnnxNode) -> Value:
    """Stretching to a shape that the value has already."""
    value = d.raw(node.input(0))
    wanted = tuple(int(n) for n in d.constant(node.input(1)).reshape(-1))
    rank = max(len(wanted), value.rank)
    shape = (1,) * (rank - value.rank) + value.shape
    if np.broadcast_shapes(shape, wanted) != shape:
        raise UnsupportedError(f"it stretches {list(value.shape)} to {list(wanted)}")
    return replace(value, logical=((),) * (rank - value.rank) + value.logical)


def dropout(d: Drafting, node: OnnxNode) -> Value:
    """Dropout, which does nothing in evaluation."""
    value = d.value(node.input(0))
    rate = d.scalar(node.input(1)) if node.input(1) else node.number("ratio", 0.5)
    if len([name for name in node.outputs if name]) > 1 and d.graph.uses(node.outputs[1]):
        raise UnsupportedError("its mask is read")
    if rate is None or not 0 <= rate <= 0.99 or length(value.physical[-1]) < 1:
        raise UnsupportedError("its rate is computed")
    key = d.add("Dropout", {"rate": float(f"{rate:.7g}")}, {"input": value.end})
    out = replace(value, end=d.output(key, value.physical).end)
    made = d.made.get(value.end)
    if isinstance(made, Weights):
        d.made[out.end] = made
    return out


def cast(d: Drafting, node: OnnxNode) -> Value:
    """Another number format: floats stay float32, whole numbers int32."""
    import onnx

    value = d.value(node.input(0))
    try:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(node.integer("to", 1))
    except KeyError:
        raise UnsupportedError("it casts to an unknown type") from None
    wanted = "float32" if dtype.kind == "f" or dtype.name == "bfloat16" else "int32"
    if dtype.kind not in "fiu" and dtype.name != "bfloat16":
        raise UnsupportedError(f"it casts to {dtype.name}")
    if wanted == value.dtype:
        return value
    key = d.add("Cast", {"to": wanted}, {"input": value.end})
    return replace(value, end=d.output(key, value.physical).end, dtype=wanted)


EMITTERS: Mapping[str, object] = {
    "Transpose": transpose,
    "Reshape": reshape,
    "Flatten": flatten,
    "Squeeze": squeeze,
    "Unsqueeze": unsqueeze,
    "Identity": same,
    "Expand": expand,
    "Dropout": dropout,
    "Cast": cast,
}
