"""Recurrent layers: SimpleRNN, LSTM and GRU."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.blocks.block import Block, port
from core.blocks.call import RNGS, Call, call
from core.params import param
from core.tensor import Tensor

OUTPUTS = ("last step", "all steps")


class _Recurrent(Block):
    """What all recurrent layers share; each says its cell, gates and work beside the matrices."""

    family = "Recurrent"
    inputs = (port("input", 3),)
    example = {"input": (5, 3)}
    _cell: ClassVar[str]
    _gates: ClassVar[int]
    _elementwise: ClassVar[int]

    units: int
    bidirectional: bool
    output: str

    def infer(self, input: Tensor) -> Tensor:
        width = self.units * (1 + self.bidirectional)
        if self.output == "all steps":
            return input.with_sizes(input.sizes[0], width)
        return input.with_sizes(width)

    def parameters(self, input: Tensor) -> int:
        weights = self.units * (input.features + self.units)
        return (1 + self.bidirectional) * self._gates * (weights + self.units)

    def flops(self, input: Tensor) -> int:
        matrices = 2 * self._gates * self.units * (input.features + self.units)
        step = matrices + self._elementwise * self.units
        return (1 + self.bidirectional) * input.sizes[0] * step

    def layer(self, input: Tensor) -> Call:
        cell = call(self._cell, input.features, self.units, rngs=RNGS)
        cells = (cell, cell) if self.bidirectional else (cell,)
        return call("layers.Recurrent", *cells, all_steps=self.output == "all steps")


def _units() -> int:
    return param(64, label="Units", help="Length of the state.", minimum=1)


def _bidirectional() -> bool:
    return param(
        False,
        label="Bidirectional",
        help="Read the sequence backwards too, with a second cell, and join both outputs.",
    )


def _output() -> str:
    return param(
        "last step",
        label="Output",
        help="The state after the whole sequence, or the state after each element.",
        choices=OUTPUTS,
    )


@dataclass(frozen=True)
class SimpleRNN(_Recurrent):
    """Reads a sequence element by element with a plain recurrent cell.

    h' = tanh(x W + b + h U), starting from h = 0.

    Input ``[B, T, F]`` float32; output ``[B, units]`` (last step) or ``[B, T, units]`` (all steps),
    with twice the features if bidirectional: forward state, then backward state. The backward last
    step is its state after reading the first element. Weights W ``[F, u]``, U ``[u, u]``, bias
    ``[u]``: u (F + u) + u values for each direction.

    Source: Elman, Finding structure in time, 1990.
    """

    kind = "SimpleRNN"
    label = "Simple RNN"
    keywords = ("elman", "vanilla rnn", "sequence", "time series")
    _cell = "nnx.SimpleCell"
    _gates = 1
    _elementwise = 3

    units: int = _units()
    bidirectional: bool = _bidirectional()
    output: str = _output()


@dataclass(frozen=True)
class LSTM(_Recurrent):
    """Reads a sequence with a long short-term memory, which keeps what matters over many steps.

    i, f, g, o = split(x W + h U + b); c' = sigmoid(f) c + sigmoid(i) tanh(g);
    h' = sigmoid(o) tanh(c'), starting from h = c = 0. The output is h.

    Input ``[B, T, F]`` float32; output ``[B, units]`` (last step) or ``[B, T, units]`` (all steps),
    with twice the features if bidirectional: forward state, then backward state. The backward last
    step is its state after reading the first element. Weights W ``[F, 4u]``, U ``[u, 4u]``, bias
    ``[4u]``: 4 (u (F + u) + u) values for each direction.

    Source: Hochreiter and Schmidhuber, Long short-term memory, 1997; with the forget gate of Gers
    et al., 2000.
    """

    kind = "LSTM"
    label = "LSTM"
    keywords = ("long short-term memory", "rnn", "sequence", "time series", "gates")
    _cell = "nnx.OptimizedLSTMCell"
    _gates = 4
    _elementwise = 17

    units: int = _units()
    bidirectional: bool = _bidirectional()
    output: str = _output()


@dataclass(frozen=True)
class GRU(_Recurrent):
    """Reads a sequence with gated recurrent units, a lighter relative of the LSTM.

    xr, xz, xn = split(x W + b); hr, hz, hn = split(h U); r = sigmoid(xr + hr);
    z = sigmoid(xz + hz); n = tanh(xn + r hn); h' = (1 - z) n + z h, starting from h = 0. The reset
    gate acts after the matrix product, and the state has no bias of its own.

    Input ``[B, T, F]`` float32; output ``[B, units]`` (last step) or ``[B, T, units]`` (all steps),
    with twice the features if bidirectional: forward state, then backward state. The backward last
    step is its state after reading the first element. Weights W ``[F, 3u]``, U ``[u, 3u]``, bias
    ``[3u]``: 3 (u (F + u) + u) values for each direction.

    Source: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014.
    """

    kind = "GRU"
    label = "GRU"
    keywords = ("gated recurrent unit", "rnn", "sequence", "time series", "gates")
    _cell = "nnx.GRUCell"
    _gates = 3
    _elementwise = 14

    units: int = _units()
    bidirectional: bool = _bidirectional()
    output: str = _output()
