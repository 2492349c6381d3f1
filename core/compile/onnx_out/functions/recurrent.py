"""Recurrent layers as the operators RNN, LSTM and GRU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.compile.onnx_out.functions.shape import to_shape
from core.compile.onnx_out.graph import Graph, InexpressibleError, ints
from core.compile.onnx_out.registry import layer
from core.compile.onnx_out.value import Value
from core.compile.onnx_out.weights import Arrays, Weight, Weights


@dataclass(frozen=True)
class Cell:
    """A recurrent cell: the operator that runs it, its units, and its gates.

    ``gates`` says where each gate of the operator stands among those of the layer, ``biases``
    which of its matrices (``dense_i`` of the input, ``dense_h`` of the state) have a bias.
    """

    type: str
    units: int
    gates: tuple[int, ...]
    biases: tuple[str, ...]
    activation: str = ""

    def matrix(self, kernel: np.ndarray) -> np.ndarray:
        """A kernel ``[F, gates units]`` as the operator wants it, ``[gates units, F]``."""
        return self.turned(kernel).T

    def turned(self, array: np.ndarray) -> np.ndarray:
        """An array ``[..., gates units]`` with the gates in the operator's order."""
        parts = np.split(array, len(self.gates), axis=-1)
        return np.concatenate([parts[g] for g in self.gates], axis=-1)


@layer("nnx.SimpleCell")
def simple_cell(in_features: int, hidden_features: int, *, activation_fn: Any = None) -> Cell:
    """h' = f(x W + b + h U)."""
    name = activation_fn.name.rpartition(".")[2] if activation_fn is not None else "tanh"
    known = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid"}
    if name not in known:
        raise InexpressibleError(f"a recurrent cell with {name} is not translated")
    return Cell("RNN", hidden_features, (0,), ("dense_i",), known[name])


@layer("nnx.OptimizedLSTMCell")
def lstm_cell(in_features: int, hidden_features: int) -> Cell:
    """Gates i, f, g, o with a bias of the state's matrix alone."""
    return Cell("LSTM", hidden_features, (0, 3, 1, 2), ("dense_h",))


@layer("nnx.GRUCell")
def gru_cell(in_features: int, hidden_features: int) -> Cell:
    """Gates r, z, n with a bias of the input's matrix alone."""
    return Cell("GRU", hidden_features, (1, 0, 2), ("dense_i",))


@layer("layers.BiasedGRUCell")
def biased_gru_cell(in_features: int, hidden_features: int) -> Cell:
    """Gates r, z, n with a bias of each matrix."""
    return Cell("GRU", hidden_features, (1, 0, 2), ("dense_i", "dense_h"))


@layer("layers.Recurrent")
def recurrent(forward: Cell, backward: Cell | None = None, *, all_steps: bool = False) -> Any:
    """A sequence read by one cell, or by two from both ends."""
    cells = [forward, *([backward] if backward else [])]
    if len({(c.type, c.units) for c in cells}) > 1:
        raise InexpressibleError("two cells of different kinds are not translated")

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
    options: dict[str, Any] = {"linear_before_reset": 1} if cell.type == "GRU" else {}
    if cell.activation:
        options["activations"] = [cell.activation] * count
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
    turned = graph.op("Transpose", states, shape=(batch, steps, count, units), perm=[2, 0, 1, 3])
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
    return Weight(f"{stem}.{name}", lambda arrays: np.stack([form(p.make(arrays)) for p in parts]))


def _biases(cell: Cell, weights: Sequence[Weights]) -> Weight:
    """Those of the input's matrix and then those of the state's, zeros where there are none."""
    stem = weights[0].prefix.rpartition(".")[0]

    def made(arrays: Arrays) -> np.ndarray:
        zeros = np.zeros(len(cell.gates) * cell.units, np.float32)
        return np.stack(
            [
                np.concatenate(
                    [
                        cell.turned(w[f"{part}.bias"].make(arrays))
                        if part in cell.biases
                        else zeros
                        for part in ("dense_i", "dense_h")
                    ]
                )
                for w in weights
            ]
        )

    return Weight(f"{stem}.B", made)
