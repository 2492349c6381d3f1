"""Schedules that rise and fall: one cycle, and triangles."""

from __future__ import annotations

import math
from dataclasses import dataclass

from core.blocks.call import Call, call
from core.params import param
from core.train.schedules.schedule import Pace, Schedule, warmup


@dataclass(frozen=True)
class OneCycle(Schedule):
    """The rate rises to its peak and falls to almost nothing, both along cosines.

    Smith and Topin, 2019. The learning rate is the peak; the rise is its warm-up.
    """

    kind = "OneCycle"
    label = "One cycle"

    # The rise stands for it.
    warmup_epochs = 0.0
    rise: float = param(
        0.3, label="Rise", help="Share of the training that rises.", minimum=0.0, maximum=0.9
    )
    start_divisor: float = param(
        25.0,
        label="Start divisor",
        help="The rate begins at the learning rate divided by this.",
        minimum=1.0,
    )
    final_divisor: float = param(
        1e4,
        label="Final divisor",
        help="The rate ends at its beginning divided by this.",
        minimum=1.0,
    )

    def after(self, peak: float, pace: Pace) -> Call:
        return call(
            "optax.cosine_onecycle_schedule",
            pace.rest,
            peak,
            pct_start=self.rise,
            div_factor=self.start_divisor,
            final_div_factor=self.final_divisor,
        )

    def share(self, step: int, pace: Pace) -> float:
        top = int(self.rise * pace.rest)
        start = 1.0 / self.start_divisor
        if step < top:
            return _between(start, 1.0, step / top)
        return _between(1.0, start / self.final_divisor, (step - top) / (pace.rest - top))


@dataclass(frozen=True)
class Triangular(Schedule):
    """The rate rises and falls along lines, again and again (Smith, 2017)."""

    kind = "Triangular"
    label = "Triangular cycles"

    warmup_epochs: float = warmup()
    cycle_epochs: float = param(
        4.0, label="Epochs a cycle", help="Epochs of one rise and fall.", minimum=0.01
    )
    lowest_share: float = param(
        0.1,
        label="Lowest share",
        help="Rate between two cycles, as a share of the learning rate.",
        minimum=0.0,
        maximum=1.0,
    )
    keep: float = param(
        1.0,
        label="Kept height",
        help="Height of a cycle over the one before; one half is Smith's triangular2.",
        minimum=0.0,
        maximum=1.0,
    )

    def after(self, peak: float, pace: Pace) -> Call:
        half = self.cycle_epochs / 2 * pace.epoch
        return call("layers.triangles", peak, peak * self.lowest_share, half, self.keep)

    def share(self, step: int, pace: Pace) -> float:
        cycle, done = divmod(step / (self.cycle_epochs * pace.epoch), 1.0)
        height = 1.0 - abs(2.0 * done - 1.0)
        return self.lowest_share + (1.0 - self.lowest_share) * height * self.keep**cycle


def _between(start: float, end: float, done: float) -> float:
    """A value on half a cosine from one to the other."""
    return end + (start - end) / 2.0 * (math.cos(math.pi * min(done, 1.0)) + 1.0)
