"""NoiseInput: random numbers that enter a design as data does."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.axes import any_port
from core.blocks.block import Block
from core.blocks.call import LAYER, RNGS, Call, Name, call
from core.params import param
from core.tensor import Tensor


@dataclass(frozen=True)
class NoiseInput(Block):
    """Random numbers, as a generator makes samples of them; no column of the data is needed.

    Output ``[B, *shape]`` float32, as many samples as the input ``like`` has, of which nothing else
    is used. Training draws afresh at every step. Otherwise the numbers follow from the seed alone:
    the first sample always gets the same, and so on. Nothing is trained.

    Source: Goodfellow et al., Generative adversarial nets, 2014.
    """

    kind = "NoiseInput"
    label = "Noise input"
    family = "Input and output"
    keywords = ("random", "latent", "generator", "gan", "normal", "uniform", "z", "sample")
    inputs = (any_port("like"),)
    example = {"like": (4,)}
    formula = "normal: y ~ N(0, 1); uniform: y ~ U(-1, 1)"
    gradient = "none"
    changes_while_training = True

    shape: tuple[int, ...] = param(
        (16,), label="Shape", help="Shape of one sample, without the batch.", minimum=1
    )
    distribution: str = param(
        "normal",
        label="Distribution",
        help="normal has mean 0 and deviation 1; uniform lies between -1 and 1.",
        choices=("normal", "uniform"),
    )
    seed: int = param(
        0,
        label="Seed",
        help="Chooses the fixed numbers that are used outside training.",
        minimum=0,
        advanced=True,
    )

    def infer(self, like: Tensor) -> Tensor:
        return like.with_sizes(*self.shape)

    def layer(self, like: Tensor) -> Call:
        return call(
            "layers.Noise",
            self.shape,
            distribution=self.distribution,
            seed=self.seed,
            rngs=RNGS,
        )

    def forward(self, like: Tensor) -> Call:
        return call(LAYER, Name("like"))
