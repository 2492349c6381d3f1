"""The nodes of a design while it is put together from operators, and how values are laid out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np

from core.blocks.catalog import blocks
from core.compile.onnx_in.graph import Arrays, OnnxGraph, OnnxNode, UnsupportedError
from core.compile.onnx_in.naming import Title
from core.compile.onnx_in.views import (
    Atom,
    Axes,
    Axis,
    Value,
    axis_of,
    flat,
    length,
    same,
    same_axes,
)
from core.design.document import End, snake_case

MOST_RANK = 6


@dataclass
class Draft:
    """A node to be, with its weights as the layer calls them (``kernel``, ``query.bias``)."""

    id: str
    kind: str
    params: dict[str, Any]
    inputs: dict[str, End]
    weights: Arrays
    title: Title
    source: OnnxNode
    reason: str = ""


@dataclass
class Drafting:
    """What emitters work with: the graph's values so far, and the drafts made for them.

    ``made`` remembers of an output what later operators may want to take back: the weights of a
    Dense, the parts of attention. Drafts that no output of the graph depends on are left out in
    the end, so that an emitter may make a better node instead of an earlier one.
    """

    graph: OnnxGraph
    values: dict[str, Value] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    made: dict[End, Any] = field(default_factory=dict)
    batch: Atom = field(default_factory=lambda: Atom(1, True))
    node: OnnxNode = field(default_factory=lambda: OnnxNode("", "", (), ()))

    def value(self, name: str) -> Value:
        """A value that is computed, with nothing left to multiply it by; or UnsupportedError."""
        found = self.raw(name)
        return self.settled(found) if found.factor != 1.0 else found

    def raw(self, name: str) -> Value:
        """A value that is computed, as it stands."""
        if name not in self.values:
            what = f"the constant {name}" if name in self.graph.constants else f"{name!r}"
            raise UnsupportedError(f"{what} cannot be an input here")
        found = self.values[name]
        return replace(found, alone=found.alone and self.graph.uses(name) == 1)

    def constant(self, name: str) -> np.ndarray:
        """A constant's values. Raises UnsupportedError for what is computed."""
        if name not in self.graph.constants:
            raise UnsupportedError(f"{name!r} is computed, but has to be constant here")
        return self.graph.constants[name]

    def is_constant(self, name: str) -> bool:
        """Whether a value is known beforehand."""
        return name in self.graph.constants

    def scalar(self, name: str) -> float | None:
        """The number that a constant holds; None for anything else."""
        if not self.is_constant(name) or not self.graph.constants[name].size:
            return None
        found = self.graph.constants[name]
        first = found.reshape(-1)[0]
        alike = found.size == 1 or bool((found == first).all())
        return float(first) if alike and np.issubdtype(found.dtype, np.number) else None

    def add(
        self,
        kind: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, End],
        weights: Mapping[str, np.ndarray] | None = None,
        title: Title | None = None,
    ) -> str:
        """Make a draft and return its id. Raises UnsupportedError for a block that is not there."""
        if kind not in blocks():
            raise UnsupportedError(f"there is no block {kind}")
        for key, given in params.items():
            declared = next((p for p in blocks()[kind].params() if p.name == key), None)
            if declared is None:
                raise UnsupportedError(f"{kind} has no parameter {key}")
            if wrong := declared.fault(given):
                raise UnsupportedError(wrong)
        arrays = {k: np.asarray(v, np.float32) for k, v in (weights or {}).items()}
        return self._draft(kind, params, inputs, arrays, title or self.title(kind))

    def unknown(self, reason: str) -> str:
        """A draft of the present node as a block that nobody knows, with its inputs."""
        node = self.node
        ins = {}
        for number, name in enumerate(node.inputs):
            if name in self.values:
                ins[f"input_{number + 1}"] = self._as_it_is(self.values[name])
        domain = f"{node.domain}." if node.domain else ""
        key = self._draft(f"onnx.{domain}{node.op}", _plain(node), ins, {}, self.title(node.op))
        self.drafts[key].reason = reason
        return key

    def title(self, kind: str) -> Title:
        """What speaks for the name of a node made of the present operator."""
        node = self.node
        exact = ""
        for name in (*node.inputs[1:3], *node.inputs[:1]):
            stem, dot, last = name.rpartition(".")
            if dot and last in _PARAMETERS and stem and self.is_constant(name):
                exact = exact or stem
        return Title(exact, node.scope, snake_case(kind))

    def output(self, draft: str, axes: Axes, logical: Axes | None = None, **more: Any) -> Value:
        """A draft's output as a value; ``logical`` is like the physical axes if not given."""
        port = more.pop("port", "output")
        return Value(End(draft, port), axes, axes if logical is None else logical, **more)

    def realised(self, value: Value, wanted: Axes) -> Value:
        """A value with these physical axes, by blocks that reshape and permute where needed.

        Raises UnsupportedError where the batch would not come first.
        """
        if same_axes(value.physical, wanted):
            return value
        if not wanted or not same(wanted[0], (self.batch,)):
            raise UnsupportedError("it mixes the samples of a batch")
        if not same(flat(value.physical), flat(wanted)):
            runs = _runs(flat(value.physical), flat(wanted))
            value = self._regrouped(value, tuple(runs))
            order = sorted(range(len(runs)), key=lambda i: _place(flat(wanted), runs[i]))
            if len(runs) > MOST_RANK:
                raise UnsupportedError(f"it permutes {len(runs)} axes")
            key = self.add("Permute", {"order": tuple(order[1:])}, {"input": value.end})
            moved = tuple(runs[i] for i in order)
            value = replace(value, end=End(key, "output"), physical=moved)
        return self._regrouped(value, wanted)

    def _regrouped(self, value: Value, wanted: Axes) -> Value:
        if same_axes(value.physical, wanted):
            return value
        if len(wanted) > MOST_RANK or not same(wanted[0], (self.batch,)):
            raise UnsupportedError(f"it needs an array of rank {len(wanted)}")
        sizes = tuple(map(length, wanted[1:]))
        if len(sizes) == 1:
            key = self.add("Flatten", {}, {"input": value.end})
        else:
            key = self.add("Reshape", {"shape": sizes}, {"input": value.end})
        return replace(value, end=End(key, "output"), physical=wanted, alone=False)

    def plain(self, value: Value) -> Value:
        """A value whose array is laid out as ONNX has it, the batch first."""
        return self.realised(value, value.logical)

    def settled(self, value: Value) -> Value:
        """A value that has been multiplied by its pending factor."""
        if value.factor == 1.0:
            return value
        from core.compile.onnx_in.emit.affine import scaled

        return scaled(self, replace(value, factor=1.0), value.factor)

    def with_last(self, value: Value, atoms: Axis) -> tuple[Value, Axis]:
        """The value with these atoms as its last physical axis, in whatever order costs least.

        Returns the order that they are in, too; weights along this axis have to be put into it.
        """
        chosen = [axis for axis in value.physical if not set(axis).isdisjoint(atoms)]
        whole = len(chosen) == 1 and set(chosen[0]) == set(atoms)
        if whole and same(chosen[0], value.physical[-1]):
            return value, value.physical[-1]
        order = tuple(a for a in flat(value.physical) if a in set(atoms))
        others = []
        for axis in value.physical:
            rest = tuple(a for a in axis if a not in set(atoms))
            if rest:
                others.append(rest)
        tail = flat(value.physical)[len(flat(value.physical)) - len(order) :]
        if not same(tail, order):
            order = tuple(atoms)
        return self.realised(value, (*others, order)), order

    def _as_it_is(self, value: Value) -> End:
        try:
            return self.plain(self.settled(value)).end
        except UnsupportedError:
            return value.end

    def _draft(
        self,
        kind: str,
        params: Mapping[str, Any],
        inputs: Mapping[str, End],
        weights: Arrays,
        title: Title,
    ) -> str:
        key = f"d{len(self.drafts) + 1}"
        self.drafts[key] = Draft(key, kind, dict(params), dict(inputs), weights, title, self.node)
        return key

    def fresh(self, shape: Sequence[int]) -> Axes:
        """New axes of an ONNX shape; the first one as long as the batch is the batch."""
        axes = [axis_of(size) for size in shape] or [()]
        place = next((i for i, n in enumerate(shape) if n == self.batch.size), 0)
        axes[place] = (self.batch,)
        return tuple(axes)


