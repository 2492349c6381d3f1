"""Recurrent layers: the gates of Keras in the order of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.compile.imported import UnsupportedError
from core.compile.keras_in.config import Layer
from core.compile.keras_in.sheet import Making, Value

# The gates of Keras (i f c o; z r h) in the order of ours (i f g o; r z n).
_GATES = {"LSTM": (0, 1, 2, 3), "GRU": (1, 0, 2), "SimpleRNN": (0,)}
_MERGES = {"sum": "Add", "mul": "Multiply", "ave": "Average"}


@dataclass(frozen=True)
class _Cell:
    """What reads a sequence one way: its settings as ours, its weights, and how it reads."""

    kind: str
    params: Mapping[str, Any]
    weights: Mapping[str, np.ndarray]
    backwards: bool


def recurrent(m: Making) -> Value:
    """A layer that reads one way."""
    if len(m.inputs) != 1:
        raise UnsupportedError("its first state is given")
    cell = _cell(m, m.layer, "/cell")
    return _read(m, cell, m.inputs[0], "")


def _read(m: Making, cell: _Cell, value: Value, suffix: str) -> Value:
    if cell.backwards:
        value = m.add("Reverse", {"axis": 1}, value, suffix=f"{suffix}_reversed")
    weights = {f"forward.{name}": array for name, array in cell.weights.items()}
    return m.add(cell.kind, cell.params, value, weights, suffix=suffix)


def bidirectional(m: Making) -> Value:
    """Two layers, one of which reads backwards."""
    if len(m.inputs) != 1:
        raise UnsupportedError("its first state is given")
    parts = [_inner(m, key) for key in ("layer", "backward_layer")]
    forward = _cell(m, parts[0], "/forward_layer/cell")
    backward = _cell(m, parts[1], "/backward_layer/cell")
    usual = not forward.backwards and backward.backwards
    alike = (forward.kind, forward.params) == (backward.kind, backward.params)
    merge = m.layer.config.get("merge_mode", "concat")
    if not usual:
        raise UnsupportedError("its layers do not read forwards and backwards")
    if merge == "concat" and alike:
        weights = {
            f"{way}.{name}": array
            for way, cell in (("forward", forward), ("backward", backward))
            for name, array in cell.weights.items()
        }
        return m.add(forward.kind, {**forward.params, "bidirectional": True}, m.input, weights)
    ends = [_read(m, forward, m.input, "_forward"), _read(m, backward, m.input, "_backward")]
    if backward.params["output"] == "all steps":
        ends[1] = m.add("Reverse", {"axis": 1}, ends[1], suffix="_turned")
    if merge == "concat":
        return m.add("Concatenate", {"count": 2}, ends)
    if merge not in _MERGES:
        raise UnsupportedError(f"its merge_mode is {merge}")
    return m.add(_MERGES[merge], {"count": 2}, ends)


def _inner(m: Making, key: str) -> Layer:
    entry = m.layer.config.get(key)
    if key == "backward_layer" and entry is None:
        first = _inner(m, "layer")
        turned = not first.flag("go_backwards", False)
        return replace(first, config={**first.config, "go_backwards": turned})
    if not isinstance(entry, dict) or not isinstance(entry.get("config"), dict):
        raise UnsupportedError(f"its {key} has no configuration")
    if entry.get("class_name") not in _GATES:
        raise UnsupportedError(f"it has layers of the class {str(entry.get('class_name'))[:40]}")
    return Layer(entry["class_name"], m.layer.name, entry["config"])


def _cell(m: Making, layer: Layer, of: str) -> _Cell:
    """What one layer reads with. Raises UnsupportedError for what our cells do not do."""
    _check(layer)
    if layer.flag("stateful", False):
        m.note("it keeps its state between batches in Keras; here each batch starts from zeros")
    if layer.number("dropout", 0.0) or layer.number("recurrent_dropout", 0.0):
        m.note("its dropout is left out")
    units, gates = layer.integer("units"), _GATES[layer.kind]
    size = len(gates) * units
    weights = {
        "dense_i.kernel": _gated(m.weight(0, m.inputs[0].tensor.features, size, of=of), gates),
        "dense_h.kernel": _gated(m.weight(1, units, size, of=of), gates),
        **_biases(m, layer, of, size, gates),
    }
    steps = layer.flag("return_sequences", False)
    params: dict[str, Any] = {"units": units, "output": "all steps" if steps else "last step"}
    if layer.kind == "GRU" and layer.flag("use_bias", True):
        params["recurrent_bias"] = True
    if layer.kind == "SimpleRNN":
        params["activation"] = layer.text("activation", "tanh")
    return _Cell(layer.kind, params, weights, layer.flag("go_backwards", False))


def _check(layer: Layer) -> None:
    activation = layer.config.get("activation", "tanh")
    fine = ("tanh", "relu") if layer.kind == "SimpleRNN" else ("tanh",)
    gate = layer.config.get("recurrent_activation", "sigmoid")
    if activation not in fine or gate != "sigmoid":
        raise UnsupportedError(f"its activations are {activation} and {gate}"[:120])
    if layer.kind == "GRU" and not layer.flag("reset_after", True):
        raise UnsupportedError("its reset gate acts before the product (reset_after is off)")


def _biases(
    m: Making, layer: Layer, of: str, size: int, gates: Sequence[int]
) -> dict[str, np.ndarray]:
    place = "dense_h.bias" if layer.kind == "LSTM" else "dense_i.bias"
    if not layer.flag("use_bias", True):
        m.note("it has no bias in Keras; here it has one, which starts at zero")
        return {place: np.zeros(size, np.float32)}
    if layer.kind != "GRU":
        return {place: _gated(m.weight(2, size, of=of), gates)}
    both = _gated(m.weight(2, 2, size, of=of), gates)
    return {"dense_i.bias": both[0], "dense_h.bias": both[1]}


def _gated(array: np.ndarray, gates: Sequence[int]) -> np.ndarray:
    parts = np.split(array, len(gates), axis=-1)
    return np.concatenate([parts[i] for i in gates], axis=-1)


CONVERTERS = {**dict.fromkeys(_GATES, recurrent), "Bidirectional": bidirectional}
