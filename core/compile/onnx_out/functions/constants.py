"""Arrays that follow from numbers alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.compile.onnx_out.functions.elementwise import type_of
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import function
from core.compile.onnx_out.value import Value


@function("jnp.arange")
def arange(graph: Graph, stop: int) -> Value:
    """0, 1, ... up to but without the number, int32."""
    return graph.constant(np.arange(stop, dtype=np.int32))


@function("jnp.tri")
def tri(graph: Graph, n: int, dtype: Any = "float32") -> Value:
    """A square matrix with ones at and below the diagonal."""
    return graph.constant(np.tri(n).astype(type_of(dtype)))


@function("layers.waves")
def waves(graph: Graph, length: int, features: int, base: float = 10000.0) -> Value:
    """Sinusoidal positions ``[length, features]``."""
    both = np.stack(angles(length, features, base), axis=-1).reshape(length, -1)
    return graph.constant(both[:, :features])


def angles(length: int, features: int, base: float) -> tuple[np.ndarray, np.ndarray]:
    """Sines and cosines ``[length, pairs]`` of position times base^(-2 i / features)."""
    speeds = np.float32(base) ** (-np.arange(0, features, 2, dtype=np.float32) / features)
    found = np.arange(length, dtype=np.float32)[:, None] * speeds.astype(np.float32)
    return np.sin(found).astype(np.float32), np.cos(found).astype(np.float32)
