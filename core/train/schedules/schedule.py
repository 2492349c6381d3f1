"""What every schedule has in common: a warm-up, and the rate after it."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.call import Call, call
from core.params import Configured, param


@dataclass(frozen=True)
class Pace:
    """Numbers of steps: of the warm-up, of the whole training, and of an epoch.

    Where gradients are accumulated, an epoch may have a fraction of a step.
    """

    warmup: int
    total: int
    epoch: float

    @property
    def rest(self) -> int:
        """Steps after the warm-up, at least one."""
        return max(self.total - self.warmup, 1) if self.warmup else self.total


class Schedule(Configured):
    """Base of the schedules: from step number to learning rate, after a linear warm-up.

    A schedule says itself twice: as an optax schedule, which trains, and as ``share``, which a form
    draws without JAX.
    """

    warmup_epochs: float

    def build(
        self, peak: float, warmup_steps: int, total_steps: int, steps_per_epoch: float
    ) -> Call:
        """The call that makes the optax schedule; ``peak`` is the learning rate."""
        after = self.after(peak, Pace(warmup_steps, total_steps, steps_per_epoch))
        return call("layers.warmed_up", after, warmup_steps) if warmup_steps else after

    def rate(
        self, step: int, peak: float, warmup_steps: int, total_steps: int, steps_per_epoch: float
    ) -> float:
        """The learning rate at a step, as the built schedule gives it."""
        pace = Pace(warmup_steps, total_steps, steps_per_epoch)
        if step < warmup_steps:
            return peak * self.share(0, pace) * step / warmup_steps
        return peak * self.share(step - warmup_steps, pace)

    def after(self, peak: float, pace: Pace) -> Call:
        """The call that makes the optax schedule after the warm-up, whose end is its step 0."""
        raise TypeError(f"{type(self).__name__} has no call")

    def share(self, step: int, pace: Pace) -> float:
        """The learning rate over its peak, so many steps after the warm-up."""
        raise TypeError(f"{type(self).__name__} has no rate")


def warmup(default: float = 0.0) -> float:
    """The epochs of the warm-up."""
    return param(
        default,
        label="Warm-up epochs",
        help="Epochs in which the rate rises linearly from zero.",
        minimum=0.0,
    )


def final_share(default: float = 0.0) -> float:
    """What is left of the rate at the end."""
    return param(
        default,
        label="Final share",
        help="Rate at the end, as a share of the learning rate.",
        minimum=0.0,
        maximum=1.0,
    )


def factor(default: float, help: str) -> float:
    """What the rate is multiplied by again and again."""
    return param(default, label="Factor", help=help, minimum=1e-6, maximum=1.0)
