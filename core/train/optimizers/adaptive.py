"""Rules that divide a gradient by what was seen of its size, without Adam's averaged gradient."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.call import Call, call
from core.params import param
from core.train.optimizers.optimizer import (
    DECAYED,
    RATE,
    Optimizer,
    decay_rate,
    momentum_share,
    nesterov_flag,
    rate,
    rated,
    small_number,
)


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Gradients over the root of the sum of all their squares so far (Duchi et al., 2011)."""

    kind = "Adagrad"
    label = "AdaGrad"

    learning_rate: float = rate(0.01)
    first_sum: float = param(
        0.1,
        label="First sum",
        help="The sum of squares before the first step.",
        minimum=0.0,
        advanced=True,
    )
    epsilon: float = small_number(1e-7)

    def build(self) -> Call:
        return call(
            "optax.adagrad", RATE, initial_accumulator_value=self.first_sum, eps=self.epsilon
        )


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """Gradients over the root of a running mean of their squares (Tieleman and Hinton, 2012).

    Centred, the mean gradient is taken out of the squares (Graves, 2013).
    """

    kind = "RMSprop"
    label = "RMSprop"

    learning_rate: float = rate(0.001)
    decay: float = decay_rate(0.9, "Decay", "Decay of the mean of squared gradients.")
    momentum: float = momentum_share(0.0)
    nesterov: bool = nesterov_flag()
    centred: bool = param(
        False, label="Centred", help="Divide by the deviation of gradients, not by their size."
    )
    epsilon: float = small_number(1e-8)

    def build(self) -> Call:
        if self.centred:
            scaled = call("layers.scale_by_deviation", self.decay, self.epsilon)
        else:
            options = {"decay": self.decay, "eps": self.epsilon}
            scaled = call("optax.scale_by_rms", **options, eps_in_sqrt=False)
        if not self.momentum:
            return rated(scaled)
        # Before the rate, so that a schedule scales the whole step, as PyTorch has it.
        return rated(scaled, call("optax.trace", decay=self.momentum, nesterov=self.nesterov))


@dataclass(frozen=True)
class Adadelta(Optimizer):
    """AdaGrad over a window, with steps in the units of the weights (Zeiler, 2012)."""

    kind = "Adadelta"
    label = "Adadelta"

    learning_rate: float = rate(1.0)
    rho: float = decay_rate(0.9, "Rho", "Decay of the means of squared gradients and steps.")
    epsilon: float = small_number(1e-6)

    def build(self) -> Call:
        return call("optax.adadelta", RATE, rho=self.rho, eps=self.epsilon)


@dataclass(frozen=True)
class SM3(Optimizer):
    """AdaGrad with one sum for each row and column instead of each weight (Anil et al., 2019)."""

    kind = "SM3"
    label = "SM3"

    learning_rate: float = rate(0.1)
    momentum: float = momentum_share()

    def build(self) -> Call:
        return rated(call("optax.scale_by_sm3", self.momentum))


@dataclass(frozen=True)
class Adafactor(Optimizer):
    """Squared gradients kept as one row and one column of each kernel (Shazeer and Stern, 2018).

    Steps are relative to the size of the weights. Made for models that hardly fit the memory.
    """

    kind = "Adafactor"
    label = "Adafactor"

    learning_rate: float = rate(0.01)
    decay_power: float = param(
        0.8,
        label="Decay power",
        help="Squares of step t decay by 1 - t to the power of minus this.",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    clip_threshold: float = param(
        1.0,
        label="Clip threshold",
        help="Updates of an array are scaled down to this root mean square.",
        minimum=1e-6,
        advanced=True,
    )
    smallest_factored: int = param(
        128,
        label="Smallest factored",
        help="Arrays with two axes of at least this size are factored, others are kept whole.",
        minimum=1,
        advanced=True,
    )
    scale_by_weights: bool = param(
        True,
        label="Scale by weights",
        help="Times the root mean square of the weights that are updated.",
        advanced=True,
    )
    momentum: float = momentum_share(0.0)
    weight_decay: float = param(
        0.0,
        label="Weight decay",
        help="Pull towards zero, times the learning rate, beside the gradient. Kernels and tables "
        "decay; biases and scales, which have one axis, do not.",
        minimum=0.0,
    )

    def build(self) -> Call:
        rule = call(
            "optax.adafactor",
            min_dim_size_to_factor=self.smallest_factored,
            decay_rate=self.decay_power,
            multiply_by_parameter_scale=self.scale_by_weights,
            clipping_threshold=self.clip_threshold,
            momentum=self.momentum or None,
            weight_decay_rate=self.weight_decay or None,
            weight_decay_mask=DECAYED,
        )
        # Optax would leave the decay out of the rate.
        scale = call("optax.scale_by_learning_rate", RATE, flip_sign=False)
        return call("optax.chain", rule, scale)
