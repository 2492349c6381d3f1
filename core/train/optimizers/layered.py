"""Rules that look at an array as a whole: its norm, or its singular values."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.call import Call, call
from core.params import param
from core.train.optimizers.optimizer import (
    DECAYED,
    RATE,
    Optimizer,
    decay_rate,
    first_decay,
    kernel_decay,
    momentum_share,
    nesterov_flag,
    rate,
    second_decay,
    small_number,
)


@dataclass(frozen=True)
class LAMB(Optimizer):
    """Adam whose step in each array is relative to the array's norm (You et al., 2020).

    Made for batches of thousands of samples.
    """

    kind = "LAMB"
    label = "LAMB"

    learning_rate: float = rate(0.001)
    beta_1: float = first_decay()
    beta_2: float = second_decay()
    weight_decay: float = kernel_decay(0.01)
    epsilon: float = small_number(1e-6)

    def build(self) -> Call:
        return call(
            "optax.lamb",
            RATE,
            b1=self.beta_1,
            b2=self.beta_2,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
            mask=DECAYED,
        )


@dataclass(frozen=True)
class LARS(Optimizer):
    """Momentum with steps relative to the norm of each array (You et al., 2017).

    Made for batches of thousands of images. Biases and scales take plain steps.
    """

    kind = "LARS"
    label = "LARS"

    learning_rate: float = rate(1.0)
    momentum: float = momentum_share()
    nesterov: bool = nesterov_flag()
    weight_decay: float = kernel_decay(1e-4)
    trust: float = param(
        0.001, label="Trust", help="Size of a step as a share of the array's norm.", minimum=0.0
    )

    def build(self) -> Call:
        return call(
            "optax.lars",
            RATE,
            weight_decay=self.weight_decay,
            weight_decay_mask=DECAYED,
            trust_coefficient=self.trust,
            trust_ratio_mask=DECAYED,
            momentum=self.momentum,
            nesterov=self.nesterov,
        )


@dataclass(frozen=True)
class NovoGrad(Optimizer):
    """Gradients over the averaged norm of their array (Ginsburg et al., 2019)."""

    kind = "NovoGrad"
    label = "NovoGrad"

    learning_rate: float = rate(0.01)
    beta_1: float = first_decay(0.95)
    beta_2: float = decay_rate(0.98, "Beta 2", "Decay of the mean of squared norms.")
    weight_decay: float = param(
        0.0,
        label="Weight decay",
        help="Pull of all weights, biases and scales too, towards zero.",
        minimum=0.0,
    )
    epsilon: float = small_number(1e-6)

    def build(self) -> Call:
        return call(
            "optax.novograd",
            RATE,
            b1=self.beta_1,
            b2=self.beta_2,
            eps=self.epsilon,
            weight_decay=self.weight_decay,
        )


@dataclass(frozen=True)
class Muon(Optimizer):
    """Momentum of matrices made orthogonal by Newton-Schulz steps (Jordan et al., 2024).

    Kernels of dense layers and tables, which have two axes, take such steps; all else is left to
    Adam with Nesterov's momentum. The size of updates is that of Liu et al. (2025), which suits
    Adam's learning rates.
    """

    kind = "Muon"
    label = "Muon"

    learning_rate: float = rate(0.001)
    momentum: float = decay_rate(0.95, "Momentum", "Decay of the mean of gradients.")
    nesterov: bool = param(True, label="Nesterov", help="Look ahead before taking the gradient.")
    iterations: int = param(
        5,
        label="Iterations",
        help="Newton-Schulz steps that make a matrix orthogonal.",
        minimum=1,
        maximum=20,
        advanced=True,
    )
    update_size: float = param(
        0.2,
        label="Update size",
        help="Root mean square of an update, as a share of the learning rate; 0: by the shape of "
        "the matrix alone (Jordan et al.), with learning rates around 0.02.",
        minimum=0.0,
    )
    weight_decay: float = param(
        0.0,
        label="Weight decay",
        help="Pull of the matrices towards zero, times the learning rate, beside the gradient.",
        minimum=0.0,
    )
    adam_beta_1: float = decay_rate(0.9, "Adam's beta 1", "Decay of the mean of gradients.")
    adam_beta_2: float = decay_rate(
        0.999, "Adam's beta 2", "Decay of the mean of squared gradients."
    )

    def build(self) -> Call:
        return call(
            "optax.contrib.muon",
            RATE,
            ns_steps=self.iterations,
            beta=self.momentum,
            weight_decay=self.weight_decay,
            nesterov=self.nesterov,
            adam_b1=self.adam_beta_1,
            adam_b2=self.adam_beta_2,
            consistent_rms=self.update_size or None,
        )
