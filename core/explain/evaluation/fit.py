"""Whether a network fits its training rows too closely, or not closely enough: a rule's hint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

GOOD, OVER, UNDER, UNKNOWN = "good", "overfitting", "underfitting", "unknown"
# What the rule below compares with; see ``RULE``.
GAP, SURE, HIGH = 0.05, 2.0, 0.5
RISEN, EARLY = 0.1, 0.8

RULE = (
    "The error is the share of wrong answers, or 1 - R2 of numbers. Overfitting: the error on "
    f"held-out rows exceeds that on training rows by more than {GAP:g} and by more than "
    f"{SURE:g} standard errors; or it exceeds it by less, but the validation loss had its minimum "
    f"in the first {EARLY:.0%} of the epochs and has risen by more than {RISEN:.0%} since. "
    f"Underfitting: the error on training rows is above {HIGH:g} times that of always giving the "
    "most frequent class (or the mean)."
)
REMEDIES = {
    OVER: (
        "Get more rows, or augment those there are",
        "Regularise: Dropout, weight decay, label smoothing",
        "Stop early, at the best validation loss",
        "Make the network smaller",
    ),
    UNDER: (
        "Train longer, or find a better learning rate",
        "Make the network wider or deeper",
        "Regularise less",
        "Give it inputs that tell more",
    ),
    GOOD: (),
    UNKNOWN: (),
}


@dataclass(frozen=True)
class Errors:
    """An error over some rows; ``deviation`` is its standard error, 0 where it is not known."""

    error: float
    rows: int
    deviation: float = 0.0


@dataclass(frozen=True)
class FitHint:
    """What the rule says, with the figures that it looked at in words."""

    kind: str
    reason: str

    @property
    def remedies(self) -> tuple[str, ...]:
        """What can be done about it."""
        return REMEDIES[self.kind]


def fit_hint(
    train: Errors | None,
    held: Errors | None,
    baseline: float,
    validation_loss: Sequence[float] = (),
) -> FitHint:
    """Apply ``RULE``. ``baseline`` is the error of the constant answer; the losses are by epoch."""
    if train is None or not np.isfinite(train.error):
        return FitHint(UNKNOWN, "There is no error on training rows to judge by.")
    told = f"error {train.error:.3g} on training rows"
    worse = True
    if held is not None and held.rows and np.isfinite(held.error):
        gap = held.error - train.error
        worse = gap > 0
        told += f", {held.error:.3g} on held-out rows"
        if gap > GAP and gap > SURE * held.deviation:
            return FitHint(OVER, f"{told}: {gap:.3g} more.")
    if worse and (risen := _risen(validation_loss)) is not None:
        best, share = risen
        return FitHint(
            OVER, f"{told}; the validation loss was best after epoch {best}, {share:.0%} lower."
        )
    if baseline > 0 and train.error > HIGH * baseline:
        return FitHint(UNDER, f"{told}; the constant answer has {baseline:.3g}.")
    return FitHint(GOOD, f"{told}: neither over- nor underfitting.")


def _risen(losses: Sequence[float]) -> tuple[int, float] | None:
    """The epoch (from 1) of the least loss, and how far the last is above it, if that is much."""
    known = np.asarray(losses, np.float64)
    if len(known) < 5 or not np.isfinite(known).all():
        return None
    best = int(known.argmin())
    share = (known[-1] - known[best]) / max(abs(known[best]), 1e-12)
    return (best + 1, float(share)) if best + 1 <= EARLY * len(known) and share > RISEN else None
