"""Schedules that fall along half cosines."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise

from core.blocks.call import Call, call
from core.params import param
from core.train.schedules.schedule import Pace, Schedule, final_share, warmup


@dataclass(frozen=True)
class Cosine(Schedule):
    """The rate falls along half a cosine to a share of its peak (Loshchilov and Hutter, 2017)."""

    kind = "Cosine"
    label = "Cosine"

    warmup_epochs: float = warmup()
    final_share: float = final_share()

    def build(
        self, peak: float, warmup_steps: int, total_steps: int, steps_per_epoch: float
    ) -> Call:
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

    def share(self, step: int, pace: Pace) -> float:
        return _fallen(step / pace.rest, self.final_share)


@dataclass(frozen=True)
class CosineRestarts(Schedule):
    """Cosines one after the other, each from the peak (SGDR, Loshchilov and Hutter, 2017)."""

    kind = "CosineRestarts"
    label = "Cosine with restarts"

    warmup_epochs: float = warmup()
    cycles: int = param(
        4, label="Cycles", help="Cosines in the whole training.", minimum=1, maximum=50
    )
    multiplier: float = param(
        1.0,
        label="Cycle multiplier",
        help="How many times as long each cycle is as the one before.",
        minimum=0.1,
        maximum=10.0,
    )
    final_share: float = final_share()

    def after(self, peak: float, pace: Pace) -> Call:
        return call(
            "layers.cosine_restarts",
            peak,
            pace.rest,
            cycles=self.cycles,
            multiplier=self.multiplier,
            alpha=self.final_share,
        )

    def share(self, step: int, pace: Pace) -> float:
        done = list(accumulate(self.multiplier**cycle for cycle in range(self.cycles)))
        ends = [round(pace.rest * size / done[-1]) for size in done]
        # The last cycle that has begun; its end holds what the last one leaves.
        start, end = [(a, b) for a, b in pairwise([0, *ends]) if a <= step][-1]
        return _fallen((step - start) / max(end - start, 1), self.final_share)


def _fallen(done: float, final: float) -> float:
    """What is left of a peak when a share of half a cosine is done."""
    return final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * min(done, 1.0)))
