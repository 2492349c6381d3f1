"""Writes a translated graph as an ONNX model; needs the onnx package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from typing import Any

from core.compile.onnx_out.graph import Body, Op
from core.compile.onnx_out.translate import IR_VERSION, OPSET, Translated
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Arrays
from core.errors import InputError, WorkError

BATCH = "batch"
# A protobuf message, which the whole file is, cannot be larger.
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
    onnx, helper = onnx_package(), onnx_package("onnx.helper")
    from_array = onnx_package("onnx.numpy_helper").from_array
    used = {name for op in translated.ops for name in op.reads}
    held = {n: make(arrays) for n, make in translated.graph.arrays.items() if n in used}
    if sum(array.nbytes for array in held.values()) > LARGEST:
        raise WorkError(
            "the weights take more than 2 GB, which one ONNX file cannot hold",
            "Export Python code and safetensors instead.",
        )
    writing = _Writing(onnx, helper)
    graph = helper.make_graph(
        writing.nodes(translated.ops),
        name or "design",
        [writing.info(value) for value in translated.inputs.values()],
        [writing.info(value) for value in translated.outputs.values()],
        [from_array(array, name=n) for n, array in held.items()],
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


class _Writing:
    """Makes nodes, each with a name of its own."""

    def __init__(self, onnx: Any, helper: Any) -> None:
        self._onnx, self._helper = onnx, helper
        self._counts: Counter[str] = Counter()

    def nodes(self, ops: Iterable[Op]) -> list[Any]:
        """The operators as ``onnx.NodeProto``."""
        return [
            self._helper.make_node(
                op.type,
                op.inputs,
                op.outputs,
                name=self._name(f"{op.node}/{op.type}"),
                **{key: self._attribute(value) for key, value in op.attributes.items()},
            )
            for op in ops
        ]

    def info(self, value: Value) -> Any:
        """Name, type and shape of an input or output."""
        kinds = self._onnx.TensorProto
        types = {
            "float32": kinds.FLOAT,
            "int32": kinds.INT32,
            "int64": kinds.INT64,
            "bool": kinds.BOOL,
        }
        sizes = (value.shape[axis] for axis in value.axes)
        shape = [BATCH if n is None else n for n in sizes]
        return self._helper.make_tensor_value_info(value.name, types[value.dtype], shape)

    def _attribute(self, value: Any) -> Any:
        if not isinstance(value, Body):
            return value
        return self._helper.make_graph(
            self.nodes(value.ops),
            self._name("body"),
            [self.info(v) for v in value.inputs],
            [self.info(v) for v in value.outputs],
        )

    def _name(self, wanted: str) -> str:
        self._counts[wanted] += 1
        number = self._counts[wanted]
        return wanted if number == 1 else f"{wanted}_{number}"


def _layout(translated: Translated) -> str:
    values = (*translated.inputs.values(), *translated.outputs.values())
    return "channels first" if any(value.order for value in values) else "channels last"
