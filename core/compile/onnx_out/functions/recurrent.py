"""Recurrent layers as the operators RNN, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.shape import to_shape
from core.compile.onnx_out.graph import Graph, Inexpressible, ints
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Weight, Weights


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: the operator that runs it, its units and the order of its gates.

    ``gates`` says where each gate of the operator stands among those of the layer.
    """

    type: str
    units: int
    gates: tuple[int, ...]

    def matrix(self, kernel: np.ndarray) -> np.ndarray:
        """A kernel ``[F, gates units]`` as the operator wants it, ``[gates units, F]``."""
        parts = np.split(kernel, len(self.gates), axis=-1)
        return np.concatenate([parts[g] for g in self.gates], axis=-1).T


_GATES = {"RNN": (0,), "LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}


def _cell(type_: str, in_features: int, hidden_features: int) -> Cell:
    return Cell(type_, hidden_features, _GATES[type_])


for _name, _type in {
    "nnx.SimpleCell": "RNN",
    "nnx.OptimizedLSTMCell": "LSTM",
    "nnx.GRUCell": "GRU",
}.items():
    layer(_name)(partial(_cell, _type))


@layer("layers.Recurrent")
def recurrent(forward: Cell, backward: Cell | None = None, *, all_steps: bool = False) -> Any:
    """A sequence read by one cell, or by two from both ends."""
    cells = [forward, *([backward] if backward else [])]
    if len({(c.type, c.units) for c in cells}) > 1:
        raise Inexpressible("two cells of different kinds are not translated")

    def apply(graph: Graph, weights: Weights, x: Value) -> Value:
        parts = [weights.part(name) for name in ("forward", "backward")[: len(cells)]]
        states, last = run_cells(graph, cells, parts, x)
        return joined_states(graph, states) if all_steps else joined_last(graph, last)

    return apply


def run_cells(
    graph: Graph, cells: Sequence[Cell], weights: Sequence[Weights], x: Value
) -> tuple[Value, Value]:
    """All states ``[T, directions, B, units]`` and the last ones ``[directions, B, units]``."""
    cell, count = cells[0], len(cells)
    x = graph.ordered(x, (1, 0, 2))
    steps, batch = x.shape[1], x.shape[0]
    states = graph.value("states", (steps, count, batch, cell.units))
    last = graph.value("last", (count, batch, cell.units))
    options = {"linear_before_reset": 1} if cell.type == "GRU" else {}
    graph.note(
        cell.type,
        (
            x,
            _stacked(weights, "W", "dense_i.kernel", cell.matrix),
            _stacked(weights, "R", "dense_h.kernel", cell.matrix),
            _biases(cell, weights),
        ),
        (states, last),
        hidden_size=cell.units,
        direction="bidirectional" if count == 2 else "forward",
        **options,
    )
    return states, last


def joined_states(graph: Graph, states: Value) -> Value:
    """All states as ``[B, T, units]``, those of both directions beside each other."""
    steps, count, batch, units = states.shape
    assert count is not None
    assert units is not None
    if count == 1:
        flat = graph.op("Squeeze", states, ints(1), shape=(steps, batch, units))
        return Value(flat.name, (batch, steps, units), "float32", (1, 0, 2))
    turned = graph.op(
        "Transpose", states, shape=(batch, steps, count, units), perm=[2, 0, 1, 3]
    )
    return to_shape(graph, turned, (batch, steps, count * units))


def joined_last(graph: Graph, last: Value) -> Value:
    """The last states as ``[B, units]``, those of both directions beside each other."""
    count, batch, units = last.shape
    assert count is not None
    assert units is not None
    if count == 1:
        return graph.op("Squeeze", last, ints(0), shape=(batch, units))
    turned = graph.op("Transpose", last, shape=(batch, count, units), perm=[1, 0, 2])
    return to_shape(graph, turned, (batch, count * units))


def _stacked(weights: Sequence[Weights], name: str, part: str, form: Any) -> Weight:
    """One array for all directions, ``[directions, ...]``."""
    parts = [w[part] for w in weights]
    stem = weights[0].prefix.rpartition(".")[0]
    return Weight(
        f"{stem}.{name}", lambda arrays: np.stack([form(p.make(arrays)) for p in parts])
    )


def _biases(cell: Cell, weights: Sequence[Weights]) -> Weight:
    """Biases of the input and of the state, of which layers have only one."""
    of_state = cell.type == "LSTM"

    def both(bias: np.ndarray) -> np.ndarray:
        turned = cell.matrix(bias[None])[:, 0]
        pair = (np.zeros_like(turned), turned) if of_state else (turned, np.zeros_like(turned))
        return np.concatenate(pair)

    return _stacked(weights, "B", "dense_h.bias" if of_state else "dense_i.bias", both)
