"""Recurrent layers: the gates of ONNX in the order of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from core.compile.onnx_in.drafting import Drafting, Title
from core.compile.onnx_in.graph import OnnxNode, UnsupportedError
from core.compile.onnx_in.views import Axis, Value, axis_of
from core.design.document import End

# The gates of ONNX (i o f c; z r h) in the order of ours (i f g o; r z n).
_GATES = {"LSTM": (0, 2, 3, 1), "GRU": (1, 0, 2), "RNN": (0,)}
_KINDS = {"LSTM": "LSTM", "GRU": "GRU", "RNN": "SimpleRNN"}
_USUAL = {
    "LSTM": ("sigmoid", "tanh", "tanh"),
    "GRU": ("sigmoid", "tanh"),
    "RNN": ("tanh",),
}


@dataclass(frozen=True)
class StepsMade:
    """All steps of a recurrent layer ``[B, T, U]``, of which the last alone may be wanted."""

    params: Mapping[str, Any]
    input: End
    weights: Mapping[str, np.ndarray]
    kind: str
    title: Title
    time: Axis
    both_ways: bool


def recurrent(d: Drafting, node: OnnxNode) -> list[Value | None]:
    """LSTM, GRU and RNN: every step ``[T, D, B, U]`` and the last one ``[D, B, U]``."""
    if node.outputs[2:] and d.graph.uses(node.outputs[2]):
        raise UnsupportedError("its cell state is read")
    value = d.value(node.input(0))
    batch_first = node.integer("layout", 0) == 1
    if batch_first:
        value = replace(value, logical=(value.logical[1], value.logical[0], value.logical[2]))
    if value.rank != 3:
        raise UnsupportedError(f"it takes a value of rank {value.rank}")
    time, batch, features = value.logical
    given = d.realised(value, (batch, time, features))
    both_ways = _check(d, node)
    weights, params = _weights(d, node, both_ways)
    params["bidirectional"] = both_ways
    title = d.title(_KINDS[node.op])
    made = StepsMade(params, given.end, weights, _KINDS[node.op], title, time, both_ways)
    every = _layer(d, made, "all steps")
    last = _layer(d, made, "last step")
    ways = axis_of(2 if both_ways else 1)
    units = axis_of(node.integer("hidden_size", 0) or weights["forward.dense_h.kernel"].shape[0])
    steps = d.output(every, (batch, time, (*ways, *units)), (time, ways, batch, units))
    end = d.output(last, (batch, (*ways, *units)), (ways, batch, units))
    if batch_first:
        steps = replace(steps, logical=(batch, time, ways, units))
        end = replace(end, logical=(batch, ways, units))
    d.made[steps.end] = made
    return [replace(steps, alone=True), end]


def last_step(d: Drafting, value: Value, axis: int, index: int) -> Value | None:
    """The last element of a recurrent layer's steps, by the layer itself; None for other values."""
    made = d.made.get(value.end)
    if not isinstance(made, StepsMade) or made.both_ways or not value.alone:
        return None
    whole = value.logical[axis] == made.time and value.physical[1] == made.time
    if not whole or index not in (-1, value.shape[axis] - 1):
        return None
    physical = (value.physical[0], *value.physical[2:])
    logical = (*value.logical[:axis], *value.logical[axis + 1 :])
    return d.output(_layer(d, made, "last step"), physical, logical, alone=True)


def _layer(d: Drafting, made: StepsMade, output: str) -> str:
    params = {**made.params, "output": output}
    return d.add(made.kind, params, {"input": made.input}, made.weights, made.title)


def _check(d: Drafting, node: OnnxNode) -> bool:
    """Whether it reads both ways. Raises UnsupportedError for what our layers do not do."""
    direction = node.text("direction", "forward")
    if direction not in ("forward", "bidirectional"):
        raise UnsupportedError(f"it reads {direction}")
    for index, what in ((5, "first state"), (6, "first cell state")):
        if node.input(index) and d.scalar(node.input(index)) != 0.0:
            raise UnsupportedError(f"its {what} is not zero")
    if node.input(7):
        raise UnsupportedError("it has peepholes")
    if node.input(4) and d.scalar(node.input(4)) != d.value(node.input(0)).shape[0]:
        raise UnsupportedError("its sequences have lengths of their own")
    usual = _USUAL[node.op] * (1 + (direction == "bidirectional"))
    given = node.attributes.get("activations") or usual
    if tuple(str(name).lower() for name in given) != usual:
        raise UnsupportedError(f"its activations are {', '.join(map(str, given))}")
    if node.attributes.get("clip") or node.integer("input_forget", 0):
        raise UnsupportedError("it clips its state or couples its gates")
    return direction == "bidirectional"


def _weights(
    d: Drafting, node: OnnxNode, both_ways: bool
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    of_input, of_state = d.constant(node.input(1)), d.constant(node.input(2))
    gates, ways = _GATES[node.op], 1 + both_ways
    fits = of_input.ndim == of_state.ndim == 3 and len(of_input) == len(of_state) == ways
    if not fits or of_state.shape[1] != len(gates) * of_state.shape[2]:
        raise UnsupportedError(f"its weights are {of_input.shape} and {of_state.shape}")
    units = of_state.shape[2]
    size = 2 * len(gates) * units
    biases = d.constant(node.input(3)) if node.input(3) else np.zeros((ways, size), np.float32)
    params: dict[str, Any] = {"units": units}
    reset_after = node.op == "GRU" and bool(node.integer("linear_before_reset", 0))
    if node.op == "GRU":
        apart = bool(biases.reshape(ways, 2, 3, units)[:, 1, 2].any())
        if not reset_after:
            raise UnsupportedError(
                "its reset gate acts before the product (linear_before_reset is 0, Keras' "
                "reset_after=False); GRU has it behind, as PyTorch does"
            )
        params |= {"recurrent_bias": True} if apart else {}
    found: dict[str, np.ndarray] = {}
    for way in range(ways):
        prefix = "backward" if way else "forward"
        found[f"{prefix}.dense_i.kernel"] = _gated(of_input[way], gates).T
        found[f"{prefix}.dense_h.kernel"] = _gated(of_state[way], gates).T
        of_x, of_h = (_gated(part, gates) for part in np.split(biases[way], 2))
        if node.op == "LSTM":
            found[f"{prefix}.dense_h.bias"] = of_x + of_h
        elif params.get("recurrent_bias"):
            found[f"{prefix}.dense_i.bias"] = of_x
            found[f"{prefix}.dense_h.bias"] = of_h
        else:
            found[f"{prefix}.dense_i.bias"] = of_x + of_h
    return found, params


def _gated(array: np.ndarray, gates: tuple[int, ...]) -> np.ndarray:
    parts = np.split(array, len(gates))
    return np.concatenate([parts[i] for i in gates])


EMITTERS: Mapping[str, object] = dict.fromkeys(_GATES, recurrent)
