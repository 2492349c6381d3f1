"""The step of the first neurons, with a gradient of another function to learn by."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.block import Block, port
from core.blocks.call import Call, Name, call
from core.params import param
from core.tensor import Tensor

SURROGATES = ("straight_through", "hard_tanh", "sigmoid", "none")


@dataclass(frozen=True)
class Step(Block):
    """Gives one value below a threshold and another from it on, as the first neurons did.

    y = 1 where x >= threshold, else 0 (or -1). The derivative is 0 wherever there is one, so that
    nothing could be learnt through it; its place takes that of a surrogate s(x - threshold): 1
    everywhere (straight_through; with a squared error this is Rosenblatt's rule for the
    perceptron), that of hard_tanh (1 between -1 and 1, else 0), or that of the logistic sigmoid.
    With none it is 0.

    Input ``[B, ..., F]`` float32, output the same shape. No weights.

    Sources: McCulloch and Pitts, A logical calculus of the ideas immanent in nervous activity,
    1943; Rosenblatt, The perceptron, 1958; Bengio, Léonard and Courville, Estimating or propagating
    gradients through stochastic neurons, 2013 (straight_through); Hubara et al., Binarized neural
    networks, 2016 (hard_tanh).
    """

    kind = "Step"
    label = "Step"
    family = "Activation"
    keywords = ("threshold", "heaviside", "sign", "perceptron", "binary", "binarize", "mcculloch")
    inputs = (port("input", 2, 3, 4, 5),)
    formula = "y = 1 if x ≥ threshold, else 0 (or −1); gradient: s′(x − threshold)"
    gradient = "surrogate"

    bipolar: bool = param(
        False, label="Minus one below", help="Below the threshold the value is -1 in place of 0."
    )
    threshold: float = param(0.0, label="Threshold", help="From here on the output is 1.")
    surrogate: str = param(
        "straight_through",
        label="Surrogate gradient",
        help="Which function's slope the gradient takes, the step's own being 0.",
        choices=SURROGATES,
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def flops(self, input: Tensor) -> int:
        return input.size

    def forward(self, input: Tensor) -> Call:
        x = Name("input")
        above = call("jnp.greater_equal", x, self.threshold)
        value = call("jnp.where", above, 1.0, -1.0 if self.bipolar else 0.0)
        if self.surrogate == "none":
            return value
        moved = call("jnp.subtract", x, self.threshold)
        slope = (
            moved if self.surrogate == "straight_through" else call(_NAMES[self.surrogate], moved)
        )
        return call("layers.with_gradient_of", value, slope)


_NAMES = {"hard_tanh": "nnx.hard_tanh", "sigmoid": "nnx.sigmoid"}
