"""The blocks: parameters, shapes and calls. The editor loads this file, so it imports no JAX."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import RNGS, Call, call
from core.blocks.weights import Trained
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Maxout(Trained):
    """Takes the largest of several dense layers, unit by unit.

    Input ``[B, ..., F]`` float32, output ``[B, ..., units]``. Trained: kernel
    ``[F, units, pieces]``, bias ``[units, pieces]``.

    Source: Goodfellow et al., Maxout networks, 2013.
    """

    kind = "example.Maxout"
    label = "Maxout"
    family = "Dense"
    keywords = ("max", "piecewise linear", "dropout")
    inputs = (port("input", 2, 3, 4, 5),)
    formula = "y_u = max over p of (x W_up + b_up)"

    units: int = param(16, label="Units", help="Number of outputs.", minimum=1)
    pieces: int = param(2, label="Pieces", help="Dense layers to choose from.", minimum=1)

    def infer(self, input: Tensor) -> Tensor:
        """The last axis becomes ``units`` long."""
        return input.with_sizes(*input.sizes[:-1], self.units)

    def parameters(self, input: Tensor) -> int:
        """Kernel and bias."""
        return (input.features + 1) * self.units * self.pieces

    def flops(self, input: Tensor) -> int:
        """The matrix product, and one comparison for each of its results."""
        rows = input.size // input.features
        return rows * self.units * self.pieces * (2 * input.features + 2)

    def layer(self, input: Tensor) -> Call:
        """The layer is in a module of its own, which only training loads."""
        return call(
            "layerloom_example.layers.Maxout", input.features, self.units, self.pieces, rngs=RNGS
        )
