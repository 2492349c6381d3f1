"""The inputs of an ONNX graph: their sizes, and how they lie in ours."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from core.compile.onnx_in.drafting import Drafting, Title
from core.compile.onnx_in.folding import BATCH
from core.compile.onnx_in.graph import OnnxGraph, OnnxInput
from core.compile.onnx_in.views import Axis, Value, axis_of
from core.design.document import End
from core.errors import InputError

# Sizes that a model leaves open and nobody gives: an image's height and width, anything else's.
OPEN_PLACE, OPEN_SIZE = 224, 16
LARGEST_SIZE = 2**20
_BATCH_NAME = re.compile(r"^(n|b|bs|.*batch.*)$", re.IGNORECASE)
# What a channels-first image may pass through before an operator that knows images.
_OPEN_TO_LAYOUT = frozenset(
    (
        *("Relu", "LeakyRelu", "Sigmoid", "Tanh", "Clip", "Add", "Sub", "Mul", "Div"),
        *("Pad", "Cast", "Dropout", "Concat", "Identity"),
    )
)
_OF_IMAGES = frozenset(
    (
        *("Conv", "ConvTranspose", "MaxPool", "AveragePool", "Resize", "Upsample", "PRelu"),
        *("GlobalAveragePool", "GlobalMaxPool", "BatchNormalization"),
        *("InstanceNormalization", "GroupNormalization"),
    )
)


def batch_axis(given: OnnxInput) -> int:
    """Which axis of an input is the batch: the one called so, otherwise the first."""
    named = [i for i, n in enumerate(given.shape) if isinstance(n, str) and _BATCH_NAME.match(n)]
    if named and isinstance(given.shape[0], int):
        return named[0]
    return 0


def fixed_sizes(
    graph: OnnxGraph, chosen: Mapping[str, int]
) -> tuple[dict[str, tuple[int, ...]], list[str]]:
    """The shape of each input with all sizes fixed, and notes on those that had to be chosen.

    Raises InputError for an input without axes, or with sizes that cannot be.
    """
    batch = _batch_size(graph)
    shapes, notes = {}, []
    for given in graph.inputs:
        if not given.shape:
            raise InputError(
                f"the input {given.name!r} is a single number, without a batch",
                "Export the model with inputs that have a batch axis.",
            )
        place = batch_axis(given)
        sizes = []
        for axis, size in enumerate(given.shape):
            if axis == place:
                sizes.append(batch)
            elif isinstance(size, int):
                sizes.append(size)
            else:
                image = len(given.shape) >= 4 and axis >= 2
                found = chosen.get(size, OPEN_PLACE if image else OPEN_SIZE)
                sizes.append(found)
                if size not in chosen:
                    what = size or f"axis {axis} of {given.name}"
                    notes.append(f"{what} is left open by the model; it was set to {found}")
        if max(sizes) > LARGEST_SIZE:
            raise InputError(f"the input {given.name!r} has the impossible shape {sizes}")
        shapes[given.name] = tuple(sizes)
    return shapes, list(dict.fromkeys(notes))


def _batch_size(graph: OnnxGraph) -> int:
    for given in graph.inputs:
        size = given.shape[batch_axis(given)] if given.shape else ""
        if isinstance(size, int):
            return size
    return BATCH


def feed(d: Drafting, given: OnnxInput, shape: tuple[int, ...]) -> None:
    """Make the Input of one of the graph's inputs; images get their channels last."""
    place = batch_axis(given)
    logical = tuple((d.batch,) if i == place else axis_of(n) for i, n in enumerate(shape))
    rest = [i for i in range(len(shape)) if i != place]
    if place == 0 and len(shape) >= 3 and _is_image(d.graph, given.name):
        rest = [*rest[1:], rest[0]]
    dtype = "float32" if given.dtype.kind == "f" or given.dtype.name == "bfloat16" else "int32"
    params = {
        "column": "",
        "shape": tuple(shape[i] for i in rest),
        "dtype": dtype,
        "classes": _classes(d.graph, given.name) if dtype == "int32" else 0,
    }
    key = d.add("Input", params, {}, title=Title(given.name))
    physical: tuple[Axis, ...] = ((d.batch,), *(logical[i] for i in rest))
    d.values[given.name] = Value(End(key, "output"), physical, logical, dtype)


def _is_image(graph: OnnxGraph, name: str) -> bool:
    """Whether a value reaches an operator of channels-first images before anything else."""
    seen, open_ = set(), [name]
    while open_:
        value = open_.pop()
        for node in graph.readers.get(value, ()):
            if node.op in _OF_IMAGES and not node.domain:
                return True
            if node.op in _OPEN_TO_LAYOUT and not node.domain:
                fresh = [n for n in node.outputs if n and n not in seen]
                seen.update(fresh)
                open_ += fresh
    return False


def _classes(graph: OnnxGraph, name: str) -> int:
    """How many ids a table that is read with this input has; 0 where there is none."""
    open_, seen = [name], {name}
    while open_:
        for node in graph.readers.get(open_.pop(), ()):
            table = graph.constants.get(node.input(0))
            if node.op == "Gather" and isinstance(table, np.ndarray) and table.ndim == 2:
                return len(table)
            if node.op in ("Cast", "Identity") and node.outputs[0] not in seen:
                seen.add(node.outputs[0])
                open_.append(node.outputs[0])
    return 0
