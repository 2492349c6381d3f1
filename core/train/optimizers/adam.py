"""Adam and its relatives: an averaged gradient over the root of averaged squares."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.call import Call, Name, call
from core.train.optimizers.optimizer import (
    DECAYED,
    RATE,
    Optimizer,
    decay_rate,
    first_decay,
    kernel_decay,
    rate,
    second_decay,
    small_number,
)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adaptive moment estimation (Kingma and Ba, 2015)."""

    kind = "Adam"
    label = "Adam"

    learning_rate: float = rate(0.001)
    beta_1: float = first_decay()
    beta_2: float = second_decay()
    epsilon: float = small_number(1e-8)

    def build(self) -> Call:
        return call("optax.adam", RATE, **self._moments())

    def _moments(self) -> dict[str, float]:
        return {"b1": self.beta_1, "b2": self.beta_2, "eps": self.epsilon}


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

    kind = "AdamW"
    label = "AdamW"

    weight_decay: float = kernel_decay(0.01)

    def build(self) -> Call:
        return call("optax.adamw", RATE, **self._moments(), **self._decay())

    def _decay(self) -> dict[str, float | Name]:
        return {"weight_decay": self.weight_decay, "mask": DECAYED}


@dataclass(frozen=True)
class NAdam(Adam):
    """Adam with Nesterov's momentum (Dozat, 2016)."""

    kind = "NAdam"
    label = "NAdam"

    def build(self) -> Call:
        return call("optax.nadam", RATE, **self._moments())


@dataclass(frozen=True)
class NAdamW(AdamW):
    """Adam with Nesterov's momentum and decoupled weight decay (Dozat, 2016)."""

    kind = "NAdamW"
    label = "NAdamW"

    def build(self) -> Call:
        return call("optax.nadamw", RATE, **self._moments(), **self._decay())


@dataclass(frozen=True)
class AMSGrad(Adam):
    """Adam that divides by the largest averaged square so far (Reddi et al., 2018)."""

    kind = "AMSGrad"
    label = "AMSGrad"

    def build(self) -> Call:
        return call("optax.amsgrad", RATE, **self._moments())


@dataclass(frozen=True)
class Adamax(Adam):
    """Adam that divides by the largest recent gradient (Kingma and Ba, 2015)."""

    kind = "Adamax"
    label = "Adamax"

    learning_rate: float = rate(0.002)
    beta_2: float = decay_rate(0.999, "Beta 2", "Decay of the largest gradient.")

    def build(self) -> Call:
        return call("optax.adamax", RATE, **self._moments())


@dataclass(frozen=True)
class RAdam(Adam):
    """Adam that divides only once its averages have seen enough steps (Liu et al., 2020)."""

    kind = "RAdam"
    label = "RAdam"

    def build(self) -> Call:
        return call("optax.radam", RATE, **self._moments())


@dataclass(frozen=True)
class AdaBelief(Adam):
    """Adam that divides by how far gradients are from their mean (Zhuang et al., 2020)."""

    kind = "AdaBelief"
    label = "AdaBelief"

    beta_2: float = decay_rate(0.999, "Beta 2", "Decay of the mean of squared differences.")
    epsilon: float = small_number(1e-16)

    def build(self) -> Call:
        return call("optax.adabelief", RATE, **self._moments())


@dataclass(frozen=True)
class Yogi(Adam):
    """Adam whose averaged squares change by small additive steps (Zaheer et al., 2018)."""

    kind = "Yogi"
    label = "Yogi"

    learning_rate: float = rate(0.01)
    epsilon: float = small_number(1e-3)

    def build(self) -> Call:
        return call("optax.yogi", RATE, **self._moments())
