"""What does nothing once a network is trained."""

from __future__ import annotations

from typing import Any

from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weights


@layer("nnx.Dropout")
def dropout(rate: float, *, broadcast_dims: Any = (), deterministic: bool = False) -> Any:
    """Nothing is dropped."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        return x

    return apply
