"""Affine: a trained scale and bias for each channel."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import ShapeError, port
from core.blocks.call import RNGS, Call, call
from core.blocks.weights import Trained
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Affine(Trained):
    """Scales and shifts each channel by trained numbers: y = scale x + bias.

    Input ``[B, ..., C]`` float32, output the same shape. Scale ``[C]`` from ones and bias ``[C]``
    from zeros, each C trained values unless left out.

    Source: Touvron et al., ResMLP: feedforward networks for image classification, 2021.
    """

    kind = "Affine"
    label = "Affine"
    family = "Dense"
    keywords = ("scale", "shift", "bias", "gain", "gamma", "beta", "layer scale", "elementwise")
    inputs = (port("input", 2, 3, 4, 5, 6),)
    pointwise = True
    example = {"input": (3, 4)}
    formula = "y = scale x + bias"

    use_scale: bool = param(True, label="Scale", help="Multiply by a trained number per channel.")
    use_bias: bool = param(True, label="Bias", help="Add a trained number per channel.")
    initial_scale: float = param(
        1.0, label="Initial scale", help="What the scale starts from.", advanced=True
    )

    def infer(self, input: Tensor) -> Tensor:
        if not (self.use_scale or self.use_bias):
            raise ShapeError("neither Scale nor Bias is on", "Switch one of them on.")
        return input

    def parameters(self, input: Tensor) -> int:
        return input.features * (self.use_scale + self.use_bias)

    def flops(self, input: Tensor) -> int:
        return input.size * (self.use_scale + self.use_bias)

    def layer(self, input: Tensor) -> Call:
        return call(
            "layers.Affine",
            input.features,
            use_scale=self.use_scale,
            use_bias=self.use_bias,
            initial_scale=self.initial_scale,
            rngs=RNGS,
        )
