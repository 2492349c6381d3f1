"""Normalization by running averages, by features, by groups and by instances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.elementwise import joined, unary
from core.compile.onnx_out.functions.reduction import reduced
from core.compile.onnx_out.functions.shape import to_shape
from core.compile.onnx_out.graph import Given, Graph, InexpressibleError
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value, channels_first
from core.compile.onnx_out.weights import Weights

Axes = int | Sequence[int]


@layer("nnx.BatchNorm")
def batch_norm(
    num_features: int,
    *,
    use_running_average: bool = False,
    axis: int = -1,
    momentum: float = 0.99,
    epsilon: float = 1e-5,
    use_bias: bool = True,
    use_scale: bool = True,
) -> Any:
    """Each channel by its running mean and variance."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        if axis % x.rank != x.rank - 1:
            raise InexpressibleError("batch normalization of another axis than the last")
        if x.rank == 3 and not x.order:
            return _scaled(graph, weights, x, epsilon, use_scale, use_bias)
        x = graph.channels_first(x)
        return graph.op(
            "BatchNormalization",
            x,
            weights["scale"] if use_scale else np.ones(num_features, np.float32),
            weights["bias"] if use_bias else np.zeros(num_features, np.float32),
            weights["mean"],
            weights["var"],
            shape=x.shape,
            order=x.order,
            epsilon=float(epsilon),
        )

    return apply


def _scaled(
    graph: Graph, weights: Weights, x: Value, epsilon: float, use_scale: bool, use_bias: bool
) -> Value:
    """The same on the last axis, with no need of channels that come first."""
    scaled, shifted = ["scale"] * use_scale, ["bias"] * use_bias

    def factor(*given: np.ndarray) -> np.ndarray:
        root: np.ndarray = 1 / np.sqrt(given[0] + np.float32(epsilon))
        return root * given[1] if use_scale else root

    def shift(mean: np.ndarray, *given: np.ndarray) -> np.ndarray:
        moved = -mean * factor(*given[: 1 + use_scale])
        return moved + given[-1] if use_bias else moved

    by = weights.made("factor", factor, "var", *scaled)
    plus = weights.made("shift", shift, "mean", "var", *scaled, *shifted)
    product = graph.op("Mul", x, by, shape=x.shape)
    return graph.op("Add", product, plus, shape=x.shape)


@layer("nnx.LayerNorm")
def layer_norm(
    num_features: int,
    *,
    epsilon: float = 1e-6,
    use_bias: bool = True,
    use_scale: bool = True,
    reduction_axes: Axes = -1,
    feature_axes: Axes = -1,
) -> Any:
    """Each sample by its own mean and variance over the last axis."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        _only_last(x, reduction_axes, feature_axes)
        x = graph.plain(x)
        return graph.op(
            "LayerNormalization",
            x,
            weights["scale"] if use_scale else np.ones(num_features, np.float32),
            weights["bias"] if use_bias else None,
            shape=x.shape,
            axis=-1,
            epsilon=float(epsilon),
        )

    return apply


@layer("nnx.RMSNorm")
def rms_norm(
    num_features: int,
    *,
    epsilon: float = 1e-6,
    use_scale: bool = True,
    reduction_axes: Axes = -1,
    feature_axes: Axes = -1,
) -> Any:
    """Each sample by the root of its mean square over the last axis."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        _only_last(x, reduction_axes, feature_axes)
        x = graph.plain(x)
        square = joined(graph, "Mul", x, x)
        mean = reduced(graph, "ReduceMean", square, -1, True)
        root = unary(graph, "Sqrt", joined(graph, "Add", mean, float(epsilon)))
        normal = joined(graph, "Div", x, root)
        if not use_scale:
            return normal
        return graph.op("Mul", normal, weights["scale"], shape=x.shape)

    return apply


@layer("nnx.GroupNorm")
def group_norm(
    num_features: int,
    num_groups: int | None = 32,
    group_size: int | None = None,
    *,
    epsilon: float = 1e-6,
    use_bias: bool = True,
    use_scale: bool = True,
    reduction_axes: Any = None,
) -> Any:
    """Each sample and group of channels by its own mean and variance."""
    groups = num_groups if group_size is None else num_features // group_size

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        if reduction_axes is not None or groups is None:
            raise InexpressibleError("group normalization over chosen axes is not translated")
        x = graph.channels_first(x)
        # As many channels as groups, so that what normalizes instances normalizes groups.
        rows = Value(x.name, tuple(x.shape[a] for a in x.axes))
        size = int(np.prod([n for n in rows.shape if n is not None])) // groups
        folded = to_shape(graph, rows, (x.shape[0], groups, size))
        normal = graph.op(
            "InstanceNormalization",
            folded,
            np.ones(groups, np.float32),
            np.zeros(groups, np.float32),
            shape=folded.shape,
            epsilon=float(epsilon),
        )
        unfolded = to_shape(graph, normal, rows.shape)
        found = Value(unfolded.name, x.shape, "float32", x.order)
        return scaled_and_shifted(graph, weights, found, use_scale, use_bias)

    return apply


@layer("nnx.InstanceNorm")
def instance_norm(
    num_features: int,
    *,
    epsilon: float = 1e-6,
    use_bias: bool = True,
    use_scale: bool = True,
    feature_axes: Axes = -1,
) -> Any:
    """Each sample and channel by its own mean and variance."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        _only_last(x, -1, feature_axes)
        x = graph.channels_first(x)
        return graph.op(
            "InstanceNormalization",
            x,
            weights["scale"] if use_scale else np.ones(num_features, np.float32),
            weights["bias"] if use_bias else np.zeros(num_features, np.float32),
            shape=x.shape,
            order=x.order,
            epsilon=float(epsilon),
        )

    return apply


@layer("layers.Affine")
def affine_of_channels(
    features: int, *, use_scale: bool = True, use_bias: bool = True, initial_scale: float = 1.0
) -> Any:
    """A trained scale and bias for each channel."""

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        if x.order:
            x = graph.channels_first(x)
        return scaled_and_shifted(graph, weights, x, use_scale, use_bias)

    return apply


def scaled_and_shifted(
    graph: Graph, weights: Weights, x: Value, use_scale: bool, use_bias: bool
) -> Value:
    """The value times ``scale`` plus ``bias``, one number a channel."""
    wide = x.order == channels_first(x.rank) and x.rank > 2
    for type_, name, wanted in (("Mul", "scale", use_scale), ("Add", "bias", use_bias)):
        if wanted:
            by: Given = weights[name]
            by = weights[name].reshaped(-1, *(1,) * (x.rank - 2)) if wide else by
            x = graph.op(type_, x, by, shape=x.shape, order=x.order)
    return x


def _only_last(x: Value, *axes: Axes) -> None:
    for given in axes:
        several = (given,) if isinstance(given, int) else tuple(given)
        if [a % x.rank for a in several] != [x.rank - 1]:
            raise InexpressibleError(
                "normalization over other axes than the last is not translated"
            )
