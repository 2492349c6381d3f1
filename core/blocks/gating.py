"""Gated linear units: one half of the features decides how much of the other half passes."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, ShapeError, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class GLU(Block):
    """Multiplies one half of the features by a function of the other half.

    y = a f(b), where a is the first and b the second half of the last axis. f is the logistic
    sigmoid (GLU), relu (ReGLU), gelu (GEGLU), swish (SwiGLU) or linear (bilinear).

    Input ``[B, ..., 2 F]`` float32, output ``[B, ..., F]``. No weights: put a Dense before it.

    Sources: Dauphin et al., Language modeling with gated convolutional networks, 2017; Shazeer,
    GLU variants improve transformer, 2020.
    """

    kind = "GLU"
    label = "Gated linear unit"
    family = "Activation"
    keywords = ("glu", "geglu", "swiglu", "reglu", "gate", "bilinear")
    inputs = (port("input", 2, 3, 4, 5),)
    formula = "y = a · f(b); x = [a, b] along the last axis"

    function: str = param(
        "sigmoid",
        label="Gate",
        help="Function of the second half that the first half is multiplied by.",
        choices=("sigmoid", "relu", "gelu", "swish", "linear"),
    )

    def infer(self, input: Tensor) -> Tensor:
        if input.features % 2:
            raise ShapeError(
                f"the {input.features} features of {input} have no two halves",
                "Give the layer before it an even number of units.",
            )
        return input.with_sizes(*input.sizes[:-1], input.features // 2)

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        half = input.features // 2
        value, gate = (
            call("jax.lax.slice_in_dim", Name("input"), start, start + half, axis=-1)
            for start in (0, half)
        )
        return call("jnp.multiply", value, self._gate(gate))

    def _gate(self, x: Call) -> Call:
        if self.function == "linear":
            return x
        options = {"approximate": False} if self.function == "gelu" else {}
        return call(f"nnx.{self.function}", x, **options)
