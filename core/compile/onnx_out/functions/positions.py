"""Rotary positions, and a token in front of a sequence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.constants import angles
from core.compile.onnx_out.functions.elementwise import joined
from core.compile.onnx_out.functions.shape import concatenate, sliced, stack, to_shape
from core.compile.onnx_out.graph import Graph, ints
from core.compile.onnx_out.registry import function, layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weights


@dataclass(frozen=True)
class Rotary:
    """Queries and keys are turned before they are compared."""

    base: float


@layer("layers.rotary_attention")
def rotary_attention(base: float) -> Rotary:
    """What attention is told to do first."""
    return Rotary(base)


@function("layers.turned_pairs")
def turned_pairs(graph: Graph, x: Value, base: float = 10000.0, *, halves: bool = False) -> Value:
    """Pairs of features of ``[B, T, ..., D]`` turned by their position."""
    x = graph.plain(x)
    length, features = x.size(1), x.size(-1)
    sin, cos = (
        a.reshape(length, *(1,) * (x.rank - 3), features // 2)
        for a in angles(length, features, base)
    )
    half = features // 2
    if halves:
        first, second = sliced(graph, x, -1, 0, half), sliced(graph, x, -1, half, features)
    else:
        first, second = (sliced(graph, x, -1, i, features, 2) for i in (0, 1))

    def product(a: Value, b: np.ndarray) -> Value:
        return joined(graph, "Mul", a, graph.constant(b))

    parts = (
        joined(graph, "Sub", product(first, cos), product(second, sin)),
        joined(graph, "Add", product(first, sin), product(second, cos)),
    )
    if halves:
        return concatenate(graph, *parts, axis=-1)
    return to_shape(graph, stack(graph, *parts, axis=-1), x.shape)


@layer("layers.ClassToken")
def class_token(features: int) -> Any:
    """A trained vector before the sequence."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        x = graph.plain(x)
        shape = batch_shape(graph, x, 1, features)
        token = graph.op("Expand", weights["token"], shape, shape=(None, 1, features))
        return concatenate(graph, token, x, axis=1)

    return apply


def batch_shape(graph: Graph, like: Value, *sizes: int) -> Value:
    """A shape, as operators take it: as many samples as another value has, and these axes."""
    count = graph.op("Shape", like, shape=(1,), dtype="int64", start=0, end=1)
    return graph.op("Concat", count, ints(*sizes), shape=(1 + len(sizes),), dtype="int64", axis=0)
