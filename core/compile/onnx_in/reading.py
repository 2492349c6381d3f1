"""Reads ONNX files, trusting nothing in them: sizes are limited and nothing outside is opened."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.compile.onnx_in.external import external_array
from core.compile.onnx_in.graph import Arrays, OnnxGraph, OnnxInput, OnnxNode, dotted
from core.errors import InputError

# Protocol buffers cannot be longer.
MOST_BYTES = 2**31 - 1
MOST_NODES = 50_000
MOST_ELEMENTS = 2**31
REMEDY = "Export the model to ONNX again."


def import_onnx() -> Any:
    """The ``onnx`` package. Raises InputError where it is not installed."""
    try:
        import onnx
    except ImportError:
        raise InputError(
            "reading ONNX files needs the package onnx", 'Install it: pip install "layerloom[onnx]"'
        ) from None
    return onnx


def read_model(path: Path) -> Any:
    """The ``ModelProto`` of a file, its functions inlined. Raises InputError naming the file."""
    onnx = import_onnx()
    from google.protobuf.message import DecodeError

    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(
                f"{path} is larger than 2 GiB, which no ONNX file can be",
                "Export the model with its weights as external data.",
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path} does not exist", "Check the path.") from None
    except IsADirectoryError:
        raise InputError(f"{path} is a folder", "Name an .onnx file in it.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    try:
        model = onnx.ModelProto.FromString(raw)
    except DecodeError:
        raise InputError(f"{path} is no ONNX file, or is cut off", REMEDY) from None
    if not model.ir_version or not model.HasField("graph") or not model.graph.output:
        raise InputError(f"{path} is no ONNX model: it has no graph", REMEDY)
    _check_text(model, path)
    if model.functions:
        model = _inlined(onnx, model, path)
    if len(model.graph.node) > MOST_NODES:
        raise InputError(
            f"{path} has {len(model.graph.node)} nodes, more than {MOST_NODES}",
            "Import a smaller model.",
        )
    return model


def _check_text(model: Any, path: Path) -> None:
    """Raise InputError where a name is not UTF-8; such fields are read as bytes."""
    graph = model.graph
    graphs = (graph, *model.functions)
    names = [graph.name, model.producer_name, model.producer_version]
    names += [entry.domain for entry in model.opset_import]
    names += [name for f in model.functions for name in (f.name, f.domain, *f.input, *f.output)]
    for info in (*graph.input, *graph.output):
        names += [info.name, *(d.dim_param for d in info.type.tensor_type.shape.dim)]
    tensors = [*graph.initializer]
    for node in (node for part in graphs for node in part.node):
        names += [node.op_type, node.name, node.domain, *node.input, *node.output]
        names += [text for p in node.metadata_props for text in (p.key, p.value)]
        names += [attribute.name for attribute in node.attribute]
        tensors += [attribute.t for attribute in node.attribute]
    for tensor in tensors:
        names += [tensor.name, *(t for e in tensor.external_data for t in (e.key, e.value))]
    if any(isinstance(name, bytes) for name in names):
        raise InputError(f"{path} has names that are not UTF-8 text", REMEDY)


def _inlined(onnx: Any, model: Any, path: Path) -> Any:
    """The model with its local functions put in place of their uses."""
    functions = {(f.domain, f.name): f for f in model.functions}
    sizes: dict[tuple[str, str], int] = {}

    def size(key: tuple[str, str], above: tuple[tuple[str, str], ...]) -> int:
        if key in above or len(above) > 64:
            raise InputError(f"{path}: the function {key[1]} calls itself", REMEDY)
        if key not in sizes:
            inner = ((node.domain, node.op_type) for node in functions[key].node)
            sizes[key] = sum(size(k, (*above, key)) if k in functions else 1 for k in inner)
        return sizes[key]

    used = ((node.domain, node.op_type) for node in model.graph.node)
    if sum(size(key, ()) for key in used if key in functions) > MOST_NODES:
        raise InputError(f"{path}: its functions unfold to more than {MOST_NODES} nodes", REMEDY)
    from onnx.inliner import inline_local_functions

    try:
        return inline_local_functions(model)
    except (RuntimeError, ValueError) as error:
        raise InputError(f"{path}: its functions are not valid: {error}", REMEDY) from None


def graph_of(model: Any, path: Path) -> OnnxGraph:
    """The graph of a model as plain data. Raises InputError naming the file and the place."""
    onnx = import_onnx()
    graph = model.graph
    if graph.sparse_initializer:
        raise InputError(f"{path} has sparse weights, which are not read", "Export dense ones.")
    constants: Arrays = {}
    for tensor in graph.initializer:
        constants[tensor.name] = array(tensor, path.parent, str(path))
    nodes = tuple(_nodes(onnx, graph.node, path))
    fed = [i for i in graph.input if i.name not in constants]
    _check_order(nodes, {*constants, *(i.name for i in fed)}, path)
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 0)
    return OnnxGraph(
        graph.name,
        nodes,
        tuple(_input(onnx, given, path) for given in fed),
        tuple(given.name for given in graph.output),
        constants,
        opset=opset,
        producer=f"{model.producer_name} {model.producer_version}".strip()[:80],
    )


def array(tensor: Any, folder: Path, where: str) -> np.ndarray:
    """A tensor's values; those of half precision become float32. Raises InputError."""
    onnx = import_onnx()
    dims = tuple(tensor.dims)
    elements = 1
    for n in dims:
        elements *= n
    if min(dims, default=0) < 0 or elements > MOST_ELEMENTS:
        raise InputError(f"{where}: {tensor.name} has the impossible shape {list(dims)}", REMEDY)
    try:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            found = external_array(tensor, folder, where)
        else:
            found = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{where}: the values of {tensor.name!r} are not valid: {error}") from None
    if found.dtype.name in ("float16", "bfloat16", "float64"):
        found = found.astype(np.float32)
    return found


