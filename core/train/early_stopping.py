"""Which epoch was the best, and when to stop waiting for a better one. No JAX."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from core.errors import InputError
from core.train.recipe import BEST, Recipe

# Figures that are better when smaller, beside those that are called losses and errors.
_SMALLER = frozenset(
    ("mae", "mse", "rmse", "mape", "perplexity", "bits_per_dimension", "divergence")
)
_ENDINGS = ("loss", "error")


@dataclass(frozen=True)
class Best:
    """The best epoch so far: its figure, None before there was one, and the steps done by then.

    ``waited`` epochs have passed since, none of them better.
    """

    value: float | None = None
    epoch: int = 0
    step: int = 0
    waited: int = 0

    @classmethod
    def read(cls, saved: Mapping[str, Any]) -> Self:
        """From what ``saved`` gave. Raises KeyError, TypeError or ValueError."""
        value = saved["value"]
        epoch, step, waited = (int(saved[name]) for name in ("epoch", "step", "waited"))
        return cls(None if value is None else float(value), epoch, step, waited)

    def saved(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True)
class EarlyStopping:
    """Compares epochs by the figure ``monitor``, and gives up after ``patience`` epochs in a row
    that were not better by more than ``minimum_change``; 0 never gives up.

    In stages, counting begins anew with each, and only the last one ends early (Prechelt, 1998).
    """

    monitor: str
    patience: int
    minimum_change: float
    keeps_best: bool

    @classmethod
    def of(cls, recipe: Recipe) -> Self:
        """What a recipe asks for."""
        keeps_best = bool(recipe.patience) or recipe.keep == BEST
        return cls(recipe.monitor, recipe.patience, recipe.minimum_change, keeps_best)

    def check(self, known: Iterable[str]) -> None:
        """Raise InputError if the figure is none of the known ones and is needed."""
        names = list(known)
        if self.keeps_best and self.monitor not in names:
            raise InputError(
                f"the recipe monitors {self.monitor!r}, which is no figure of this design",
                f"Choose one of: {', '.join(names)}.",
            )

    def after(self, best: Best, figures: Mapping[str, float], epoch: int, step: int) -> Best:
        """What is known after one more epoch with these figures.

        A figure that is missing or not a number is never better.
        """
        value = figures.get(self.monitor, math.nan)
        if not self._is_better(value, best.value):
            return replace(best, waited=best.waited + 1)
        return Best(value, epoch, step)

    def is_over(self, best: Best) -> bool:
        """Whether the patience has run out."""
        return bool(self.patience) and best.waited >= self.patience

    def _is_better(self, value: float, best: float | None) -> bool:
        if math.isnan(value) or best is None:
            return not math.isnan(value)
        gain = best - value if smaller_is_better(self.monitor) else value - best
        return gain > self.minimum_change


def smaller_is_better(figure: str) -> bool:
    """Whether a figure, ``NAME`` or ``LOSS.NAME``, is a loss or an error."""
    name = figure.rpartition(".")[2]
    return name in _SMALLER or name.endswith(_ENDINGS)
