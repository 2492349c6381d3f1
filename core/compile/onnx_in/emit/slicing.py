"""Parts of values, and values put together along an axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from core.compile.onnx_in.constants import argument, slices
from core.compile.onnx_in.drafting import Drafting
from core.compile.onnx_in.emit.dense import columns, embedding
from core.compile.onnx_in.emit.recurrent import last_step
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Axis, Value, axis_of, same


def gather(d: Drafting, node: OnnxNode) -> Value:
    """Rows of a table chosen by ids, or one element along an axis."""
    data, index = node.input(0), node.input(1)
    if d.is_constant(data):
        if node.integer("axis", 0) != 0:
            raise UnsupportedError("it looks up columns")
        return embedding(d, d.constant(data), d.value(index))
    value = d.raw(data)
    axis = value.axis(node.integer("axis", 0))
    chosen = d.constant(index)
    if chosen.ndim == 0 or chosen.size == 1:
        number = int(chosen.reshape(-1)[0])
        if not -value.shape[axis] <= number < value.shape[axis]:
            raise UnsupportedError(f"it takes element {number} of {value.shape[axis]}")
        out = element(d, value, axis, number)
        extra = ((),) * chosen.ndim
        return replace(out, logical=(*out.logical[:axis], *extra, *out.logical[axis:]))
    steps = np.diff(chosen.reshape(-1))
    if chosen.ndim != 1 or len(set(steps.tolist())) != 1 or steps[0] < 1 or chosen[0] < 0:
        raise UnsupportedError("it gathers elements in an order of their own")
    return part(d, value, axis, range(int(chosen[0]), int(chosen[-1]) + 1, int(steps[0])))


def element(d: Drafting, value: Value, axis: int, index: int) -> Value:
    """One element along an axis, which goes."""
    taken = last_step(d, value, axis, index)
    if taken is not None:
        return taken
    index %= value.shape[axis]
    cut = part(d, value, axis, range(index, index + 1))
    return replace(cut, logical=(*cut.logical[:axis], *cut.logical[axis + 1 :]))


def part(d: Drafting, value: Value, axis: int, chosen: range, suffix: str = "") -> Value:
    """Some elements along an axis; those of a Dense by a Dense with fewer units."""
    size = value.shape[axis]
    if chosen == range(size):
        return value
    atoms = value.logical[axis]
    if not len(chosen) or any(a.batch for a in atoms):
        raise UnsupportedError("it takes some samples of a batch, or nothing")
    fused = _of_dense(d, value, axis, chosen, suffix)
    if fused is not None:
        return fused
    value, place = _own_axis(d, value, atoms)
    params = {"axis": place, "start": chosen.start, "stop": chosen.stop, "step": chosen.step}
    if chosen.stop >= size:
        params["stop"] = 0
    key = d.add("Slice", params, {"input": value.end})
    return _with_axis(value, key, place, axis, axis_of(len(chosen)))


def _of_dense(d: Drafting, value: Value, axis: int, chosen: range, suffix: str) -> Value | None:
    atoms, last = value.logical[axis], value.physical[-1]
    if not atoms or not set(atoms) <= set(last) or len(value.physical) < 2:
        return None
    place = next(i for i, a in enumerate(last) if a is atoms[0])
    if not same(last[place : place + len(atoms)], atoms):
        return None
    before, after = last[:place], last[place + len(atoms) :]
    outer = int(np.prod([a.size for a in before], dtype=np.int64))
    inner = int(np.prod([a.size for a in after], dtype=np.int64))
    numbers = np.arange(outer * value.shape[axis] * inner).reshape(outer, -1, inner)
    kept = numbers[:, list(chosen)].reshape(-1)
    made = columns(d, value, kept, suffix or f"_{chosen.start // max(len(chosen), 1) + 1}")
    if made is None:
        return None
    new = axis_of(len(chosen))
    physical = (*value.physical[:-1], (*before, *new, *after))
    logical = tuple(new if i == axis else a for i, a in enumerate(value.logical))
    return replace(made, physical=physical, logical=logical, factor=value.factor)


def _own_axis(d: Drafting, value: Value, atoms: Axis) -> tuple[Value, int]:
    """The value with these atoms as a physical axis by themselves, and which one that is."""
    chosen = set(atoms)
    wanted: list[Axis] = []
    place = -1
    for axis in value.physical:
        if chosen.isdisjoint(axis):
            wanted.append(axis)
            continue
        first = next((i for i, a in enumerate(axis) if a in chosen), 0)
        before = tuple(a for a in axis[:first] if a not in chosen)
        after = tuple(a for a in axis[first:] if a not in chosen)
        wanted += [before] if before else []
        if place < 0:
            place = len(wanted)
            wanted.append(atoms)
        wanted += [after] if after else []
    if place < 0:
        place = len(wanted)
        wanted.append(())
    return d.realised(value, tuple(wanted)), place


def _with_axis(value: Value, key: str, place: int, axis: int, new: Axis) -> Value:
    physical = tuple(new if i == place else a for i, a in enumerate(value.physical))
    logical = tuple(new if i == axis else a for i, a in enumerate(value.logical))
    end = replace(value, end=type(value.end)(key, "output"))
    return replace(end, physical=physical, logical=logical, alone=True)


def slice_(d: Drafting, node: OnnxNode) -> Value:
    """Slices along some axes."""
    value = d.raw(node.input(0))
    given = [d.constant(name) if name and i else None for i, name in enumerate(node.inputs)]
    names = ("", "starts", "ends", "axes", "steps")
    parts = [argument(node, given, i, name) for i, name in enumerate(names) if i]
    if parts[0] is None or parts[1] is None:
        raise UnsupportedError("it does not say what it takes")
    for axis, cut in enumerate(slices(value.rank, *parts)):
        chosen = range(value.shape[axis])[cut]
        if chosen.step < 0:
            raise UnsupportedError("it turns elements round")
        if chosen == range(value.shape[axis]):
            continue
        step = _last_of_steps(d, value, axis, chosen)
        value = step if step is not None else part(d, value, axis, chosen)
    return value


def _last_of_steps(d: Drafting, value: Value, axis: int, chosen: range) -> Value | None:
    if len(chosen) != 1 or chosen.start != value.shape[axis] - 1:
        return None
    taken = last_step(d, value, axis, -1)
    if taken is None:
        return None
    return replace(taken, logical=(*taken.logical[:axis], (), *taken.logical[axis:]))


def split(d: Drafting, node: OnnxNode) -> list[Value | None]:
    """Equal parts, or parts of given sizes."""
    value = d.raw(node.input(0))
    axis = value.axis(node.integer("axis", 0))
    given = [None, d.constant(node.input(1)) if node.input(1) else None]
    sizes: Sequence[int] | None = argument(node, given, 1, "split")
    if sizes is None:
        count = node.integer("num_outputs", len(node.outputs))
        each = -(-value.shape[axis] // max(count, 1))
        sizes = [min(each, value.shape[axis] - i * each) for i in range(count)]
    if len(sizes) != len(node.outputs) or sum(sizes) != value.shape[axis]:
        raise UnsupportedError(f"it splits {value.shape[axis]} elements into {list(sizes)}")
    found: list[Value | None] = []
    start = 0
    for number, size in enumerate(sizes, start=1):
        chosen = range(start, start + size)
        found.append(
            part(d, value, axis, chosen, f"_{number}") if node.outputs[number - 1] else None
        )
        start += size
    return found


def concat(d: Drafting, node: OnnxNode) -> Value:
    """Values one after another along an axis; a constant in front of a sequence is a token."""
    names = [name for name in node.inputs if name]
    if any(map(d.is_constant, names)):
        return _class_token(d, node, names)
    values = [d.value(name) for name in names]
    if len(values) == 1:
        return values[0]
    axis = values[0].axis(node.integer("axis", 0))
    if any(v.rank != values[0].rank for v in values):
        raise UnsupportedError("its inputs have different ranks")
    host, place = _own_axis(d, values[0], values[0].logical[axis])
    laid = [host]
    for value in values[1:]:
        laid.append(_like(d, host, value, axis, place))
    host = _like(d, laid[-1], host, axis, place) if len(laid) > 1 else host
    if any(v.dtype != host.dtype for v in laid) or len(laid) > 16:
        raise UnsupportedError("it joins more than 16 values, or values of different types")
    inputs = {f"input_{i}": v.end for i, v in enumerate(laid, start=1)}
    at = -1 if place == len(host.physical) - 1 else place
    key = d.add("Concatenate", {"count": len(laid), "axis": at}, inputs)
    new = axis_of(sum(v.shape[axis] for v in laid))
    return _with_axis(laid[0], key, place, axis, new)


def _like(d: Drafting, host: Value, value: Value, axis: int, place: int) -> Value:
    """A value laid out as another one on all axes but one, whose pieces may differ."""
    own, other = value.logical[axis], host.logical[axis]
    if any(a.batch for a in (*own, *other)):
        raise UnsupportedError("it joins samples of a batch")
    bare = replace(host, logical=tuple(() if i == axis else a for i, a in enumerate(host.logical)))
    guest = replace(
        value, logical=tuple(() if i == axis else a for i, a in enumerate(value.logical))
    )
    _, matched, _ = _matched(bare, guest)
    wanted = tuple(own if i == place else a for i, a in enumerate(host.physical))
    logical = tuple(own if i == axis else a for i, a in enumerate(host.logical))
    laid = d.realised(replace(matched, logical=logical), wanted)
    return laid


def _matched(host: Value, guest: Value) -> tuple[Value, Value, tuple[Axis, ...]]:
    from core.compile.onnx_in.emit.products import renamed
    from core.compile.onnx_in.views import aligned

    if any(bool(a) != bool(b) for a, b in zip(host.logical, guest.logical, strict=True)):
        raise UnsupportedError(f"{host.shape} and {guest.shape} do not fit")
    for i in range(host.rank):
        if host.logical[i]:
            before = host
            host, guest = aligned(host.logical[i], guest.logical[i], host, guest)
            if host is not before:
                raise UnsupportedError("its inputs are cut differently")
            guest = renamed(guest, guest.logical[i], host.logical[i])
    return host, guest, host.logical


def _class_token(d: Drafting, node: OnnxNode, names: list[str]) -> Value:
    if len(names) != 2 or not d.is_constant(names[0]) or d.is_constant(names[1]):
        raise UnsupportedError("it joins values with constants")
    token, value = d.constant(names[0]), d.value(names[1])
    axis = value.axis(node.integer("axis", 0))
    if value.rank != 3 or axis != 1 or token.ndim != 3 or token.shape[1] != 1:
        raise UnsupportedError("it joins values with constants")
    if not bool((token == token[:1]).all()):
        raise UnsupportedError("its constant differs between samples")
    given = d.plain(value)
    weights = {"token": token[:1]}
    key = d.add("ClassToken", {}, {"input": given.end}, weights)
    return _with_axis(given, key, 1, 1, axis_of(value.shape[1] + 1))


EMITTERS: Mapping[str, object] = {
    "Gather": gather,
    "Slice": slice_,
    "Split": split,
    "Concat": concat,
}
