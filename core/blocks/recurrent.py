"""Recurrent layers over sequences of vectors: SimpleRNN, LSTM and GRU."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from core.blocks.block import port
from core.blocks.call import RNGS, Call, Name, call
from core.blocks.weights import Weighted
from core.params import param
from core.tensor import Tensor

OUTPUTS = ("last step", "all steps")
OUTPUT_HELP = "The state after the whole sequence, or the state after each element."


@dataclass(frozen=True)
class _Recurrent(Weighted):
    """What all recurrent layers share; each says its cell, gates and work beside the matrices."""

    family = "Recurrent"
    inputs = (port("input", 3),)
    example = {"input": (5, 3)}
    _gates: ClassVar[int]
    _elementwise: ClassVar[int]

    units: int = param(64, label="Units", help="Length of the state.", minimum=1)
    bidirectional: bool = param(
        False,
        label="Bidirectional",
        help="Read the sequence backwards too, with a second cell, and join both outputs.",
    )
    output: str = param("last step", label="Output", help=OUTPUT_HELP, choices=OUTPUTS)
    layers: int = param(
        1,
        label="Layers",
        help="How many such layers stand behind each other; each reads all steps of the one "
        "before it.",
        minimum=1,
        maximum=64,
    )
    dropout: float = param(
        0.0,
        label="Dropout",
        help="Probability that a value between two layers is dropped while training.",
        minimum=0.0,
        maximum=0.99,
    )

    @property
    def changes_while_training(self) -> bool:  # type: ignore[override]
        """Dropout between layers draws random numbers."""
        return self.layers > 1 and self.dropout > 0

    def infer(self, input: Tensor) -> Tensor:
        if self.output == "all steps":
            return input.with_sizes(input.sizes[0], self._width)
        return input.with_sizes(self._width)

    def parameters(self, input: Tensor) -> int:
        weights = sum(self.units * (read + self.units) for read in self._reads(input))
        biases = self.layers * self._biases * self.units
        return (1 + self.bidirectional) * (self._gates * weights + biases)

    def flops(self, input: Tensor) -> int:
        read = sum(self._reads(input))
        matrices = 2 * self._gates * self.units * (read + self.layers * self.units)
        step = matrices + self.layers * self._elementwise * self.units
        return (1 + self.bidirectional) * input.sizes[0] * step

    def layer(self, input: Tensor) -> Call:
        parts: list[Call] = []
        for number, read in enumerate(self._reads(input), 1):
            cell = self._cell(read)
            cells = (cell, cell) if self.bidirectional else (cell,)
            every = number < self.layers or self.output == "all steps"
            parts.append(call("layers.Recurrent", *cells, all_steps=every))
            if number < self.layers and self.dropout:
                parts.append(call("nnx.Dropout", self.dropout, rngs=RNGS))
        return parts[0] if len(parts) == 1 else call("nnx.Sequential", *parts)

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(super().forward(input=input))

    @property
    def _width(self) -> int:
        return self.units * (1 + self.bidirectional)

    @property
    def _biases(self) -> int:
        """How many biases of length ``units`` each cell has."""
        return self._gates

    def _reads(self, input: Tensor) -> list[int]:
        """Length of the vectors that each layer reads."""
        return [input.features, *[self._width] * (self.layers - 1)]

    @abstractmethod
    def _cell(self, features: int) -> Call:
        """The call that builds a cell which reads vectors of that length."""

    def _options(self) -> dict[str, Any]:
        """What all cells are given."""
        return {
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            "rngs": RNGS,
        }


@dataclass(frozen=True)
class SimpleRNN(_Recurrent):
    """Reads a sequence element by element with a plain recurrent cell.

    h' = f(x W + b + h U) with f = tanh or relu, starting from h = 0.

    Input ``[B, T, F]`` float32; output ``[B, units]`` (last step) or ``[B, T, units]`` (all steps),
    with twice the features if bidirectional: forward state, then backward state. The backward last
    step is its state after reading the first element. Weights W ``[F, u]``, U ``[u, u]``, bias
    ``[u]``: u (F + u) + u values for each direction; layers behind the first read the output of the
    one before it. U starts orthogonal, W as chosen.

    Source: Elman, Finding structure in time, 1990.
    """

    kind = "SimpleRNN"
    label = "Simple RNN"
    keywords = ("rnn", "elman", "vanilla rnn", "bidirectional", "sequence", "time series")
    formula = "h' = f(x W + b + h U)"
    _gates = 1
    _elementwise = 3

    activation: str = param(
        "tanh",
        label="Activation",
        help="The function f of each step.",
        choices=("tanh", "relu"),
        advanced=True,
    )

    def _cell(self, features: int) -> Call:
        chosen = {} if self.activation == "tanh" else {"activation_fn": Name("jax.nn.relu")}
        options = {"dtype": None, **self._options()}
        return call("nnx.SimpleCell", features, self.units, **chosen, **options)


@dataclass(frozen=True)
class LSTM(_Recurrent):
    """Reads a sequence with a long short-term memory, which keeps what matters over many steps.

    i, f, g, o = split(x W + h U + b); c' = sigmoid(f) c + sigmoid(i) tanh(g);
    h' = sigmoid(o) tanh(c'), starting from h = c = 0. The output is h.

    Input ``[B, T, F]`` float32; output ``[B, units]`` (last step) or ``[B, T, units]`` (all steps),
    with twice the features if bidirectional: forward state, then backward state. The backward last
    step is its state after reading the first element. Weights W ``[F, 4u]``, U ``[u, 4u]``, bias
    ``[4u]``: 4 (u (F + u) + u) values for each direction; layers behind the first read the output
    of the one before it. U starts orthogonal, W as chosen.

    Source: Hochreiter and Schmidhuber, Long short-term memory, 1997; with the forget gate of Gers
    et al., 2000.
    """

    kind = "LSTM"
    label = "LSTM"
    keywords = (
        "long short-term memory",
        "bilstm",
        "bidirectional",
        "rnn",
        "sequence",
        "time series",
        "gates",
    )
    formula = "i, f, g, o = split(x W + h U + b)\nc' = σ(f) c + σ(i) tanh(g)\nh' = σ(o) tanh(c')"
    _gates = 4
    _elementwise = 17

    def _cell(self, features: int) -> Call:
        return call("nnx.OptimizedLSTMCell", features, self.units, **self._options())


@dataclass(frozen=True)
class GRU(_Recurrent):
    """Reads a sequence with gated recurrent units, a lighter relative of the LSTM.

    xr, xz, xn = split(x W + b); hr, hz, hn = split(h U); r = sigmoid(xr + hr);
    z = sigmoid(xz + hz); n = tanh(xn + r hn); h' = (1 - z) n + z h, starting from h = 0. The reset
    gate acts after the matrix product. With a recurrent bias, as PyTorch and Keras have it, h U has
    a bias of its own.

    Input ``[B, T, F]`` float32; output ``[B, units]`` (last step) or ``[B, T, units]`` (all steps),
    with twice the features if bidirectional: forward state, then backward state. The backward last
    step is its state after reading the first element. Weights W ``[F, 3u]``, U ``[u, 3u]``, bias
    ``[3u]``: 3 (u (F + u) + u) values for each direction, and 3u more with a recurrent bias; layers
    behind the first read the output of the one before it. U starts orthogonal, W as chosen.

    Source: Cho et al., Learning phrase representations using RNN encoder-decoder, 2014.
    """

    kind = "GRU"
    label = "GRU"
    keywords = ("gated recurrent unit", "bidirectional", "rnn", "sequence", "time series", "gates")
    formula = (
        "xr, xz, xn = split(x W + b);  hr, hz, hn = split(h U)\n"
        "r = σ(xr + hr);  z = σ(xz + hz);  n = tanh(xn + r hn)\n"
        "h' = (1 - z) n + z h"
    )
    _gates = 3
    _elementwise = 14

    recurrent_bias: bool = param(
        False,
        label="Recurrent bias",
        help="Give h U a bias of its own, as PyTorch, Keras and ONNX have it.",
        advanced=True,
    )

    @property
    def _biases(self) -> int:
        return self._gates * (1 + self.recurrent_bias)

    def _cell(self, features: int) -> Call:
        name = "layers.BiasedGRUCell" if self.recurrent_bias else "nnx.GRUCell"
        return call(name, features, self.units, **self._options())
