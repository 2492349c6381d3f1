"""Schedules that stay or only fall: constant, step, exponential, polynomial, inverse root."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.call import Call, call
from core.params import param
from core.train.schedules.schedule import Pace, Schedule, factor, final_share, warmup


@dataclass(frozen=True)
class Constant(Schedule):
    """The learning rate stays as it is."""

    kind = "Constant"
    label = "Constant"

    warmup_epochs: float = warmup()

    def build(
        self, peak: float, warmup_steps: int, total_steps: int, steps_per_epoch: float
    ) -> Call:
        if not warmup_steps:
            return call("optax.constant_schedule", peak)
        return call(
            "optax.warmup_constant_schedule",
            init_value=0.0,
            peak_value=peak,
            warmup_steps=warmup_steps,
        )

    def share(self, step: int, pace: Pace) -> float:
        return 1.0


@dataclass(frozen=True)
class Step(Schedule):
    """The rate drops by a factor every few epochs, or at given epochs (He et al., 2016)."""

    kind = "Step"
    label = "Step"

    warmup_epochs: float = warmup()
    every: int = param(
        10,
        label="Epochs a step",
        help="Epochs between two drops, counted from the end of the warm-up.",
        minimum=1,
    )
    drop_epochs: tuple[int, ...] = param(
        (),
        label="Drop at epochs",
        help="Epochs of the training at whose end the rate drops, such as 30, 60, 80; empty: every "
        "few epochs.",
        minimum=1,
    )
    factor: float = factor(0.1, "What the rate is multiplied by at each drop.")

    def after(self, peak: float, pace: Pace) -> Call:
        if not self.drop_epochs:
            steps = self.every * pace.epoch
            return call("optax.exponential_decay", peak, steps, self.factor, staircase=True)
        drops = tuple(
            epoch * pace.epoch - pace.warmup if pace.warmup else epoch * pace.epoch
            for epoch in self.drop_epochs
        )
        return call("layers.dropping", peak, drops, self.factor)

    def share(self, step: int, pace: Pace) -> float:
        if not self.drop_epochs:
            return self.factor ** (step // (self.every * pace.epoch))
        done = step + pace.warmup
        return self.factor ** sum(done >= drop * pace.epoch for drop in set(self.drop_epochs))


@dataclass(frozen=True)
class Exponential(Schedule):
    """The rate is multiplied by a factor in each epoch, smoothly from step to step."""

    kind = "Exponential"
    label = "Exponential"

    warmup_epochs: float = warmup()
    factor: float = factor(0.95, "What the rate is multiplied by in one epoch.")

    def after(self, peak: float, pace: Pace) -> Call:
        return call("optax.exponential_decay", peak, pace.epoch, self.factor)

    def share(self, step: int, pace: Pace) -> float:
        return self.factor ** (step / pace.epoch)


@dataclass(frozen=True)
class Polynomial(Schedule):
    """The rate falls along a line, or along a power of it, to a share of its peak."""

    kind = "Polynomial"
    label = "Linear or polynomial"

    warmup_epochs: float = warmup()
    power: float = param(
        1.0, label="Power", help="1 is a line, 2 a parabola that ends flat.", minimum=0.01
    )
    final_share: float = final_share()

    def after(self, peak: float, pace: Pace) -> Call:
        end = peak * self.final_share
        return call("optax.polynomial_schedule", peak, end, self.power, pace.rest)

    def share(self, step: int, pace: Pace) -> float:
        left = (1.0 - min(step / pace.rest, 1.0)) ** self.power
        return self.final_share + (1.0 - self.final_share) * left


@dataclass(frozen=True)
class InverseSquareRoot(Schedule):
    """The rate falls as one over the root of the step (Vaswani et al., 2017, often called Noam's).

    It falls from the end of the warm-up on; without one, it has fallen by the root of two after the
    first epoch.
    """

    kind = "InverseSquareRoot"
    label = "Inverse square root"

    warmup_epochs: float = warmup(1.0)

    def after(self, peak: float, pace: Pace) -> Call:
        return call("layers.inverse_square_root", peak, pace.warmup or pace.epoch)

    def share(self, step: int, pace: Pace) -> float:
        scale = pace.warmup or pace.epoch
        return math.sqrt(scale / (scale + step))
