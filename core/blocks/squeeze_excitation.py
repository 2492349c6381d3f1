"""Squeeze and excitation, which weighs the channels by what the whole input shows."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.weights import Weighted
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class SqueezeExcitation(Weighted):
    """Multiplies each channel by a gate that is computed from the means of all channels.

    The means over all places go through a Dense of C / reduction units (at least 1) with relu and
    one of C units with sigmoid.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32, output the same shape.
    Weights ``[C, C / reduction]`` and ``[C / reduction, C]``, biases ``[C / reduction]`` and
    ``[C]``.

    Source: Hu, Shen and Sun, Squeeze-and-excitation networks, 2018.
    """

    kind = "SqueezeExcitation"
    label = "Squeeze and excitation"
    family = "Convolution"
    keywords = ("se block", "channel attention", "gate", "senet", "efficientnet")
    inputs = (port("input", 3, 4, 5),)
    example = {"input": (4, 4, 8)}
    formula = "y = x · sigmoid(relu(mean(x) W₁ + b₁) W₂ + b₂)"

    reduction: int = param(
        16,
        label="Reduction",
        help="The channels are squeezed into this many times fewer values, at least one.",
        minimum=1,
    )
    use_bias: bool = param(True, label="Bias", help="Add trained biases to both Dense layers.")

    def _squeezed(self, input: Tensor) -> int:
        return max(1, input.features // self.reduction)

    def infer(self, input: Tensor) -> Tensor:
        return input

    def parameters(self, input: Tensor) -> int:
        squeezed = self._squeezed(input)
        return 2 * squeezed * input.features + self.use_bias * (squeezed + input.features)

    def flops(self, input: Tensor) -> int:
        between = 4 * self._squeezed(input) * input.features
        functions = (1 + self.use_bias) * (self._squeezed(input) + input.features)
        return 2 * input.size + between + functions

    def layer(self, input: Tensor) -> Call:
        squeezed = self._squeezed(input)
        return call(
            "nnx.Sequential",
            self._dense(input.features, squeezed),
            Name("nnx.relu"),
            self._dense(squeezed, input.features),
            Name("nnx.sigmoid"),
        )

    def _dense(self, features: int, units: int) -> Call:
        return call(
            "nnx.Linear",
            features,
            units,
            use_bias=self.use_bias,
            **self.kernel_options(),
            **self.bias_options(),
            **self.dtype_options(),
            rngs=RNGS,
        )

    def forward(self, input: Tensor) -> Call:
        places = tuple(range(1, input.rank - 1))
        means = call("jnp.mean", Name("input"), axis=places, keepdims=True)
        return call("jnp.multiply", Name("input"), self.as_float32(call(LAYER, means)))
