"""What is told of a run in one line: its stage, how it ended, and what of it is saved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.train.events import Saved
from core.train.stage import Stage


def stage_at(stages: Sequence[Stage], epoch: float) -> str:
    """Which stage a fractional epoch lies in, to begin a line with; empty without stages."""
    done = 0
    for number, stage in enumerate(stages, 1):
        done += stage.epochs
        if epoch < done or number == len(stages):
            name = f" ({stage.name})" if stage.name else ""
            return f"stage {number} of {len(stages)}{name}, "
    return ""


def how_it_ended(status: str, epochs: int, test: Mapping[str, float | None]) -> str:
    """One line on a run that is over: after which epoch, and two of its test figures."""
    ended = {
        "epochs": "Done",
        "early_stopping": "Stopped early",
        "interrupted": "Stopped",
        "diverged": "Diverged",
    }
    text = f"{ended.get(status, 'Ended')} after epoch {epochs}"
    # Of several losses the total tells more than each.
    ordered = sorted(test.items(), key=lambda figure: figure[0].endswith(".loss"))
    known = [
        f"{name} {value:.3g}"
        for name, value in ordered
        if value is not None and math.isfinite(value) and status != "diverged"
    ]
    return f"{text}. Test: {', '.join(known[:2])}" if known else text


def how_far(saved: Saved | None) -> str:
    """One line on what a run that was broken off has saved; empty for nothing."""
    if saved is None:
        return ""
    return f"Everything up to step {saved.step:,} (epoch {saved.epoch:.1f}) is saved."
