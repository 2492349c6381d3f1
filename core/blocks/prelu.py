"""The rectifier whose slope below zero is trained."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import Call, call
from core.blocks.weights import Trained
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class PReLU(Trained):
    """Rectifier with a trained slope below zero.

    y = x where x >= 0, else slope times x, with a slope for each channel (index of the last axis)
    or one for all.

    Input ``[B, ..., C]`` float32, output the same shape. Trained: slope ``[C]``, or ``[1]`` where
    it is shared.

    Source: He et al., Delving deep into rectifiers, 2015.
    """

    kind = "PReLU"
    label = "PReLU"
    family = "Activation"
    keywords = ("parametric relu", "rectifier", "leaky relu", "trained slope")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = x if x ≥ 0, else slope · x; slope is trained"

    shared: bool = param(
        False, label="One slope", help="One slope for all channels in place of one for each."
    )
    negative_slope: float = param(
        0.25, label="First slope", help="The slope below zero that training starts from."
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def parameters(self, input: Tensor) -> int:
        return 1 if self.shared else input.features

    def flops(self, input: Tensor) -> int:
        return input.size

    def layer(self, input: Tensor) -> Call:
        return call("layers.PReLU", self.parameters(input), self.negative_slope)
