"""Activation functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor

FUNCTIONS = ("relu", "sigmoid", "tanh", "softmax", "leaky_relu", "elu", "gelu", "swish")


@dataclass(frozen=True)
class Activation(Block):
    """Applies a nonlinear function to each element.

    relu: max(x, 0). sigmoid: 1 / (1 + exp(-x)). tanh: hyperbolic tangent. leaky_relu: x where x is
    positive, else negative slope times x. elu: x where x is positive, else alpha (exp(x) - 1).
    gelu: x (1 + erf(x / sqrt(2))) / 2, the exact form. swish: x sigmoid(x), also known as SiLU.
    softmax: exp(x) divided by its sum over the last axis, so that the last axis sums to 1.

    Input ``[B, ..., F]`` float32, output the same shape. No weights.

    Sources: Nair and Hinton, Rectified linear units, 2010 (relu); Maas et al., Rectifier
    nonlinearities, 2013 (leaky_relu); Clevert et al., Exponential linear units, 2015 (elu);
    Hendrycks and Gimpel, Gaussian error linear units, 2016 (gelu); Ramachandran et al., Searching
    for activation functions, 2017 (swish).
    """

    kind = "Activation"
    label = "Activation"
    family = "Activation"
    keywords = (*FUNCTIONS, "silu", "rectifier", "logistic", "nonlinearity", "leaky relu")
    inputs = (port("input", 2, 3, 4, 5),)

    function: str = param("relu", label="Function", help="Which function.", choices=FUNCTIONS)
    negative_slope: float = param(
        0.01,
        label="Negative slope",
        help="Slope of leaky_relu below zero; other functions ignore it.",
        minimum=0.0,
    )
    alpha: float = param(
        1.0,
        label="Alpha",
        help="Size of the value that elu nears far below zero; other functions ignore it.",
        minimum=0.0,
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        return call(f"nnx.{self.function}", Name("input"), **self._options())

    def _options(self) -> Mapping[str, Any]:
        options: Mapping[str, Mapping[str, Any]] = {
            "softmax": {"axis": -1},
            "leaky_relu": {"negative_slope": self.negative_slope},
            "elu": {"alpha": self.alpha},
            "gelu": {"approximate": False},
        }
        return options.get(self.function, {})
