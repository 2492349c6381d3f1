"""What only rearranges elements: reshapes, transposes, slices, joins and repeats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.elementwise import (
    as_value,
    common_order,
    together,
)
from core.compile.onnx_out.functions.reduction import Axes, axes_of
from core.compile.onnx_out.graph import Graph, InexpressibleError, ints
from core.compile.onnx_out.registry import function
from core.compile.onnx_out.value import Value, broadcast, dropped, plain, without


def to_shape(graph: Graph, x: Value, shape: Sequence[int | None]) -> Value:
    """The value's elements in order in another shape, whose first axis may be of unknown length."""
    x = graph.plain(x)
    if None in shape[1:]:
        raise InexpressibleError("only the batch may be of unknown length")
    if tuple(shape) == x.shape:
        return x
    numbers = ints(*(-1 if n is None else n for n in shape))
    return graph.op("Reshape", x, numbers, shape=tuple(shape), dtype=x.dtype)


@function("jnp.reshape", "jax.lax.reshape")
def reshape(graph: Graph, x: Value, shape: int | Sequence[int]) -> Value:
    """The elements in order in another shape; -1 is worked out."""
    sizes: list[int | None] = [shape] if isinstance(shape, int) else list(shape)
    if None in x.shape and sizes and sizes[0] == -1:
        sizes[0] = None
    elif -1 in sizes and None not in x.shape:
        known = math.prod(n for n in sizes if n is not None and n != -1)
        sizes[sizes.index(-1)] = math.prod(n or 1 for n in x.shape) // known
    if -1 in sizes:
        raise InexpressibleError("a shape that mixes the batch with other axes is not translated")
    return to_shape(graph, x, sizes)


@function("jnp.ravel")
def ravel(graph: Graph, x: Value) -> Value:
    """All elements in one axis."""
    return to_shape(graph, x, (None,))


@function("jnp.transpose", "jnp.permute_dims", "jax.lax.transpose")
def transpose(graph: Graph, x: Value, axes: Sequence[int] | None = None) -> Value:
    """The axes in another order. Nothing is moved until an operator needs it."""
    wanted = tuple(reversed(range(x.rank))) if axes is None else tuple(a % x.rank for a in axes)
    shape = tuple(x.shape[a] for a in wanted)
    return Value(x.name, shape, x.dtype, plain([wanted.index(a) for a in x.axes]))


@function("jnp.swapaxes")
def swapaxes(graph: Graph, x: Value, axis1: int, axis2: int) -> Value:
    """Two axes in each other's place."""
    axes = list(range(x.rank))
    axes[axis1], axes[axis2] = axes[axis2], axes[axis1]
    return transpose(graph, x, axes)


@function("jnp.matrix_transpose")
def matrix_transpose(graph: Graph, x: Value) -> Value:
    """The last two axes in each other's place."""
    return swapaxes(graph, x, -1, -2)


@function("jnp.moveaxis")
def moveaxis(
    graph: Graph, x: Value, source: int | Sequence[int], destination: int | Sequence[int]
) -> Value:
    """Axes at other places, the others in their order."""
    sources, places = axes_of(x, source), axes_of(x, destination)
    rest = [a for a in range(x.rank) if a not in sources]
    for place, axis in sorted(zip(places, sources, strict=True)):
        rest.insert(place, axis)
    return transpose(graph, x, rest)


@function("jnp.expand_dims", "jax.lax.expand_dims")
def expand_dims(graph: Graph, x: Value, axis: int | Sequence[int]) -> Value:
    """Axes of length 1 more."""
    given = (axis,) if isinstance(axis, int) else tuple(axis)
    rank = x.rank + len(given)
    new = sorted(a % rank for a in given)
    x = graph.plain(x)
    kept = iter(x.shape)
    shape = tuple(1 if i in new else next(kept) for i in range(rank))
    return graph.op("Unsqueeze", x, ints(*new), shape=shape, dtype=x.dtype)


@function("jnp.squeeze", "jax.lax.squeeze")
def squeeze(graph: Graph, x: Value, axis: Axes = None) -> Value:
    """Without axes of length 1."""
    axes = (
        axes_of(x, axis) if axis is not None else tuple(a for a, n in enumerate(x.shape) if n == 1)
    )
    if not axes:
        return x
    places = sorted(x.place(a) for a in axes)
    shape, order = dropped(x.shape, axes), without(x.axes, axes)
    return graph.op("Squeeze", x, ints(*places), shape=shape, dtype=x.dtype, order=order)


@function("layers.concatenate")
def concatenate(graph: Graph, *parts: Value, axis: int) -> Value:
    """Values one after another along an axis."""
    order = common_order(graph, parts)
    values = [graph.ordered(v, order) for v in together(graph, *parts)]
    at = axis % values[0].rank
    sizes = list(values[0].shape)
    sizes[at] = sum(v.size(at) for v in values)
    return graph.op(
        "Concat",
        *values,
        shape=tuple(sizes),
        dtype=values[0].dtype,
        order=order,
        axis=values[0].place(at),
    )


