"""How a network does on each group of rows, and how far the groups are treated alike.

Source of the differences: Hardt, Price and Srebro, Equality of opportunity in supervised learning,
2016.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Slice:
    """One group: its rows and how it did.

    ``score`` is the accuracy, or the mean absolute error of numbers; ``loss`` the mean loss.
    """

    name: str
    size: int
    score: float
    loss: float


@dataclass(frozen=True)
class Fairness:
    """How far apart the groups are for one class as the wanted outcome.

    ``demographic_parity`` is the largest less the smallest share of a group's rows that are given
    the class; ``equal_opportunity`` the same of the rows that have it. NaN with fewer than two
    groups (that have such rows).
    """

    outcome: str
    demographic_parity: float
    equal_opportunity: float


@dataclass(frozen=True)
class Slices:
    """The groups by one column; ``fairness`` is empty where nothing is classified."""

    column: str
    slices: tuple[Slice, ...]
    fairness: tuple[Fairness, ...] = ()


def slices(
    column: str,
    names: tuple[str, ...],
    group: np.ndarray,
    scores: np.ndarray,
    losses: np.ndarray,
) -> Slices:
    """Means of ``scores`` and ``losses`` ``[N]`` over the rows of each group ``[N]``."""
    found = []
    for number, name in enumerate(names):
        inside = group == number
        if inside.any():
            means = (float(values[inside].mean()) for values in (scores, losses))
            found.append(Slice(name, int(inside.sum()), *means))
    return Slices(column, tuple(found))


def fairness(
    outcomes: tuple[str, ...], group: np.ndarray, truth: np.ndarray, predicted: np.ndarray
) -> tuple[Fairness, ...]:
    """The differences for each outcome; of two classes the second is the wanted one."""
    chosen = (1,) if len(outcomes) == 2 else range(len(outcomes))
    return tuple(
        Fairness(
            outcomes[c],
            _spread(group, predicted == c),
            _spread(group[truth == c], predicted[truth == c] == c),
        )
        for c in chosen
    )


def _spread(group: np.ndarray, given: np.ndarray) -> float:
    shares = [float(given[group == g].mean()) for g in np.unique(group)]
    return max(shares) - min(shares) if len(shares) > 1 else float("nan")
