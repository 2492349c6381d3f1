"""The gradient added up along the way from a baseline to the sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.method import Method
from core.explain.attribution.points import BASELINES, ZEROS, baseline, reduced
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject

GAUSS_LEGENDRE, TRAPEZOID = "gauss_legendre", "trapezoid"


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
        ZEROS,
        label="Baseline",
        help="Where the way begins: at zeros, at the mean of the training samples, or at the "
        "image blurred. Of token ids it is an embedding.",
        choices=BASELINES,
    )
    steps: int = param(64, label="Steps", help="Points on the way.", minimum=2, maximum=10000)
    rule: str = param(
        GAUSS_LEGENDRE,
        label="Rule",
        help="How the points are spaced and weighted: Gauss-Legendre is exact for slopes that are "
        "polynomials of a degree below twice the steps, the trapezoid rule takes even steps.",
        choices=(GAUSS_LEGENDRE, TRAPEZOID),
        advanced=True,
    )

    def attribute(self, subject: Subject) -> np.ndarray:
        ends = subject.points(subject.sample[None])
        starts = baseline(subject, self.baseline)
        shares, weights = self.nodes()
        ways = [
            start + np.multiply.outer(shares, end[0] - start[0]).astype(np.float32)
            for start, end in zip(starts, ends, strict=True)
        ]
        products = [
            (end[0] - start[0]) * np.tensordot(weights, slope.astype(np.float64), 1)
            for start, end, slope in zip(starts, ends, subject.slopes(ways), strict=True)
        ]
        return reduced(subject, products, self.over_features)

    def reference(self, subject: Subject) -> float:
        points = baseline(subject, self.baseline)
        return float(subject.scores_at(points)[0]) if points else subject.score

    def nodes(self) -> tuple[np.ndarray, np.ndarray]:
        """Shares of the way ``[steps]`` in 0 to 1, and their weights, which add up to 1."""
        if self.rule == TRAPEZOID:
            weights = np.full(self.steps, 1 / (self.steps - 1))
            weights[[0, -1]] /= 2
            return np.linspace(0, 1, self.steps), weights
        places, weights = np.polynomial.legendre.leggauss(self.steps)
        return (places + 1) / 2, weights / 2