@function("layers.stack")
def stack(graph: Graph, *parts: Value, axis: int = 0) -> Value:
    """Values along a new axis."""
    at = axis % (parts[0].rank + 1)
    return concatenate(graph, *(expand_dims(graph, part, at) for part in parts), axis=at)


@function("layers.split")
def split_in(graph: Graph, value: Value, sizes: Sequence[int], axis: int) -> tuple[Value, ...]:
    """Parts of the given lengths along an axis."""
    cuts = [sum(sizes[:i]) for i in range(1, len(sizes))]
    return split(graph, value, cuts, axis)


@function("jnp.split")
def split(
    graph: Graph, x: Value, indices_or_sections: int | Sequence[int], axis: int = 0
) -> tuple[Value, ...]:
    """Parts along an axis: as many equal ones, or cut at the given places."""
    at = axis % x.rank
    length = x.size(at)
    if isinstance(indices_or_sections, int):
        sizes = [length // indices_or_sections] * indices_or_sections
    else:
        cuts = [0, *(i % length if i < 0 else i for i in indices_or_sections), length]
        sizes = [b - a for a, b in pairwise(cuts)]
    if len(sizes) == 1:
        return (x,)
    parts = tuple(
        graph.value("Split", (*x.shape[:at], n, *x.shape[at + 1 :]), x.dtype, x.order)
        for n in sizes
    )
    graph.note("Split", (x, ints(*sizes)), parts, axis=x.place(at))
    return parts


def sliced(graph: Graph, x: Value, axis: int, start: int, stop: int, step: int = 1) -> Value:
    """Every ``step``-th element of an axis from ``start`` up to ``stop``, both from 0."""
    at = axis % x.rank
    count = len(range(start, stop, step))
    ends = stop if stop >= 0 else -x.size(at) - 1
    numbers = (ints(n) for n in (start, ends, x.place(at), step))
    shape = (*x.shape[:at], count, *x.shape[at + 1 :])
    return graph.op("Slice", x, *numbers, shape=shape, dtype=x.dtype, order=x.order)


@function("jax.lax.slice_in_dim")
def slice_in_dim(
    graph: Graph,
    x: Value,
    start_index: int | None,
    limit_index: int | None,
    stride: int = 1,
    axis: int = 0,
) -> Value:
    """A part of an axis."""
    start, stop, _ = slice(start_index, limit_index).indices(x.size(axis))
    return sliced(graph, x, axis, start, stop, stride)


@function("jax.lax.index_in_dim")
def index_in_dim(graph: Graph, x: Value, index: int, axis: int = 0, keepdims: bool = True) -> Value:
    """One element of an axis."""
    at = index % x.size(axis)
    found = sliced(graph, x, axis, at, at + 1)
    return found if keepdims else squeeze(graph, found, axis)


@function("jnp.flip")
def flip(graph: Graph, x: Value, axis: Axes = None) -> Value:
    """Axes the other way round."""
    for a in axes_of(x, axis):
        x = sliced(graph, x, a, x.size(a) - 1, -1, -1)
    return x


@function("jnp.take")
def take(
    graph: Graph, x: Value, indices: Any, axis: int | None = None, mode: str | None = None
) -> Value:
    """Elements of an axis by index."""
    if axis is None:
        raise InexpressibleError("jnp.take without an axis is not translated")
    array = isinstance(indices, int | tuple | list | np.ndarray)
    chosen = as_value(graph, np.asarray(indices), "int64") if array else graph.plain(indices)
    x = graph.plain(x)
    at = axis % x.rank
    shape = (*x.shape[:at], *chosen.shape, *x.shape[at + 1 :])
    return graph.op("Gather", x, chosen, shape=shape, dtype=x.dtype, axis=at)


@function("jnp.take_along_axis")
def take_along_axis(graph: Graph, x: Value, indices: Value, axis: int) -> Value:
    """Elements of an axis by an index for each place."""
    x, indices = graph.plain(x), graph.plain(indices)
    return graph.op(
        "GatherElements", x, indices, shape=indices.shape, dtype=x.dtype, axis=axis % x.rank
    )


@function("jnp.pad")
def pad(
    graph: Graph, x: Value, pad_width: Any, mode: str = "constant", constant_values: float = 0
) -> Value:
    """More elements at the ends of axes."""
    widths = [(int(a), int(b)) for a, b in np.broadcast_to(np.asarray(pad_width), (x.rank, 2))]
    if mode == "constant":
        return padded(graph, x, widths, constant_values)
    if mode not in ("edge", "reflect", "symmetric", "wrap"):
        raise InexpressibleError(f"padding of mode {mode} is not translated")
    return mirrored(graph, x, widths, mode)


def mirrored(graph: Graph, x: Value, widths: Sequence[tuple[int, int]], mode: str) -> Value:
    """More elements at the ends of axes that are those within: NumPy's modes of padding."""
    for axis, (before, behind) in enumerate(widths):
        if before or behind:
            index = np.pad(np.arange(x.size(axis)), (before, behind), mode=mode)  # type: ignore[call-overload]
            shape = (*x.shape[:axis], len(index), *x.shape[axis + 1 :])
            place = x.place(axis)
            x = graph.op("Gather", x, index, shape=shape, dtype=x.dtype, order=x.order, axis=place)
    return x


def padded(
    graph: Graph,
    x: Value,
    widths: Sequence[tuple[int, int]],
    fill: float = 0,
) -> Value:
    """The value with so many more elements before and behind each axis; negative ones cut."""
    if not any(map(any, widths)):
        return x
    shape = tuple(n if n is None else n + a + b for n, (a, b) in zip(x.shape, widths, strict=True))
    places = [widths[axis] for axis in x.axes]
    numbers = ints(*(a for a, _ in places), *(b for _, b in places))
    filling = np.asarray(fill, np.dtype(x.dtype))
    return graph.op("Pad", x, numbers, filling, shape=shape, dtype=x.dtype, order=x.order)


@function("jnp.repeat")
def repeat(graph: Graph, x: Value, repeats: int, axis: int | None = None) -> Value:
    """Each element of an axis several times in a row."""
    if axis is None or axis % x.rank == 0:
        raise InexpressibleError("repeating the batch is not translated")
    if repeats == 1:
        return x
    at = axis % x.rank
    if x.rank in (4, 5) and at < x.rank - 1 and x.dtype == "float32":
        return enlarged(graph, x, {at: repeats})
    return spread(graph, x, repeats, at)


def spread(graph: Graph, x: Value, repeats: int, axis: int) -> Value:
    """Each element of an axis several times in a row, for any rank."""
    lead, n, rest = x.shape[:axis], x.size(axis), x.shape[axis + 1 :]
    wide = expand_dims(graph, x, axis + 1)
    counts = [1] * wide.rank
    counts[axis + 1] = repeats
    return to_shape(graph, tile(graph, wide, counts), (*lead, n * repeats, *rest))


def enlarged(graph: Graph, x: Value, factors: Mapping[int, int], mode: str = "nearest") -> Value:
    """Axes of an image or volume made so many times as long, in one operator with those before."""
    base, before = graph.enlarged.get(x.name, (graph.channels_first(x), {}))
    if mode == "nearest":
        axes = before.keys() | factors.keys()
        factors = {axis: before.get(axis, 1) * factors.get(axis, 1) for axis in axes}
    else:
        base = graph.channels_first(x)
    shape = tuple(n if n is None else n * factors.get(a, 1) for a, n in enumerate(base.shape))
    scales = np.asarray([factors.get(axis, 1) for axis in base.axes], np.float32)
    how = {
        "nearest": {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"},
        "linear": {"coordinate_transformation_mode": "half_pixel"},
    }[mode]
    made = graph.op("Resize", base, None, scales, shape=shape, order=base.order, mode=mode, **how)
    if mode == "nearest":
        graph.enlarged[made.name] = (base, dict(factors))
    return made


@function("layers.upsample_linear")
def upsample_linear(graph: Graph, x: Value, factors: Sequence[int]) -> Value:
    """Axes between batch and channels made longer, with what lies between interpolated."""
    return enlarged(graph, x, dict(enumerate(factors, 1)), "linear")


@function("jnp.tile")
def tile(graph: Graph, x: Value, reps: int | Sequence[int]) -> Value:
    """The whole value several times along its axes."""
    counts = [reps] if isinstance(reps, int) else list(reps)
    if len(counts) > x.rank:
        raise InexpressibleError("jnp.tile with new axes is not translated")
    counts = [1] * (x.rank - len(counts)) + counts
    shape = tuple(n if n is None else n * c for n, c in zip(x.shape, counts, strict=True))
    numbers = ints(*(counts[axis] for axis in x.axes))
    return graph.op("Tile", x, numbers, shape=shape, dtype=x.dtype, order=x.order)


@function("jnp.broadcast_to")
def broadcast_to(graph: Graph, x: Value, shape: Sequence[int]) -> Value:
    """The value repeated to a shape."""
    x = graph.plain(x)
    wanted = broadcast(x.shape, tuple(shape))
    return graph.op("Expand", x, ints(*shape), shape=wanted, dtype=x.dtype)


@function("nnx.one_hot")
def one_hot(graph: Graph, x: Value, num_classes: int, axis: int = -1) -> Value:
    """A vector for each id that is 1 at its place and 0 elsewhere."""
    if axis != -1:
        raise InexpressibleError(
            "one-hot vectors along another axis than the last are not translated"
        )
    x = graph.plain(x)
    places = np.arange(num_classes, dtype=np.dtype(x.dtype))
    equal = graph.op(
        "Equal",
        expand_dims(graph, x, x.rank),
        places,
        shape=(*x.shape, num_classes),
        dtype="bool",
    )
    return graph.op("Cast", equal, shape=equal.shape, to=1)
