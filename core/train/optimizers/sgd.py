"""Gradient descent itself, and the rules that use little more than the signs of gradients."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.call import Call, call
from core.params import param
from core.train.optimizers.optimizer import (
    DECAYED,
    RATE,
    Optimizer,
    decay_rate,
    kernel_decay,
    momentum_share,
    nesterov_flag,
    rate,
    rated,
)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent (Robbins and Monro, 1951), with momentum or Nesterov's.

    Momentum is Polyak's (1964): the velocity is the momentum times itself plus the gradient.
    Nesterov's (1983) takes the gradient where the velocity leads. Momentum 0 is plain descent.
    """

    kind = "SGD"
    label = "SGD"

    learning_rate: float = rate(0.1)
    momentum: float = momentum_share()
    nesterov: bool = nesterov_flag()

    def build(self) -> Call:
        return call("optax.sgd", RATE, momentum=self.momentum or None, nesterov=self.nesterov)


@dataclass(frozen=True)
class Lion(Optimizer):
    """Steps of one size along the sign of an averaged gradient (Chen et al., 2023).

    It wants a learning rate three to ten times smaller than Adam's.
    """

    kind = "Lion"
    label = "Lion"

    learning_rate: float = rate(1e-4)
    beta_1: float = decay_rate(0.9, "Beta 1", "Share of the mean in the direction of a step.")
    beta_2: float = decay_rate(0.99, "Beta 2", "Decay of the mean of gradients.")
    weight_decay: float = kernel_decay(1e-3)

    def build(self) -> Call:
        return call(
            "optax.lion",
            RATE,
            b1=self.beta_1,
            b2=self.beta_2,
            weight_decay=self.weight_decay,
            mask=DECAYED,
        )


@dataclass(frozen=True)
class Rprop(Optimizer):
    """A step size for each weight, from the signs of gradients (Riedmiller and Braun, 1993).

    Made for batch gradient descent: mini-batches change signs by chance. The learning rate is the
    first step size.
    """

    kind = "Rprop"
    label = "Rprop"

    learning_rate: float = rate(0.01)
    shrink: float = param(
        0.5,
        label="Shrink",
        help="Factor of the step size where the gradient changed its sign.",
        minimum=0.0,
        maximum=1.0,
    )
    grow: float = param(
        1.2, label="Grow", help="Factor of the step size where the sign stayed.", minimum=1.0
    )
    smallest_step: float = param(
        1e-6,
        label="Smallest step",
        help="Step sizes do not shrink below this.",
        minimum=0.0,
        advanced=True,
    )
    largest_step: float = param(
        50.0,
        label="Largest step",
        help="Step sizes do not grow above this.",
        minimum=0.0,
        advanced=True,
    )

    def build(self) -> Call:
        # The sizes are worked out in units of the learning rate, which scales them at the end.
        unit = self.learning_rate or 1.0
        limits = (self.smallest_step / unit, self.largest_step / unit)
        sizes = call("layers.scale_by_rprop", self.shrink, self.grow, *limits)
        return rated(sizes)
