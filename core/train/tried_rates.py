"""A curve of the loss over rising learning rates, and the rates to read from it. No JAX."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FIRST_RATE, LAST_RATE = 1e-7, 10.0
# The deviation, in points, of the bell curve that the losses are smoothed with.
WIDTH = 2.5


@dataclass(frozen=True)
class TriedRates:
    """Rates that were tried, and the loss of the batch of each before its step.

    ``smoothed`` is the loss averaged over neighbouring rates. ``steepest`` is the rate at which
    that falls fastest, ``tenth`` a tenth of the one at which it is least; the first is what is
    suggested.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    smoothed: tuple[float, ...]
    steepest: float
    tenth: float

    @property
    def suggestion(self) -> float:
        """The rate to use, with two digits."""
        return float(f"{self.steepest:.2g}")


def tried_rates(rates: np.ndarray, losses: np.ndarray) -> TriedRates:
    """Smooth a curve of at least 3 points and read the suggestions from it, ``[N]`` float64."""
    smoothed = _smoothed(losses)
    slope = np.gradient(smoothed, np.log(rates))
    lowest = int(smoothed.argmin())
    # Behind the minimum it may fall again, but on the way from an explosion.
    steepest = int(slope[: lowest + 1].argmin())
    return TriedRates(
        rates=tuple(map(float, rates)),
        losses=tuple(map(float, losses)),
        smoothed=tuple(map(float, smoothed)),
        steepest=float(rates[steepest]),
        tenth=float(rates[lowest]) / 10,
    )


def _smoothed(values: np.ndarray) -> np.ndarray:
    """The values averaged with their neighbours; unlike a running average, nothing is shifted."""
    places = np.arange(len(values))
    weights = np.exp(-0.5 * ((places[:, None] - places) / WIDTH) ** 2)
    averaged: np.ndarray = weights @ values / weights.sum(axis=1)
    return averaged
