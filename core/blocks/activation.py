"""Activation functions without weights, applied to each element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor

# Each function's name in the field, and what computes it.
_CALLS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "relu": ("nnx.relu", {}),
    "sigmoid": ("nnx.sigmoid", {}),
    "tanh": ("nnx.tanh", {}),
    "softmax": ("nnx.softmax", {"axis": -1}),
    "leaky_relu": ("nnx.leaky_relu", {}),
    "elu": ("nnx.elu", {}),
    "gelu": ("nnx.gelu", {"approximate": False}),
    "swish": ("nnx.swish", {}),
    "relu6": ("nnx.relu6", {}),
    "selu": ("nnx.selu", {}),
    "celu": ("nnx.celu", {}),
    "gelu_tanh": ("nnx.gelu", {"approximate": True}),
    "mish": ("jax.nn.mish", {}),
    "softplus": ("nnx.softplus", {}),
    "softsign": ("nnx.soft_sign", {}),
    "hard_sigmoid": ("nnx.hard_sigmoid", {}),
    "hard_tanh": ("nnx.hard_tanh", {}),
    "hard_swish": ("nnx.hard_swish", {}),
    "log_sigmoid": ("nnx.log_sigmoid", {}),
    "log_softmax": ("nnx.log_softmax", {"axis": -1}),
    "exp": ("jnp.exp", {}),
    "linear": ("jnp.asarray", {}),
}
FUNCTIONS = tuple(_CALLS)


@dataclass(frozen=True)
class Activation(Block):
    """Applies a nonlinear function to each element.

    relu: max(x, 0). relu6: min(max(x, 0), 6). leaky_relu: x where x is positive, else negative
    slope times x. elu: x where x is positive, else alpha (exp(x) - 1). celu: the same with alpha
    (exp(x / alpha) - 1). selu: 1.0507 elu(x) with an alpha of 1.6733, which keeps mean 0 and
    variance 1. gelu: x (1 + erf(x / sqrt(2))) / 2, the exact form. gelu_tanh: its approximation
    x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. swish: x sigmoid(x), also known as SiLU.
    mish: x tanh(softplus(x)). softplus: log(1 + exp(x)). softsign: x / (1 + |x|).

    sigmoid: 1 / (1 + exp(-x)). tanh: hyperbolic tangent. hard_sigmoid: relu6(x + 3) / 6. hard_tanh:
    x cut off at -1 and 1. hard_swish: x hard_sigmoid(x). log_sigmoid: log(sigmoid(x)). softmax:
    exp(x) divided by its sum over the last axis, so that the last axis sums to 1. log_softmax: its
    logarithm. exp: exp(x). linear: x itself.

    Input ``[B, ..., F]`` float32, output the same shape. No weights.

    Sources: Nair and Hinton, Rectified linear units, 2010 (relu); Krizhevsky, Convolutional deep
    belief networks, 2010 (relu6); Maas et al., Rectifier nonlinearities, 2013 (leaky_relu); Clevert
    et al., Exponential linear units, 2015 (elu); Barron, Continuously differentiable exponential
    linear units, 2017 (celu); Klambauer et al., Self-normalizing neural networks, 2017 (selu);
    Hendrycks and Gimpel, Gaussian error linear units, 2016 (gelu); Ramachandran et al., Searching
    for activation functions, 2017 (swish); Misra, Mish, 2019 (mish); Dugas et al., Incorporating
    second-order functional knowledge, 2000 (softplus); Glorot and Bengio, Understanding the
    difficulty of training deep feedforward neural networks, 2010 (softsign); Howard et al.,
    Searching for MobileNetV3, 2019 (hard_sigmoid, hard_swish); Bridle, Probabilistic interpretation
    of feedforward classification network outputs, 1990 (softmax).
    """

    kind = "Activation"
    label = "Activation"
    family = "Activation"
    keywords = (
        *FUNCTIONS,
        *("silu", "rectifier", "logistic", "nonlinearity", "leaky relu", "identity"),
        *("hyperbolic tangent", "hard swish", "hard sigmoid", "log softmax", "exponential"),
    )
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = f(x), element by element; softmax: yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) over the last axis"

    function: str = param("relu", label="Function", help="Which function.", choices=FUNCTIONS)
    negative_slope: float = param(
        0.01,
        label="Negative slope",
        help="Slope of leaky_relu below zero; other functions ignore it.",
        minimum=0.0,
        advanced=True,
    )
    alpha: float = param(
        1.0,
        label="Alpha",
        help="Size of the value that elu and celu near far below zero; other functions ignore it.",
        minimum=0.0,
        advanced=True,
    )

    def infer(self, input: Tensor) -> Tensor:
        if self.function == "celu" and self.alpha == 0:
            raise ShapeError("celu divides by Alpha, which is 0", "Set Alpha above 0.")
        return input

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        function, options = _CALLS[self.function]
        return call(function, Name("input"), **options, **self._options())

    def _options(self) -> Mapping[str, Any]:
        options: Mapping[str, Mapping[str, Any]] = {
            "leaky_relu": {"negative_slope": self.negative_slope},
            "elu": {"alpha": self.alpha},
            "celu": {"alpha": self.alpha},
        }
        return options.get(self.function, {})
