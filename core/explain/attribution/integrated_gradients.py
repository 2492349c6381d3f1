"""The gradient added up along the way from a baseline to the sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.map import TOKENS
from core.explain.attribution.method import Method
from core.explain.attribution.points import BASELINES, MEAN, ZEROS, Points, baseline, reduced
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

GAUSS_LEGENDRE, TRAPEZOID = "gauss_legendre", "trapezoid"
AUTO = "auto"
# The steps become 2 to this power as many at most.
MOST_DOUBLED = 4
# Steps at most of maps that are compared by their ranks.
QUICK_STEPS = 32


@dataclass(frozen=True)
class IntegratedGradients(Method):
    """What each value adds to the score on the straight way from a baseline to the sample.

    (x - b) times the integral of dS / dx at b + a (x - b) over a from 0 to 1. The values add up to
    S(x) - S(b), up to the error of the integration.
    """

    kind = "integrated_gradients"
    label = "Integrated gradients"
    source = "Sundararajan et al., Axiomatic attribution for deep networks, 2017"
    completeness = True

    baseline: str = param(
        AUTO,
        label="Baseline",
        help="Where the way begins: at zeros, at the mean of the training samples, or at the "
        "image blurred. Auto: at zeros, of token ids at the mean embedding, since normalization "
        "layers make the score jump where an embedding is zero.",
        choices=(AUTO, *BASELINES),
    )
    steps: int = param(64, label="Steps", help="Points on the way.", minimum=2, maximum=10000)
    tolerance: float = param(
        0.01,
        label="Tolerance",
        help="While the completeness error is larger, the steps are doubled, up to 16 times as "
        "many; 0: never.",
        minimum=0.0,
        maximum=1.0,
        advanced=True,
    )
    rule: str = param(
        GAUSS_LEGENDRE,
        label="Rule",
        help="How the points are spaced and weighted: Gauss-Legendre is exact for slopes that are "
        "polynomials of a degree below twice the steps, the trapezoid rule takes even steps.",
        choices=(GAUSS_LEGENDRE, TRAPEZOID),
        advanced=True,
    )

    def attribute(self, subject: Subject) -> np.ndarray:
        if not subject.places:
            return reduced(subject, (), self.over_features)
        starts, ends = self._start(subject), subject.points(subject.sample[None])
        wanted = subject.score - self.reference(subject) if self.tolerance else 0.0
        for doubled in range(MOST_DOUBLED + 1):
            products = self._integrated(subject, starts, ends, self.steps << doubled)
            missed = abs(sum(float(part.sum()) for part in products) - wanted)
            if not self.tolerance or missed <= self.tolerance * abs(wanted):
                break
        return reduced(subject, products, self.over_features)

    def quick(self) -> IntegratedGradients:
        """Of drawn weights f(x) is often near to f(baseline), so that doubling would not end."""
        return replace(self, tolerance=0.0, steps=min(self.steps, QUICK_STEPS))

    def reference(self, subject: Subject) -> float:
        points = self._start(subject)
        return float(subject.scores_at(points)[0]) if points else subject.score

    def _start(self, subject: Subject) -> tuple[np.ndarray, ...]:
        found = MEAN if subject.kind == TOKENS else ZEROS
        return baseline(subject, found if self.baseline == AUTO else self.baseline)

    def _integrated(
        self, subject: Subject, starts: Points, ends: Points, steps: int
    ) -> list[np.ndarray]:
        """The way times the mean slope on it, float64, one array a place without a batch."""
        shares, weights = nodes(self.rule, steps)
        ways = [
            start + np.multiply.outer(shares, end[0] - start[0]).astype(np.float32)
            for start, end in zip(starts, ends, strict=True)
        ]
        return [
            (end[0] - start[0]) * np.tensordot(weights, slope.astype(np.float64), 1)
            for start, end, slope in zip(starts, ends, subject.slopes(ways), strict=True)
        ]


def nodes(rule: str, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Shares of a way ``[steps]`` in 0 to 1, and their weights, which add up to 1."""
    if rule == TRAPEZOID:
        weights = np.full(steps, 1 / (steps - 1))
        weights[[0, -1]] /= 2
        return np.linspace(0, 1, steps), weights
    places, weights = np.polynomial.legendre.leggauss(steps)
    return (places + 1) / 2, weights / 2
