"""The fully connected layer."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import port
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.blocks.kernel_norm import NORM_KEYWORDS, NormedKernel
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class Dense(NormedKernel):
    """Fully connected layer: y = x W + b, applied to the last axis.

    Input ``[B, ..., F]`` float32, output ``[B, ..., units]``. Weights ``[F, units]``, bias
    ``[units]``; weight normalization adds a length for each unit.

    Source: Rosenblatt, The perceptron, 1958.
    """

    kind = "Dense"
    label = "Dense"
    family = "Dense"
    keywords = (
        "linear",
        "fc",
        "fully connected",
        "feed-forward",
        "perceptron",
        "mlp",
        "time distributed",
        *NORM_KEYWORDS,
    )
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = x W + b"

    units: int = param(64, label="Units", help="Number of outputs (neurons).", minimum=1)
    use_bias: bool = param(True, label="Bias", help="Add a trained bias to each unit.")

    def infer(self, input: Tensor) -> Tensor:
        self.check_kernel(self._kernel(input), self.use_bias)
        return input.with_sizes(*input.sizes[:-1], self.units)

    def _kernel(self, input: Tensor) -> tuple[int, ...]:
        return input.features, self.units

    def parameters(self, input: Tensor) -> int:
        own = (input.features + self.use_bias) * self.units
        return own + self.norm_parameters(self.units)

    def flops(self, input: Tensor) -> int:
        rows = input.size // input.features
        return rows * self.units * (2 * input.features + self.use_bias)

    def layer(self, input: Tensor) -> Call:
        return self.with_kernel_norm(
            call(
                "nnx.Linear",
                input.features,
                self.units,
                use_bias=self.use_bias,
                **{**self.weight_options(), **self.given_options(self._kernel(input))},
                rngs=RNGS,
            )
        )

    def forward(self, input: Tensor) -> Call:
        return self.as_float32(call(LAYER, Name("input")))
