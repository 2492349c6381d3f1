"""Normalization, with its scales and averages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from core.compile.onnx_in.drafting import Drafting, put_in_order
from core.compile.onnx_in.emit.convolution import images
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Value, flat


def batch_norm(d: Drafting, node: OnnxNode) -> Value:
    """Batch normalization as it is after training."""
    if len([name for name in node.outputs if name]) > 1:
        raise UnsupportedError("it is in training mode")
    value = d.value(node.input(0))
    if value.rank < 2:
        raise UnsupportedError("it normalizes one number a sample")
    atoms = value.logical[1]
    given, order = d.with_last(value, atoms)
    names = ("scale", "bias", "mean", "var")
    weights = {
        name: put_in_order(d.constant(node.input(i)), 0, atoms, order)
        for i, name in enumerate(names, start=1)
    }
    params = {
        "momentum": min(max(_short(node.number("momentum", 0.9)), 0.0), 0.9999),
        "epsilon": _epsilon(node),
    }
    key = d.add("BatchNorm", params, {"input": given.end}, weights)
    return replace(given, end=d.output(key, given.physical).end, alone=True)


def layer_norm(d: Drafting, node: OnnxNode) -> Value:
    """Normalization of each sample's last axes; RMS normalization without means."""
    value = d.value(node.input(0))
    axis = value.axis(node.integer("axis", -1))
    atoms = flat(value.logical[axis:])
    if any(a.batch for a in atoms):
        raise UnsupportedError("it normalizes over the batch")
    given, order = d.with_last(value, atoms)
    size = int(np.prod([a.size for a in atoms], dtype=np.int64))
    weights = {}
    for index, name in ((1, "scale"), (2, "bias")):
        if node.input(index):
            array = np.broadcast_to(d.constant(node.input(index)), value.shape[axis:])
            weights[name] = put_in_order(array.reshape(-1), 0, atoms, order)
    rms = node.op != "LayerNormalization"
    if not rms and weights.keys() != {"scale", "bias"}:
        weights = {"scale": np.ones(size), "bias": np.zeros(size)} | weights
    if rms and not weights:
        weights = {"scale": np.ones(size)}
    kind = "RMSNorm" if rms else "LayerNorm"
    key = d.add(kind, {"epsilon": _epsilon(node)}, {"input": given.end}, weights)
    return replace(given, end=d.output(key, given.physical).end, alone=True)


def instance_norm(d: Drafting, node: OnnxNode) -> Value:
    """Normalization of each channel of each sample."""
    given = images(d, d.value(node.input(0)))
    weights = {"scale": d.constant(node.input(1)), "bias": d.constant(node.input(2))}
    key = d.add("InstanceNorm", {"epsilon": _epsilon(node)}, {"input": given.end}, weights)
    return replace(given, end=d.output(key, given.physical).end, alone=True)


def group_norm(d: Drafting, node: OnnxNode) -> Value:
    """Normalization of groups of channels of each sample."""
    value, groups = d.value(node.input(0)), node.integer("num_groups", 1)
    given = images(d, value)
    weights = {
        "scale": d.constant(node.input(1)).reshape(-1),
        "bias": d.constant(node.input(2)).reshape(-1),
    }
    if groups < 1 or value.shape[1] % groups:
        raise UnsupportedError(f"{groups} groups cannot share {value.shape[1]} channels")
    if node.op == "GroupNormalization" and d.graph.opset < 21:
        # Versions 18 to 20 have one scale and bias for each group, ours one for each channel.
        each = value.shape[1] // groups
        weights = {name: np.repeat(array, each) for name, array in weights.items()}
    if any(array.size != value.shape[1] for array in weights.values()):
        raise UnsupportedError(f"its scales do not fit {value.shape[1]} channels")
    params = {"groups": groups, "epsilon": _epsilon(node)}
    key = d.add("GroupNorm", params, {"input": given.end}, weights)
    return replace(given, end=d.output(key, given.physical).end, alone=True)


def _epsilon(node: OnnxNode) -> float:
    return max(_short(node.number("epsilon", 1e-5)), 1e-12)


def _short(value: float) -> float:
    """A number of single precision as people wrote it."""
    return float(f"{value:.7g}")


EMITTERS: Mapping[str, object] = {
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "RMSNormalization": layer_norm,
    "SimplifiedLayerNormalization": layer_norm,
    "InstanceNormalization": instance_norm,
    "GroupNormalization": group_norm,
    # As ``pieces`` puts it together.
    "GroupNorm": group_norm,
}
