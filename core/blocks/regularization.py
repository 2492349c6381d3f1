"""Regularization: layers that only act while training, to keep a network from memorising."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, port
from core.blocks.call import RNGS, Call, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Dropout(Block):
    """Sets random elements to zero while training, and does nothing in evaluation.

    Each element is kept with probability 1 - rate and then divided by 1 - rate, so that the mean
    stays the same.

    Input ``[B, ..., F]`` float32, output the same shape. No weights; with a rate of 0 no random
    numbers are drawn.

    Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting,
    2014.
    """

    kind = "Dropout"
    label = "Dropout"
    family = "Regularization"
    keywords = ("noise", "overfitting", "regularisation")
    inputs = (port("input", 2, 3, 4, 5),)
    changes_while_training = True

    rate: float = param(
        0.5,
        label="Rate",
        help="Probability that an element is dropped.",
        minimum=0.0,
        maximum=0.99,
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def layer(self, input: Tensor) -> Call:
        return call("nnx.Dropout", self.rate, rngs=RNGS if self.rate else None)
