"""What every optimizer has in common, and the parameters that several have."""

from __future__ import annotations

from abc import ABC, abstractmethod

from core.blocks.call import Call, Name, call
from core.params import Configured, param

RATE = Name("learning_rate")
# The trees of booleans that say which arrays decay: kernels and tables, not biases and scales.
DECAYED = Name("layers.has_matrix")


class Optimizer(Configured, ABC):
    """Base of the optimizers: a learning rate and the optax call.

    The learning rate reaches the call as the name ``learning_rate``, a function of the step. From a
    fresh state, updates are proportional to it.
    """

    learning_rate: float

    @abstractmethod
    def build(self) -> Call:
        """The call that makes the optax transformation."""


def rate(default: float) -> float:
    """The learning rate, before the schedule."""
    return param(
        default, label="Learning rate", help="Step size, before the schedule.", minimum=0.0
    )


def decay_rate(default: float, label: str, help: str) -> float:
    """A share that is kept of an average."""
    return param(default, label=label, help=help, minimum=0.0, maximum=0.999999)


def first_decay(default: float = 0.9) -> float:
    """The decay of the mean of gradients."""
    return decay_rate(default, "Beta 1", "Decay of the mean of gradients.")


def second_decay(default: float = 0.999) -> float:
    """The decay of the mean of squared gradients."""
    return decay_rate(default, "Beta 2", "Decay of the mean of squared gradients.")


def momentum_share(default: float = 0.9) -> float:
    """The share of the last step that is kept."""
    return decay_rate(default, "Momentum", "Share of the last step that is kept; 0: none.")


def nesterov_flag() -> bool:
    """Nesterov's look ahead."""
    return param(False, label="Nesterov", help="Look ahead before taking the gradient.")


def small_number(default: float) -> float:
    """The small number in a denominator."""
    return param(
        default,
        label="Epsilon",
        help="Added to the denominator, so that the division is stable.",
        minimum=0.0,
        advanced=True,
    )


def kernel_decay(default: float) -> float:
    """Decoupled weight decay, of kernels alone."""
    return param(
        default,
        label="Weight decay",
        help="Pull towards zero, times the learning rate, beside the gradient. Kernels and tables "
        "decay; biases and scales, which have one axis, do not.",
        minimum=0.0,
    )


def rated(*steps: Call) -> Call:
    """Transformations one after the other, and the learning rate last."""
    return call("optax.chain", *steps, call("optax.scale_by_learning_rate", RATE))