def put_in_order(array: np.ndarray, axis: int, atoms: Axis, order: Axis) -> np.ndarray:
    """An array whose axis runs over ``atoms`` with that axis in another order of them."""
    if same(atoms, order):
        return array
    before, after = array.shape[:axis], array.shape[axis + 1 :]
    sizes = tuple(a.size for a in atoms)
    opened = array.reshape(*before, *sizes, *after)
    moved = [axis + next(i for i, a in enumerate(atoms) if a is b) for b in order]
    rest = range(axis + len(sizes), opened.ndim)
    return opened.transpose(*range(axis), *moved, *rest).reshape(array.shape)


_PARAMETERS = ("weight", "bias", "kernel", "scale", "gamma", "in_proj_bias", "running_mean")


def _plain(node: OnnxNode) -> dict[str, Any]:
    """A node's attributes, as far as a project file can hold them."""
    found = {name: value for name, value in node.attributes.items() if _fits(value)}
    return {k: v for k, v in found.items() if not isinstance(v, tuple) or len(v) <= _MOST_VALUES}


# Longer lists are weights rather than settings.
_MOST_VALUES = 64


def _fits(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_fits, value))
    return isinstance(value, int | str) or (isinstance(value, float) and math.isfinite(value))


def _runs(now: Axis, wanted: Axis) -> list[Axis]:
    """The longest pieces of ``now`` that stay together in ``wanted``; the batch stays by itself."""
    follower = dict(pairwise(wanted))
    runs: list[list[Atom]] = []
    for atom in now:
        last = runs[-1][-1] if runs else None
        if last is not None and not last.batch and follower.get(last) is atom:
            runs[-1].append(atom)
        else:
            runs.append([atom])
    return [tuple(run) for run in runs]


def _place(wanted: Axis, run: Axis) -> int:
    return next(i for i, atom in enumerate(wanted) if atom is run[0])
