"""Layers that are made of other layers: one after another, or with a kernel that is normalized."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from core.blocks.call import Name
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import called, function_of, layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weights


@layer("nnx.Sequential")
def sequential(*parts: Any) -> Any:
    """Layers and functions one after another."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        for number, part in enumerate(parts):
            if isinstance(part, Name):
                x = called(function_of(part.name), part.name, graph, x)
            else:
                x = part(graph, weights.part(f"layers.{number}"), x)
        return x

    return apply


@layer("layers.WeightNorm")
def weight_norm(layer: Callable[..., Any]) -> Any:
    """A layer with the kernel scale v / ||v||."""

    def kernel(v: np.ndarray, scale: np.ndarray) -> np.ndarray:
        squares = np.sum(np.square(v), axis=tuple(range(v.ndim - 1)))
        found: np.ndarray = v * (scale / np.sqrt(np.maximum(squares, np.float32(1e-24))))
        return found

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        made = weights.made("kernel", kernel, "layer.kernel", "scale")
        return layer(graph, weights.part("layer").with_array("kernel", made), x)

    return apply


@layer("layers.SpectralNorm")
def spectral_norm(layer: Callable[..., Any]) -> Any:
    """A layer with its kernel divided by its largest singular value, as training has left it."""

    def kernel(full: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
        largest = v @ full.reshape(-1, full.shape[-1]) @ u
        found: np.ndarray = full / (largest if largest != 0 else np.float32(1))
        return found

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        made = weights.made("kernel", kernel, "layer.kernel", "u", "v")
        return layer(graph, weights.part("layer").with_array("kernel", made), x)

    return apply
