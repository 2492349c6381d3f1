"""ONNX operators on constants, in numpy: what exporters leave to be computed at run time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.compile.onnx_in.graph import OnnxNode, UnsupportedError

Function = Callable[..., np.ndarray]
# Larger results are not computed beforehand.
MOST_ELEMENTS = 2**26


def computed(node: OnnxNode, arrays: Sequence[np.ndarray | None]) -> tuple[np.ndarray, ...] | None:
    """What a node makes of constants; None where it is not known here, or would be too large.

    Raises UnsupportedError, ValueError, TypeError or IndexError for arguments that do not fit.
    """
    if node.domain or node.op not in FUNCTIONS:
        return None
    if any(a is not None and a.size > MOST_ELEMENTS for a in arrays):
        return None
    with np.errstate(all="ignore"):
        found = FUNCTIONS[node.op](node, *arrays)
    if found is None:
        return None
    return found if isinstance(found, tuple) else (np.asarray(found),)


def argument(node: OnnxNode, arrays: Sequence[Any], index: int, attribute: str) -> Any:
    """What newer versions of an operator take as an input, and older ones as an attribute."""
    if index < len(arrays) and arrays[index] is not None:
        return [int(v) for v in np.atleast_1d(arrays[index])]
    value = node.attributes.get(attribute)
    return None if value is None else list(value)


def slices(
    rank: int,
    starts: Sequence[int],
    ends: Sequence[int],
    axes: Sequence[int] | None,
    steps: Sequence[int] | None,
) -> tuple[slice, ...]:
    """The slices of an ONNX Slice, one for each axis."""
    found = [slice(None)] * rank
    numbers = list(axes) if axes is not None else list(range(len(starts)))
    by = list(steps) if steps is not None else [1] * len(starts)
    if not len(starts) == len(ends) == len(numbers) == len(by):
        raise UnsupportedError("its starts, ends, axes and steps are not equally many")
    for axis, start, end, step in zip(numbers, starts, ends, by, strict=True):
        if not -rank <= axis < rank or step == 0:
            raise UnsupportedError(f"it slices the axis {axis} of {rank} in steps of {step}")
        stop: int | None = end
        if step < 0 and end < -(2**31):
            stop = None
        found[axis] = slice(start, stop, step)
    return tuple(found)


def _constant(node: OnnxNode) -> np.ndarray | None:
    for name, dtype in (("value_int", np.int64), ("value_float", np.float32)):
        if name in node.attributes:
            return np.array(node.attributes[name], dtype)
    for name, dtype in (("value_ints", np.int64), ("value_floats", np.float32)):
        if name in node.attributes:
            return np.array(node.attributes[name], dtype)
    value = node.attributes.get("value")
    return value if isinstance(value, np.ndarray) else None


def _constant_of_shape(node: OnnxNode, shape: np.ndarray) -> np.ndarray | None:
    sizes = [int(n) for n in shape]
    if min(sizes, default=0) < 0 or math.prod(sizes) > MOST_ELEMENTS:
        return None
    value = node.attributes.get("value")
    filled = value if isinstance(value, np.ndarray) else np.zeros(1, np.float32)
    return np.full(sizes, filled.reshape(-1)[0], filled.dtype)


def _expand(node: OnnxNode, x: np.ndarray, shape: np.ndarray) -> np.ndarray | None:
    sizes = np.broadcast_shapes(x.shape, tuple(int(n) for n in shape))
    return np.broadcast_to(x, sizes).copy() if math.prod(sizes) <= MOST_ELEMENTS else None


def _tile(node: OnnxNode, x: np.ndarray, repeats: np.ndarray) -> np.ndarray | None:
    times = [int(n) for n in repeats]
    return np.tile(x, times) if x.size * math.prod(times) <= MOST_ELEMENTS else None


def _range(node: OnnxNode, start: Any, end: Any, step: Any) -> np.ndarray | None:
    first, last, by = (v.reshape(-1)[0] for v in (start, end, step))
    if by == 0 or abs((float(last) - float(first)) / float(by)) > MOST_ELEMENTS:
        return None
    return np.arange(first, last, by, dtype=start.dtype)


def _reshape(node: OnnxNode, x: np.ndarray, shape: np.ndarray) -> np.ndarray:
    keep = not node.integer("allowzero", 0)
    sizes = [x.shape[i] if n == 0 and keep else int(n) for i, n in enumerate(shape)]
    return x.reshape(sizes)


def _slice(node: OnnxNode, x: np.ndarray, *rest: np.ndarray | None) -> np.ndarray:
    parts = [
        argument(node, (x, *rest), i, name)
        for i, name in enumerate(("", "starts", "ends", "axes", "steps"))
        if i
    ]
    return x[slices(x.ndim, *parts)]


def _squeeze(node: OnnxNode, x: np.ndarray, *rest: np.ndarray | None) -> np.ndarray:
    axes = argument(node, (x, *rest), 1, "axes")
    return np.squeeze(x, None if axes is None else tuple(axes))


def _unsqueeze(node: OnnxNode, x: np.ndarray, *rest: np.ndarray | None) -> np.ndarray:
    return np.expand_dims(x, tuple(argument(node, (x, *rest), 1, "axes")))


def _gather(node: OnnxNode, x: np.ndarray, index: np.ndarray) -> np.ndarray | None:
    axis = node.integer("axis", 0)
    if x.size // max(x.shape[axis], 1) * index.size > MOST_ELEMENTS:
        return None
    return np.take(x, index, axis=axis)


def _cast(node: OnnxNode, x: np.ndarray, *_: Any) -> np.ndarray | None:
    import onnx

    try:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(node.integer("to", 1))
    except KeyError:
        return None
    halves = ("float16", "bfloat16", "float64")
    return x.astype(np.float32 if dtype.name in halves else dtype)


def _divide(node: OnnxNode, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if np.issubdtype(a.dtype, np.integer):
        return np.trunc(a / b).astype(a.dtype)
    return a / b


def _mod(node: OnnxNode, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.fmod(a, b) if node.integer("fmod", 0) else np.mod(a, b)


def _reduce(function: Callable[..., np.ndarray]) -> Function:
    def reduced(node: OnnxNode, x: np.ndarray, *rest: np.ndarray | None) -> np.ndarray:
        axes = argument(node, (x, *rest), 1, "axes")
        keep = bool(node.integer("keepdims", 1))
        if not axes and node.integer("noop_with_empty_axes", 0):
            return x
        found = function(x, axis=tuple(axes) if axes else None, keepdims=keep)
        return np.asarray(found, x.dtype)

    return reduced


def _trilu(node: OnnxNode, x: np.ndarray, *k: np.ndarray | None) -> np.ndarray:
    by = int(k[0].reshape(-1)[0]) if k and k[0] is not None else 0
    return np.triu(x, by) if node.integer("upper", 1) else np.tril(x, by)


def _split(node: OnnxNode, x: np.ndarray, *rest: np.ndarray | None) -> tuple[np.ndarray, ...]:
    axis = node.integer("axis", 0)
    sizes = argument(node, (x, *rest), 1, "split")
    count = len(node.outputs)
    if sizes is None:
        each = -(-x.shape[axis] // count)
        return tuple(np.split(x, [each * i for i in range(1, count)], axis))
    return tuple(np.split(x, np.cumsum(sizes)[:-1], axis))


def _clip(node: OnnxNode, x: np.ndarray, *rest: np.ndarray | None) -> np.ndarray:
    low = rest[0] if rest and rest[0] is not None else node.attributes.get("min")
    high = rest[1] if len(rest) > 1 and rest[1] is not None else node.attributes.get("max")
    return np.clip(x, low, high) if (low, high) != (None, None) else x


def _plain(function: Callable[..., Any]) -> Function:
    return lambda node, *arrays: function(*arrays)


FUNCTIONS: Mapping[str, Function] = {
    "Constant": _constant,  # type: ignore[dict-item]
    "ConstantOfShape": _constant_of_shape,  # type: ignore[dict-item]
    "Expand": _expand,  # type: ignore[dict-item]
    "Tile": _tile,  # type: ignore[dict-item]
    "Range": _range,  # type: ignore[dict-item]
    "Reshape": _reshape,
    "Transpose": lambda node, x: np.transpose(x, node.attributes.get("perm")),
    "Concat": lambda node, *xs: np.concatenate(xs, axis=node.integer("axis", 0)),
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Gather": _gather,  # type: ignore[dict-item]
    "Cast": _cast,  # type: ignore[dict-item]
    "CastLike": lambda node, x, like: x.astype(like.dtype),
    "Identity": lambda node, x: x,
    "Add": _plain(np.add),
    "Sub": _plain(np.subtract),
    "Mul": _plain(np.multiply),
    "Div": _divide,
    "Mod": _mod,
    "Pow": _plain(lambda a, b: np.power(a, b).astype(a.dtype)),
    "Sqrt": _plain(np.sqrt),
    "Reciprocal": _plain(lambda a: (1 / a).astype(a.dtype)),
    "Exp": _plain(np.exp),
    "Log": _plain(np.log),
    "Sin": _plain(np.sin),
    "Cos": _plain(np.cos),
    "Neg": _plain(np.negative),
    "Abs": _plain(np.abs),
    "Floor": _plain(np.floor),
    "Ceil": _plain(np.ceil),
    "Min": _plain(lambda *xs: np.min(np.broadcast_arrays(*xs), axis=0)),
    "Max": _plain(lambda *xs: np.max(np.broadcast_arrays(*xs), axis=0)),
    "Equal": _plain(np.equal),
    "Greater": _plain(np.greater),
    "GreaterOrEqual": _plain(np.greater_equal),
    "Less": _plain(np.less),
    "LessOrEqual": _plain(np.less_equal),
    "Not": _plain(np.logical_not),
    "And": _plain(np.logical_and),
    "Or": _plain(np.logical_or),
    "Where": _plain(np.where),
    "IsNaN": _plain(np.isnan),
    "MatMul": _plain(np.matmul),
    "ReduceProd": _reduce(np.prod),
    "ReduceSum": _reduce(np.sum),
    "ReduceMax": _reduce(np.max),
    "ReduceMin": _reduce(np.min),
    "ReduceMean": _reduce(np.mean),
    "Trilu": _trilu,
    "Split": _split,  # type: ignore[dict-item]
    "Clip": _clip,
    "Size": lambda node, x: np.array(x.size, np.int64),
}
