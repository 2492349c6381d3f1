"""Associative memories and Boltzmann machines."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.compile.onnx_out.functions.activation import softmax
from core.compile.onnx_out.functions.arithmetic import where
from core.compile.onnx_out.functions.dense import affine
from core.compile.onnx_out.functions.elementwise import joined, unary
from core.compile.onnx_out.functions.reduction import reduced
from core.compile.onnx_out.graph import Graph
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weights


@layer("layers.Hopfield")
def hopfield(features: int, patterns: int, beta: float = 1.0, steps: int = 1) -> Any:
    """softmax(beta x W^T) W, so many times."""

    def apply(graph: Graph, weights: Weights, state: Value) -> Value:
        kernel = weights["kernel"]
        for _ in range(steps):
            likeness = affine(graph, state, kernel.transposed(1, 0), None, patterns)
            share = softmax(graph, joined(graph, "Mul", likeness, float(beta)))
            state = affine(graph, share, kernel, None, features)
        return state

    return apply


@layer("layers.BinaryHopfield")
def binary_hopfield(features: int, patterns: int, steps: int = 1) -> Any:
    """The sign of what the couplings of all units say, so many times."""

    def couplings(kernel: np.ndarray) -> np.ndarray:
        signs = np.where(kernel == 0, np.float32(1), np.sign(kernel))
        together: np.ndarray = signs.T @ signs / np.float32(features)
        return together * (1 - np.eye(features, dtype=np.float32))

    def apply(graph: Graph, weights: Weights, state: Value) -> Value:
        state = _sign(graph, graph.plain(state), 1.0)
        kernel = weights["kernel"].then(couplings, "couplings")
        for _ in range(steps):
            state = _sign(graph, affine(graph, state, kernel, None, features), state)
        return state

    return apply


@layer("layers.BinaryUnits")
def binary_units(features: int, units: int, k: int = 1) -> Any:
    """Hidden probabilities, contrastive divergence and reconstruction, with nothing drawn."""

    def apply(graph: Graph, weights: Weights, visible: Value) -> tuple[Value, Value, Value]:
        kernel = weights["kernel"]

        def to_hidden(x: Value) -> Value:
            return affine(graph, x, kernel, weights["hidden_bias"], units)

        def to_visible(x: Value) -> Value:
            back = kernel.transposed(1, 0)
            return affine(graph, x, back, weights["visible_bias"], features)

        def energy(x: Value) -> Value:
            softplus = unary(graph, "Softplus", to_hidden(x))
            bias = graph.weight(weights["visible_bias"], (features,))
            pull = reduced(graph, "ReduceSum", joined(graph, "Mul", x, bias), -1, False)
            rest = reduced(graph, "ReduceSum", softplus, -1, False)
            return unary(graph, "Neg", joined(graph, "Add", pull, rest))

        hidden = unary(graph, "Sigmoid", to_hidden(visible))
        sampled = visible
        for _ in range(k):
            on = unary(graph, "Sigmoid", to_hidden(sampled))
            sampled = unary(graph, "Sigmoid", to_visible(on))
        gap = joined(graph, "Sub", energy(visible), energy(sampled))
        return hidden, gap, unary(graph, "Sigmoid", to_visible(hidden))

    return apply


def _sign(graph: Graph, x: Value, at_zero: Value | float) -> Value:
    zero = joined(graph, "Equal", x, 0.0, dtype="bool")
    return where(graph, zero, at_zero, unary(graph, "Sign", x))
