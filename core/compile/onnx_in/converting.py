"""An ONNX graph as a design and the weights of its nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.blocks.catalog import blocks
from core.compile.imported import Imported, Unread
from core.compile.onnx_in.drafting import Draft, Drafting
from core.compile.onnx_in.emit import emitters
from core.compile.onnx_in.feeding import feed, fixed_sizes
from core.compile.onnx_in.folding import folded
from core.compile.onnx_in.graph import OnnxGraph, OnnxNode, UnsupportedError
from core.compile.onnx_in.naming import clean, frames_of, names_of
from core.compile.onnx_in.patterns import recognised
from core.compile.onnx_in.reading import graph_of, read_model
from core.compile.onnx_in.views import Atom, Value, flat
from core.design.document import Design, End, Node
from core.errors import InputError

# Errors that malformed attributes and shapes lead to inside of an emitter.
_MALFORMED = (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError)


def import_model(path: Path, sizes: Mapping[str, int] | None = None) -> Imported:
    """The design of an ONNX file; ``sizes`` gives numbers for the dimensions it leaves open.

    Raises InputError naming the file and what is wrong with it.
    """
    model = read_model(path)
    graph = graph_of(model, path)
    shapes, notes = fixed_sizes(graph, sizes or {})
    read = len(graph.nodes)
    graph = recognised(folded(graph, model, shapes))
    d = Drafting(graph)
    if graph.inputs:
        d.batch = Atom(_batch(graph, shapes), True)
    for given in graph.inputs:
        feed(d, given, shapes[given.name])
    for node in graph.nodes:
        _emit(d, node)
    alive = _alive(d)
    if not any(draft.kind != "Input" for draft in alive):
        raise InputError(
            f"{path} computes nothing from its inputs", "Export the model with its layers."
        )
    design, names = _design(d, alive, path)
    weights = {names[draft.id]: draft.weights for draft in alive if draft.weights}
    unread = tuple(_unread(draft, design.nodes[names[draft.id]]) for draft in alive if draft.reason)
    return Imported(design, weights, unread, tuple(notes), graph.opset, graph.producer, read)


def _batch(graph: OnnxGraph, shapes: Mapping[str, tuple[int, ...]]) -> int:
    from core.compile.onnx_in.feeding import batch_axis

    first = graph.inputs[0]
    return shapes[first.name][batch_axis(first)]


def _emit(d: Drafting, node: OnnxNode) -> None:
    """Make the blocks of an operator, or an unknown one where there are none."""
    d.node = node
    emit = emitters().get(node.op) if not node.domain else None
    try:
        if emit is None:
            raise UnsupportedError("no block computes it")
        with np.errstate(all="ignore"):
            made = emit(d, node)
    except UnsupportedError as error:
        _keep(d, node, str(error))
        return
    except _MALFORMED as error:
        _keep(d, node, f"its attributes or inputs are not valid ({error})")
        return
    values = [made] if isinstance(made, Value) else list(made)
    for name, value in zip(node.outputs, values, strict=False):
        if name and value is not None:
            d.values[name] = value


def _keep(d: Drafting, node: OnnxNode, reason: str) -> None:
    key = d.unknown(reason)
    for number, name in enumerate(node.outputs, start=1):
        if not name:
            continue
        shape = d.graph.shapes.get(name)
        if shape is None:
            first = next((d.values[i] for i in node.inputs if i in d.values), None)
            shape = first.shape if first else (d.batch.size,)
        logical = d.fresh(shape)
        physical = ((d.batch,), *(axis for axis in logical if d.batch not in axis))
        port = "output" if len(node.outputs) == 1 else f"output_{number}"
        d.values[name] = Value(End(key, port), physical, logical)


def _alive(d: Drafting) -> list[Draft]:
    """The drafts that an output of the graph depends on, in the order of the graph."""
    for name in d.graph.outputs:
        if name in d.values:
            d.node = d.graph.makers.get(name, d.node)
            d.values[name] = _finished(d, d.values[name])
    open_ = [d.values[name].end.node for name in d.graph.outputs if name in d.values]
    open_ += [draft.id for draft in d.drafts.values() if draft.kind == "Input"]
    found = set(open_)
    while open_:
        for end in d.drafts[open_.pop()].inputs.values():
            if end.node not in found:
                found.add(end.node)
                open_.append(end.node)
    return _ordered(d, found)


def _finished(d: Drafting, value: Value) -> Value:
    """An output of the graph as ONNX has it, if our blocks can lay it out so."""
    try:
        value = d.settled(value)
        if d.batch not in flat(value.logical[:1]) or len(value.logical) == 4:
            return value
        return d.plain(value)
    except UnsupportedError:
        return value


def _ordered(d: Drafting, chosen: set[str]) -> list[Draft]:
    """Drafts with each after those that it reads."""
    done: dict[str, Draft] = {}
    for start in [key for key in d.drafts if key in chosen]:
        open_ = [start]
        while open_:
            draft = d.drafts[open_[-1]]
            missing = [e.node for e in draft.inputs.values() if e.node not in done]
            if missing:
                open_ += missing
            else:
                done[open_.pop()] = draft
    return list(done.values())


def _design(d: Drafting, alive: list[Draft], path: Path) -> tuple[Design, dict[str, str]]:
    """The design of the drafts, and the node id that each of them got."""
    ids = {draft.id: f"n{number}" for number, draft in enumerate(alive, start=1)}
    nodes: dict[str, Node] = {}
    wires: dict[End, End] = {}
    called = names_of({draft.id: draft.title for draft in alive})
    for draft in alive:
        name = called[draft.id]
        usual = {}
        if draft.kind in blocks():
            usual = {p.name: p.default for p in blocks()[draft.kind].params() if not p.advanced}
        key = ids[draft.id]
        nodes[key] = Node(key, name, draft.kind, {**usual, **draft.params})
        for port, end in draft.inputs.items():
            wires[End(key, port)] = End(ids[end.node], end.port)
    name = clean(d.graph.name) if d.graph.name.lower() not in _NO_NAMES else ""
    design = Design(name=name or path.stem, nodes=nodes, wires=wires)
    return replace(design, frames=frames_of(nodes)), ids


# What exporters call every graph.
_NO_NAMES = ("main_graph", "torch_jit", "torch-jit-export", "graph", "tf2onnx", "main", "")


def _unread(draft: Draft, node: Node) -> Unread:
    source = draft.source
    return Unread(node.id, node.name, source.op, source.domain, source.name, draft.reason)


def with_positions(imported: Imported, places: Mapping[str, tuple[float, float]]) -> Imported:
    """The import with its nodes at these places of the canvas."""
    view = {**imported.design.view, "positions": dict(places)}
    return replace(imported, design=replace(imported.design, view=view))
