"""Works out what of an ONNX graph is constant, and the shapes of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.compile.onnx_in.constants import computed
from core.compile.onnx_in.graph import Arrays, OnnxGraph, OnnxNode, Shapes, UnsupportedError
from core.compile.onnx_in.reading import import_onnx

# What the batch counts as while shapes are worked out, where the model leaves it open.
BATCH = 13
_ROUNDS = 8
# Constants of so many values may be shapes and indices, so that shape inference sees them.
_SMALL = 64
_SAME = ("Identity",)


def folded(graph: OnnxGraph, model: Any, sizes: Mapping[str, tuple[int, ...]]) -> OnnxGraph:
    """The graph without nodes that make constants, with all shapes that can be known.

    ``sizes`` has the shape of each input, the batch included.
    """
    graph = without_unread(_without_identities(graph))
    shapes: Shapes = {}
    for _ in range(_ROUNDS):
        shapes = _inferred(graph, model, sizes)
        found = _computed(graph, shapes)
        if len(found.nodes) == len(graph.nodes):
            break
        graph = found
    known = {name: value.shape for name, value in graph.constants.items()}
    return without_unread(replace(graph, shapes=shapes | known))


def _computed(graph: OnnxGraph, shapes: Shapes) -> OnnxGraph:
    constants = dict(graph.constants)
    left = []
    for node in graph.nodes:
        made = _of_node(node, constants, shapes)
        if made is None:
            left.append(node)
        else:
            constants.update(zip(node.outputs, made, strict=False))
    return replace(graph, nodes=tuple(left), constants=constants)


def _of_node(node: OnnxNode, constants: Arrays, shapes: Shapes) -> tuple[np.ndarray, ...] | None:
    if node.domain:
        return None
    if node.op in ("Shape", "Size") and node.input(0) in shapes:
        shape = shapes[node.input(0)]
        if node.op == "Size":
            return (np.array(np.prod(shape, dtype=np.int64), np.int64),)
        start, end = node.attributes.get("start", 0), node.attributes.get("end")
        return (np.array(shape[start:end], np.int64),)
    if any(name and name not in constants for name in node.inputs):
        return None
    try:
        return computed(node, [constants.get(name) for name in node.inputs])
    except (UnsupportedError, ValueError, TypeError, IndexError, OverflowError, AttributeError):
        # The node stays, and is told of when it cannot become blocks either.
        return None


def _without_identities(graph: OnnxGraph) -> OnnxGraph:
    """The graph with each value called by one name only."""
    names: dict[str, str] = {}
    nodes = []
    for node in graph.nodes:
        inputs = tuple(names.get(name, name) for name in node.inputs)
        node = replace(node, inputs=inputs)
        if node.op in _SAME and not node.domain and inputs and node.outputs:
            names[node.outputs[0]] = inputs[0]
        else:
            nodes.append(node)
    outputs = tuple(names.get(name, name) for name in graph.outputs)
    return replace(graph, nodes=tuple(nodes), outputs=outputs)


def without_unread(graph: OnnxGraph) -> OnnxGraph:
    """The graph without what its outputs do not depend on."""
    read = set(graph.outputs)
    kept: list[OnnxNode] = []
    for node in reversed(graph.nodes):
        if read.intersection(node.outputs):
            kept.append(node)
            read.update(node.inputs)
    constants = {name: value for name, value in graph.constants.items() if name in read}
    return replace(graph, nodes=tuple(reversed(kept)), constants=constants)


def _inferred(graph: OnnxGraph, model: Any, sizes: Mapping[str, tuple[int, ...]]) -> Shapes:
    """Shapes of values by ONNX's own inference; large constants take part by their shape alone."""
    onnx = import_onnx()
    helper = onnx.helper
    skeleton = onnx.ModelProto()
    skeleton.ir_version = model.ir_version
    skeleton.opset_import.extend(model.opset_import)
    known = {entry.domain for entry in model.opset_import}
    for domain in {node.domain for node in graph.nodes} - known - {""}:
        skeleton.opset_import.append(helper.make_opsetid(domain, 1))
    skeleton.graph.name = "shapes"
    left = {name for node in graph.nodes for name in node.outputs}
    skeleton.graph.node.extend(
        n
        for n in model.graph.node
        if not left.isdisjoint(n.output)
        or (n.op_type in _SAME and graph.constants.keys().isdisjoint(n.output))
    )
    for given in graph.inputs:
        kind = helper.np_dtype_to_tensor_dtype(given.dtype)
        made = helper.make_tensor_value_info(given.name, kind, sizes[given.name])
        skeleton.graph.input.append(made)
    for name, value in graph.constants.items():
        if value.dtype == object:
            continue
        if value.size <= _SMALL:
            skeleton.graph.initializer.append(onnx.numpy_helper.from_array(value, name))
        else:
            kind = helper.np_dtype_to_tensor_dtype(value.dtype)
            made = helper.make_tensor_value_info(name, kind, value.shape)
            skeleton.graph.input.append(made)
    for name in graph.outputs:
        skeleton.graph.output.append(onnx.ValueInfoProto(name=name))
    try:
        told = onnx.shape_inference.infer_shapes(skeleton, data_prop=True)
    except (onnx.shape_inference.InferenceError, RuntimeError, ValueError, TypeError):
        return dict(sizes)
    return dict(sizes) | _fixed([*told.graph.value_info, *told.graph.output])


def _fixed(infos: list[Any]) -> Shapes:
    found: Shapes = {}
    for info in infos:
        kind = info.type.tensor_type
        if info.type.HasField("tensor_type") and kind.HasField("shape"):
            dims = [d.dim_value for d in kind.shape.dim if d.HasField("dim_value")]
            if len(dims) == len(kind.shape.dim):
                found[info.name] = tuple(dims)
    return found
