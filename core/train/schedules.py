"""Learning-rate schedules as data."""

from __future__ import annotations

from dataclasses import dataclass

from core.blocks.call import Call, call
from core.params import Configured, param


class Schedule(Configured):
    """Base of the schedules: from step number to learning rate, after a linear warm-up."""

    warmup_epochs: float

    def build(self, peak: float, warmup_steps: int, total_steps: int) -> Call:
        """The call that makes the optax schedule; ``peak`` is the learning rate."""
        raise TypeError(f"{type(self).__name__} has no call")


def _warmup() -> float:
    return param(
        0.0,
        label="Warm-up epochs",
        help="Epochs in which the rate rises linearly from zero.",
        minimum=0.0,
    )


@dataclass(frozen=True)
class Constant(Schedule):
    """The learning rate stays as it is."""

    kind = "Constant"
    label = "Constant"

    warmup_epochs: float = _warmup()

    def build(self, peak: float, warmup_steps: int, total_steps: int) -> Call:
        if not warmup_steps:
            return call("optax.constant_schedule", peak)
        return call(
            "optax.warmup_constant_schedule",
            init_value=0.0,
            peak_value=peak,
            warmup_steps=warmup_steps,
        )


@dataclass(frozen=True)
class Cosine(Schedule):
    """The rate falls along half a cosine to a share of its peak (Loshchilov and Hutter, 2017)."""

    kind = "Cosine"
    label = "Cosine"

    warmup_epochs: float = _warmup()
    final_share: float = param(
        0.0, label="Final share", help="Rate at the end, as a share.", minimum=0.0, maximum=1.0
    )

    def build(self, peak: float, warmup_steps: int, total_steps: int) -> Call:
        if not warmup_steps:
            return call("optax.cosine_decay_schedule", peak, total_steps, alpha=self.final_share)
        return call(
            "optax.warmup_cosine_decay_schedule",
            init_value=0.0,
            peak_value=peak,
            warmup_steps=warmup_steps,
            decay_steps=max(total_steps, warmup_steps + 1),
            end_value=peak * self.final_share,
        )
