"""Regularization: layers that only act while training, to keep a network from memorising."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.blocks.block import Block, port
from core.blocks.call import RNGS, Call, call
from core.params import param
from core.tensor import Tensor


def _rate(help: str, default: float = 0.5) -> float:
    return param(default, label="Rate", help=help, minimum=0.0, maximum=0.99)


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
    keywords = ("overfitting", "noise", "regularisation")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = m · x / (1 − rate), m = 1 with probability 1 − rate, else 0; evaluation: y = x"
    changes_while_training = True

    rate: float = _rate("Probability that an element is dropped.")

    def infer(self, input: Tensor) -> Tensor:
        return input

    def layer(self, input: Tensor) -> Call:
        return _dropout(self.rate)


@dataclass(frozen=True)
class SpatialDropout(Block):
    """Sets random whole channels to zero while training, and does nothing in evaluation.

    Each channel of each sample is kept with probability 1 - rate and then divided by 1 - rate, so
    that the mean stays the same. Neighbours in a feature map are much alike, and dropping single
    elements would take little away.

    Input ``[B, T, C]``, ``[B, H, W, C]`` or ``[B, D, H, W, C]`` float32, output the same shape. No
    weights; with a rate of 0 no random numbers are drawn.

    Source: Tompson et al., Efficient object localization using convolutional networks, 2015.
    """

    kind = "SpatialDropout"
    label = "Spatial dropout"
    family = "Regularization"
    keywords = ("dropout2d", "channel dropout", "noise", "overfitting", "regularisation")
    inputs = (port("input", 3, 4, 5),)
    pointwise = True
    example = {"input": (4, 4, 3)}
    formula = "y = m · x / (1 − rate), one m of 0 or 1 for each sample's channel; evaluation: y = x"
    changes_while_training = True

    rate: float = _rate("Probability that a channel is dropped.")

    def infer(self, input: Tensor) -> Tensor:
        return input

    def layer(self, input: Tensor) -> Call:
        return _dropout(self.rate, broadcast_dims=tuple(range(1, input.rank - 1)))


@dataclass(frozen=True)
class StochasticDepth(Block):
    """Sets whole random samples to zero while training: their residual branch is left out.

    Put it at the end of a branch, before the Add. Each sample is kept with probability 1 - rate and
    then divided by 1 - rate, so that the mean stays the same. In evaluation it does nothing.

    Input ``[B, ..., F]`` float32, output the same shape. No weights; with a rate of 0 no random
    numbers are drawn.

    Source: Huang et al., Deep networks with stochastic depth, 2016.
    """

    kind = "StochasticDepth"
    label = "Stochastic depth"
    family = "Regularization"
    keywords = ("drop path", "droppath", "residual", "overfitting", "regularisation")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = m · x / (1 − rate), one m of 0 or 1 for each sample; evaluation: y = x"
    changes_while_training = True

    rate: float = _rate("Probability that a sample's branch is left out.", 0.1)

    def infer(self, input: Tensor) -> Tensor:
        return input

    def layer(self, input: Tensor) -> Call:
        return _dropout(self.rate, broadcast_dims=tuple(range(1, input.rank)))


@dataclass(frozen=True)
class GaussianNoise(Block):
    """Adds normal noise while training, and does nothing in evaluation.

    y = x + deviation n, with n drawn anew for each element from the standard normal distribution.

    Input ``[B, ..., F]`` float32, output the same shape. No weights; with a deviation of 0 no
    random numbers are drawn.

    Source: Bishop, Training with noise is equivalent to Tikhonov regularization, 1995.
    """

    kind = "GaussianNoise"
    label = "Gaussian noise"
    family = "Regularization"
    keywords = ("jitter", "denoising", "overfitting", "regularisation")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = x + deviation · n, n ~ N(0, 1); evaluation: y = x"
    changes_while_training = True

    deviation: float = param(
        0.1, label="Deviation", help="Standard deviation of the noise.", minimum=0.0
    )

    def infer(self, input: Tensor) -> Tensor:
        return input

    def layer(self, input: Tensor) -> Call:
        rngs = RNGS if self.deviation else None
        return call("layers.GaussianNoise", self.deviation, rngs=rngs)


@dataclass(frozen=True)
class GaussianDropout(Block):
    """Multiplies by normal noise of mean 1 while training, and does nothing in evaluation.

    y = x (1 + sqrt(rate / (1 - rate)) n), with n drawn anew for each element from the standard
    normal distribution: mean and variance are those of dropout with this rate.

    Input ``[B, ..., F]`` float32, output the same shape. No weights; with a rate of 0 no random
    numbers are drawn.

    Source: Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting,
    2014.
    """

    kind = "GaussianDropout"
    label = "Gaussian dropout"
    family = "Regularization"
    keywords = ("multiplicative noise", "overfitting", "regularisation")
    inputs = (port("input", 2, 3, 4, 5),)
    pointwise = True
    formula = "y = x · (1 + √(rate / (1 − rate)) · n), n ~ N(0, 1); evaluation: y = x"
    changes_while_training = True

    rate: float = _rate("Rate of the dropout that has the same variance.")

    def infer(self, input: Tensor) -> Tensor:
        return input

    def layer(self, input: Tensor) -> Call:
        rngs = RNGS if self.rate else None
        return call("layers.GaussianDropout", self.rate, rngs=rngs)


def _dropout(rate: float, **options: Any) -> Call:
    return call("nnx.Dropout", rate, **options, rngs=RNGS if rate else None)
