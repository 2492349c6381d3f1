"""Optimizers as data. The learning rate reaches each call as the name ``learning_rate``."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.call import Call, Name, call
from core.params import Configured, param

RATE = Name("learning_rate")


class Optimizer(Configured):
    """Base of the optimizers: a learning rate and the optax call."""

    learning_rate: float

    def build(self) -> Call:
        """The call that makes the optax transformation."""
        raise TypeError(f"{type(self).__name__} has no call")


def _rate(default: float) -> float:
    return param(
        default, label="Learning rate", help="Step size, before the schedule.", minimum=0.0
    )


def _decay_rate(default: float, label: str, help: str) -> float:
    return param(default, label=label, help=help, minimum=0.0, maximum=0.999999)


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's (1983)."""

    kind = "SGD"
    label = "SGD"

    learning_rate: float = _rate(0.1)
    momentum: float = _decay_rate(0.9, "Momentum", "Share of the last step that is kept.")
    nesterov: bool = param(False, label="Nesterov", help="Look ahead before taking the gradient.")

    def build(self) -> Call:
        return call("optax.sgd", RATE, momentum=self.momentum or None, nesterov=self.nesterov)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adaptive moment estimation (Kingma and Ba, 2015)."""

    kind = "Adam"
    label = "Adam"

    learning_rate: float = _rate(0.001)
    beta_1: float = _decay_rate(0.9, "Beta 1", "Decay of the mean of gradients.")
    beta_2: float = _decay_rate(0.999, "Beta 2", "Decay of the mean of squared gradients.")
    epsilon: float = param(1e-8, label="Epsilon", help="Keeps the division stable.", minimum=0.0)

    def build(self) -> Call:
        return call("optax.adam", RATE, b1=self.beta_1, b2=self.beta_2, eps=self.epsilon)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    kind = "AdamW"
    label = "AdamW"

    weight_decay: float = param(
        0.01, label="Weight decay", help="Pull of the weights towards zero.", minimum=0.0
    )

    def build(self) -> Call:
        return call(
            "optax.adamw",
            RATE,
            b1=self.beta_1,
            b2=self.beta_2,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
        )
