"""Fully connected layers and tables of vectors."""

from __future__ import annotations

from core.compile.imported import UnsupportedError
from core.compile.keras_in.layers.activation import activated
from core.compile.keras_in.sheet import Making, Value


def dense(m: Making) -> Value:
    """Dense, with its activation behind it."""
    return _dense(m, "")


def time_distributed(m: Making) -> Value:
    """A Dense at each step, which a Dense is anyhow."""
    inner = m.layer.config.get("layer")
    if not isinstance(inner, dict) or inner.get("class_name") != "Dense":
        raise UnsupportedError("it applies another layer than Dense")
    layer = type(m.layer)("Dense", m.layer.name, inner.get("config", {}))
    return _dense(Making(m.sheet, layer, f"{m.place}/layer", m.args, {}), "")


def _dense(m: Making, of: str) -> Value:
    value, units = m.input, m.layer.integer("units")
    use_bias = m.layer.flag("use_bias", True)
    weights = {"kernel": m.weight(0, value.tensor.features, units, of=of)}
    weights |= {"bias": m.weight(1, units, of=of)} if use_bias else {}
    made = m.add("Dense", {"units": units, "use_bias": use_bias}, value, weights)
    return activated(m, made, m.layer.config.get("activation"))


def embedding(m: Making) -> Value:
    """A vector for each id."""
    value = m.input
    ids, features = m.layer.integer("input_dim"), m.layer.integer("output_dim")
    if m.layer.flag("mask_zero", False):
        m.note("padding (id 0) is masked in Keras; here it is read like any other id")
    if value.tensor.dtype != "int32":
        value = m.add("Cast", {"to": "int32"}, value, suffix="_ids")
    weights = {"embedding": m.weight(0, ids, features)}
    return m.add("Embedding", {"vocabulary": ids, "features": features}, value, weights)


CONVERTERS = {"Dense": dense, "TimeDistributed": time_distributed, "Embedding": embedding}