def _nodes(onnx: Any, protos: Any, path: Path) -> Iterator[OnnxNode]:
    for number, proto in enumerate(protos):
        attributes = {a.name: _attribute(onnx, a, path) for a in proto.attribute}
        yield OnnxNode(
            proto.op_type,
            proto.name or f"{proto.op_type}_{number}",
            tuple(proto.input),
            tuple(proto.output),
            attributes,
            "" if proto.domain == "ai.onnx" else proto.domain,
            _scope(proto),
        )


def _attribute(onnx: Any, attribute: Any, path: Path) -> Any:
    kinds = onnx.AttributeProto
    match attribute.type:
        case kinds.INT:
            return attribute.i
        case kinds.FLOAT:
            return attribute.f
        case kinds.STRING:
            return attribute.s.decode("utf-8", "replace")
        case kinds.INTS:
            return tuple(attribute.ints)
        case kinds.FLOATS:
            return tuple(attribute.floats)
        case kinds.STRINGS:
            return tuple(s.decode("utf-8", "replace") for s in attribute.strings)
        case kinds.TENSOR:
            return array(attribute.t, path.parent, str(path))
    # Graphs within nodes (If, Loop, Scan) are not read: such nodes are kept as unknown ones.
    return None


def _scope(proto: Any) -> str:
    """The name of the module that made a node, as PyTorch's two exporters write it down."""
    for entry in proto.metadata_props:
        if entry.key == "pkg.torch.onnx.name_scopes" and len(entry.value) < 10_000:
            try:
                found = ast.literal_eval(entry.value)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                return ""
            scopes = [s for s in found[:-1] if isinstance(s, str)] if found else []
            return scopes[-1] if scopes and scopes[-1].isprintable() else ""
    return dotted(proto.name) if proto.name.startswith("/") else ""


def _input(onnx: Any, given: Any, path: Path) -> OnnxInput:
    kind = given.type.tensor_type
    if not given.type.HasField("tensor_type") or not kind.HasField("shape"):
        raise InputError(f"{path}: the input {given.name!r} is no array of a known rank", REMEDY)
    try:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
    except KeyError:
        raise InputError(f"{path}: the input {given.name!r} has no known type", REMEDY) from None
    shape = tuple(d.dim_value if d.dim_value > 0 else d.dim_param for d in kind.shape.dim)
    return OnnxInput(given.name, shape, dtype)


def _check_order(nodes: tuple[OnnxNode, ...], known: set[str], path: Path) -> None:
    """Raise InputError where a value is read before it is made, or made twice."""
    for node in nodes:
        missing = next((name for name in node.inputs if name and name not in known), None)
        if missing is not None:
            raise InputError(
                f"{path}: node {node.name} reads {missing!r}, which nothing before it makes", REMEDY
            )
        made = [name for name in node.outputs if name]
        twice = next((name for name in made if name in known), None)
        if twice is not None:
            raise InputError(f"{path}: the value {twice!r} is made twice", REMEDY)
        known.update(made)
