"""Writes a translated graph as an ONNX model; needs the onnx package and, for weights, JAX."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from importlib.metadata import version
from typing import Any

from core.compile.onnx_out.translate import IR_VERSION, OPSET, Translated
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Arrays
from core.errors import InputError, WorkError

BATCH = "batch"
# Initialisers and graph together may not be larger than a protobuf message can be.
LARGEST = 2**31 - 1


def onnx_package(part: str = "onnx") -> Any:
    """The onnx package or a module of it. Raises InputError with the remedy if there is none."""
    try:
        return import_module(part)
    except ImportError as error:
        package = part.partition(".")[0]
        remedy = "'layerloom[onnx]'" if package == "onnx" else package
        raise InputError(
            f"ONNX needs the package {package}, which is not installed ({error})",
            f"pip install {remedy}",
        ) from None


def model_proto(translated: Translated, arrays: Arrays, name: str, about: str = "") -> Any:
    """The model: a checked ``onnx.ModelProto`` with weights inside.

    ``arrays`` are the network's (``weights.named_arrays``), ``about`` is told to readers of the
    file. Raises InputError where onnx is missing, WorkError where the result is too large.
    """
    helper, onnx = onnx_package("onnx.helper"), onnx_package()
    numpy_helper = onnx_package("onnx.numpy_helper")
    used = {name for op in translated.ops for name in op.inputs}
    held = {n: make(arrays) for n, make in translated.graph.arrays.items() if n in used}
    if sum(array.nbytes for array in held.values()) > LARGEST:
        raise WorkError(
            "the weights take more than 2 GB, which one ONNX file cannot hold",
            "Export Python code and safetensors instead.",
        )
    counts: Counter[str] = Counter()

    def node_name(node: str, type_: str) -> str:
        counts[f"{node}/{type_}"] += 1
        number = counts[f"{node}/{type_}"]
        return f"{node}/{type_}" + (f"_{number}" if number > 1 else "")

    nodes = [
        helper.make_node(
            op.type,
            op.inputs,
            op.outputs,
            name=node_name(op.node, op.type),
            **op.attributes,
        )
        for op in translated.ops
    ]
    graph = helper.make_graph(
        nodes,
        name or "design",
        [_info(helper, onnx, value) for value in translated.inputs.values()],
        [_info(helper, onnx, value) for value in translated.outputs.values()],
        [numpy_helper.from_array(array, name=n) for n, array in held.items()],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
        producer_name="Layerloom",
        producer_version=version("layerloom"),
        doc_string=about,
    )
    helper.set_model_props(model, {"opset": str(OPSET), "layout": _layout(translated)})
    onnx.checker.check_model(model, full_check=True)
    return model


def _layout(translated: Translated) -> str:
    values = (*translated.inputs.values(), *translated.outputs.values())
    turned = any(value.order for value in values)
    return "channels first" if turned else "channels last"


def _info(helper: Any, onnx: Any, value: Value) -> Any:
    types = {
        "float32": onnx.TensorProto.FLOAT,
        "int32": onnx.TensorProto.INT32,
        "int64": onnx.TensorProto.INT64,
        "bool": onnx.TensorProto.BOOL,
    }
    shape = [BATCH if value.shape[axis] is None else value.shape[axis] for axis in value.axes]
    return helper.make_tensor_value_info(value.name, types[value.dtype], shape)
