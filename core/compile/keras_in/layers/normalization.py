"""Normalization, with its scales and averages, and fixed scales."""

from __future__ import annotations

import numpy as np

from core.compile.imported import UnsupportedError
from core.compile.keras_in.sheet import Making, Value


def _over_last(m: Making, name: str = "axis") -> None:
    """Raise UnsupportedError where it is over another axis than the last."""
    if m.layer.integers(name, (-1,)) not in ((-1,), (m.input.tensor.rank - 1,)):
        raise UnsupportedError("it is over another axis than the last")


def _affine(m: Making, features: int) -> tuple[dict[str, bool], dict[str, np.ndarray]]:
    """Settings and weights of a trained scale and bias."""
    scale, center = m.layer.flag("scale", True), m.layer.flag("center", True)
    weights = {"scale": m.weight(0, features)} if scale else {}
    weights |= {"bias": m.weight(len(weights), features)} if center else {}
    return {"use_scale": scale, "use_bias": center}, weights


def batch_norm(m: Making) -> Value:
    """Batch normalization, with its running averages."""
    _over_last(m)
    if m.layer.flag("renorm", False):
        raise UnsupportedError("it is batch renormalization")
    features = m.input.tensor.features
    params, weights = _affine(m, features)
    first = len(weights)
    weights |= {"mean": m.weight(first, features), "var": m.weight(first + 1, features)}
    momentum = min(m.layer.number("momentum", 0.99), 0.9999)
    given = {**params, "momentum": momentum, "epsilon": m.layer.number("epsilon", 1e-3)}
    return m.add("BatchNorm", given, m.input, weights)


def layer_norm(m: Making) -> Value:
    """Normalization of each sample's last axis, or of all its axes at once."""
    value = m.input
    rank, sizes = value.tensor.rank, value.tensor.sizes
    if m.layer.flag("rms_scaling", False):
        raise UnsupportedError("it is with rms_scaling; RMSNormalization could be imported")
    axes = sorted(a % rank for a in m.layer.integers("axis", (-1,)))
    epsilon = {"epsilon": m.layer.number("epsilon", 1e-3)}
    if axes == [rank - 1]:
        params, weights = _affine(m, value.tensor.features)
        return m.add("LayerNorm", {**params, **epsilon}, value, weights)
    if axes != list(range(1, rank)):
        raise UnsupportedError("it is over some of the axes alone")
    scale, center = m.layer.flag("scale", True), m.layer.flag("center", True)
    weights = {"scale": m.weight(0, *sizes).reshape(-1)} if scale else {}
    weights |= {"bias": m.weight(len(weights), *sizes).reshape(-1)} if center else {}
    flat = m.add("Flatten", {}, value, suffix="_flat")
    params = {"use_scale": scale, "use_bias": center}
    made = m.add("LayerNorm", {**params, **epsilon}, flat, weights)
    return m.add("Reshape", {"shape": sizes}, made, suffix="_shape")


def rms_norm(m: Making) -> Value:
    """Division by the root mean square."""
    _over_last(m)
    weights = {"scale": m.weight(0, m.input.tensor.features)}
    return m.add("RMSNorm", {"epsilon": m.layer.number("epsilon", 1e-6)}, m.input, weights)


def group_norm(m: Making) -> Value:
    """Normalization of groups of channels."""
    _over_last(m)
    features = m.input.tensor.features
    groups = m.layer.integer("groups", 32)
    params, weights = _affine(m, features)
    epsilon = m.layer.number("epsilon", 1e-3)
    given = {**params, "groups": features if groups == -1 else groups, "epsilon": epsilon}
    return m.add("GroupNorm", given, m.input, weights)


def unit_norm(m: Making) -> Value:
    """Vectors of length 1; Keras holds their squares above 1e-12."""
    _over_last(m)
    return m.add("L2Normalize", {"epsilon": 1e-6}, m.input)


def standardized(m: Making) -> Value:
    """Features by the mean and variance that were found in data beforehand."""
    _over_last(m)
    features = m.input.tensor.features
    if m.layer.config.get("mean") is None:
        mean, variance = m.weight(0, features), m.weight(1, features)
    else:
        given = (m.layer.config[name] for name in ("mean", "variance"))
        mean, variance = (
            np.broadcast_to(np.asarray(a, np.float32).ravel(), features) for a in given
        )
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    if m.layer.flag("invert", False):
        return _fixed(m, deviation, mean)
    return _fixed(m, 1 / deviation, -mean / deviation)


def rescaling(m: Making) -> Value:
    """Fixed factors and terms."""
    scale, offset = (np.asarray(m.layer.config.get(k, d), float) for k, d in _RESCALING)
    if not (np.isfinite(scale).all() and np.isfinite(offset).all()):
        raise UnsupportedError("it scales by what is no number")
    if scale.ndim == offset.ndim == 0:
        text = f"x * {float(scale)!r}"
        text += f" + {float(offset)!r}" if offset else ""
        return m.add("Lambda", {"expression": text.replace("+ -", "- ")}, m.input)
    features = m.input.tensor.features
    return _fixed(m, *(np.broadcast_to(a.ravel(), features) for a in (scale, offset)))


_RESCALING = (("scale", 1.0), ("offset", 0.0))


def _fixed(m: Making, scale: np.ndarray, bias: np.ndarray) -> Value:
    weights = {"scale": scale, "bias": bias}
    return m.add("Affine", {"trainable": False}, m.input, weights)


CONVERTERS = {
    "BatchNormalization": batch_norm,
    "LayerNormalization": layer_norm,
    "RMSNormalization": rms_norm,
    "GroupNormalization": group_norm,
    "UnitNormalization": unit_norm,
    "Normalization": standardized,
    "Rescaling": rescaling,
}
