"""The schedule that waits for the loss to stop falling, and the state that it keeps."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.params import param
from core.train.schedules.decay import Constant
from core.train.schedules.schedule import factor, warmup


@dataclass(frozen=True)
class Plateau(Constant):
    """The rate is multiplied by a factor when the validation loss has stopped falling.

    As the built schedule it is constant; the training loop asks ``PlateauState`` after each epoch
    and multiplies the rate by its scale.
    """

    kind = "Plateau"
    label = "Reduce on plateau"

    factor: float = factor(0.1, "What the rate is multiplied by when the loss has not fallen.")
    patience: int = param(
        5, label="Patience", help="Epochs without a better loss that are borne.", minimum=0
    )
    minimum_change: float = param(
        1e-4,
        label="Minimum change",
        help="How much smaller a loss must be to count as better.",
        minimum=0.0,
    )
    cooldown: int = param(
        0,
        label="Cooldown",
        help="Epochs after a reduction in which none is counted.",
        minimum=0,
        advanced=True,
    )
    lowest_share: float = param(
        0.0,
        label="Lowest share",
        help="The rate does not fall below this share of the learning rate.",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    warmup_epochs: float = warmup()

    def begin(self, saved: Mapping[str, float] | None = None) -> PlateauState:
        """The state before the first epoch, or the one that ``PlateauState.saved`` gave."""
        if saved is None:
            return PlateauState(self)
        return PlateauState(
            self,
            scale=float(saved["scale"]),
            best=math.inf if saved["best"] is None else float(saved["best"]),
            waited=int(saved["waited"]),
            cooling=int(saved["cooling"]),
        )


@dataclass(frozen=True)
class PlateauState:
    """What is known after some epochs; ``scale`` is what the learning rate is multiplied by.

    ``best`` is the lowest loss, ``waited`` the epochs since then and ``cooling`` the epochs that
    are not counted yet.
    """

    rule: Plateau
    scale: float = 1.0
    best: float = math.inf
    waited: int = 0
    cooling: int = 0

    def after(self, loss: float) -> PlateauState:
        """The state after one more epoch; a loss that is not a number is never better."""
        rule = self.rule
        better = loss < self.best - rule.minimum_change
        best = loss if better else self.best
        waited = 0 if better else self.waited + 1
        cooling = self.cooling
        if cooling:
            cooling, waited = cooling - 1, 0
        if waited <= rule.patience:
            return replace(self, best=best, waited=waited, cooling=cooling)
        scale = max(self.scale * rule.factor, rule.lowest_share)
        return PlateauState(rule, scale, best, 0, rule.cooldown)

    def saved(self) -> dict[str, float | None]:
        """What ``Plateau.begin`` needs to go on from here; JSON has no infinity."""
        best = self.best if math.isfinite(self.best) else None
        return {
            "scale": self.scale,
            "best": best,
            "waited": self.waited,
            "cooling": self.cooling,
        }
