"""Multi-head attention: one block where heads share the features, several where they have more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.compile.imported import UnsupportedError
from core.compile.keras_in.sheet import Making, Mask, Value

_PARTS = ("query", "key", "value")


@dataclass(frozen=True)
class _Attention:
    """What a layer attends with. ``read`` are query, key and value."""

    read: dict[str, Value]
    heads: int
    per_head: int
    per_value: int
    features: int
    use_bias: bool
    causal: bool
    mask: Value | None

    @property
    def whole(self) -> bool:
        """Whether it is what our block computes."""
        shared = self.read["key"].end == self.read["value"].end
        sizes = {self.heads * self.per_head, self.heads * self.per_value, self.features}
        return shared and len(sizes) == 1


def attention(m: Making) -> Value:
    """Attention of a query to keys and values."""
    a = _read(m)
    weights = _weights(m, a)
    if a.whole:
        return _block(m, a, weights)
    if a.causal or a.mask is not None:
        raise UnsupportedError(
            f"its heads have {a.heads} x {a.per_head} features but it gives {a.features}, "
            "and it hides elements"
        )
    return _taken_apart(m, a, weights)


def _read(m: Making) -> _Attention:
    by_name = dict(zip(("query", "value", "key"), m.args, strict=False))
    by_name |= {k: m.kwargs[k] for k in _PARTS if k in m.kwargs}
    given = {k: v for k, v in by_name.items() if isinstance(v, Value)}
    if "query" not in given or "value" not in given:
        raise UnsupportedError("its query or value is missing")
    read = {"query": given["query"], "value": given["value"]}
    read["key"] = given.get("key", given["value"])
    if any(v.tensor.rank != 3 for v in read.values()):
        raise UnsupportedError("it attends over more than one axis")
    for name, usual in (("use_gate", False), ("sliding_window", None), ("attention_axes", [1])):
        if m.layer.config.get(name, usual) not in (usual, None, 1, (1,)):
            raise UnsupportedError(f"its {name} is set")
    if m.kwargs.get("attention_mask") is not None or m.kwargs.get("return_attention_scores"):
        raise UnsupportedError("it has a mask of its own, or gives its scores")
    masks = [m.kwargs.get(name) for name in ("value_mask", "key_mask")]
    hidden = next((x.value for x in masks if isinstance(x, Mask)), None)
    per_head = m.layer.integer("key_dim")
    shape = m.layer.config.get("output_shape")
    features = read["query"].tensor.features
    if shape is not None:
        (features,) = m.layer.integers("output_shape")
    return _Attention(
        read,
        m.layer.integer("num_heads"),
        per_head,
        m.layer.integer("value_dim") if m.layer.config.get("value_dim") else per_head,
        features,
        m.layer.flag("use_bias", True),
        bool(m.kwargs.get("use_causal_mask")),
        hidden,
    )


def _weights(m: Making, a: _Attention) -> dict[str, np.ndarray]:
    found = {}
    for name in _PARTS:
        size = a.per_value if name == "value" else a.per_head
        of, features = f"/{name}_dense", a.read[name].tensor.features
        found[f"{name}.kernel"] = m.weight(0, features, a.heads, size, of=of)
        if a.use_bias:
            found[f"{name}.bias"] = m.weight(1, a.heads, size, of=of)
    of = "/output_dense"
    found["out.kernel"] = m.weight(0, a.heads, a.per_value, a.features, of=of)
    return found | ({"out.bias": m.weight(1, a.features, of=of)} if a.use_bias else {})


def _block(m: Making, a: _Attention, weights: dict[str, np.ndarray]) -> Value:
    params: dict[str, Any] = {"heads": a.heads, "features": a.features, "causal": a.causal}
    params["dropout"] = min(m.layer.number("dropout", 0.0), 0.99)
    params |= {} if a.use_bias else {"use_bias": False}
    inputs = {"query": a.read["query"]}
    if a.read["value"].end != a.read["query"].end:
        inputs["context"] = a.read["value"]
    if a.mask is not None:
        inputs["mask"] = a.mask
    return m.add("MultiHeadAttention", params, inputs, weights)


def _taken_apart(m: Making, a: _Attention, weights: dict[str, np.ndarray]) -> Value:
    """Projections, products of matrices and a softmax."""
    if m.layer.number("dropout", 0.0):
        m.note("its dropout is left out")
    parts = {name: _heads(m, a, name, weights) for name in _PARTS}
    scores = m.add(
        "MatMul", {"transpose_2": True}, [parts["query"], parts["key"]], suffix="_scores"
    )
    scale = {"expression": f"x * {1 / math.sqrt(a.per_head)!r}"}
    scaled = m.add("Lambda", scale, scores, suffix="_scaled")
    shares = m.add("Activation", {"function": "softmax"}, scaled, suffix="_softmax")
    seen = m.add("MatMul", {}, [shares, parts["value"]], suffix="_seen")
    moved = m.add("Permute", {"order": (2, 1, 3)}, seen, suffix="_steps")
    joined = a.heads * a.per_value
    flat = m.add("Reshape", {"shape": (-1, joined)}, moved, suffix="_joined")
    last = {k[4:]: w for k, w in weights.items() if k.startswith("out.")}
    last["kernel"] = last["kernel"].reshape(joined, a.features)
    return m.add("Dense", {"units": a.features, "use_bias": a.use_bias}, flat, last, "_output")


def _heads(m: Making, a: _Attention, name: str, weights: dict[str, np.ndarray]) -> Value:
    size = a.per_value if name == "value" else a.per_head
    units = a.heads * size
    own: dict[str, np.ndarray] = {"kernel": weights[f"{name}.kernel"].reshape(-1, units)}
    own |= {"bias": weights[f"{name}.bias"].reshape(units)} if a.use_bias else {}
    params = {"units": units, "use_bias": a.use_bias}
    made = m.add("Dense", params, a.read[name], own, f"_{name}")
    cut = m.add("Reshape", {"shape": (-1, a.heads, size)}, made, suffix=f"_{name}_heads")
    return m.add("Permute", {"order": (2, 1, 3)}, cut, suffix=f"_{name}_first")


CONVERTERS = {"MultiHeadAttention": attention}
