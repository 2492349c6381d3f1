"""The gradient of a score with respect to the sample, as it is and times the sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.method import NORM, Method
from core.explain.attribution.points import reduced

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


@dataclass(frozen=True)
class Gradient(Method):
    """How fast the score changes with each value of the sample: dS / dx.

    Of a token it is the length of the gradient at its embedding.
    """

    kind = "gradient"
    label = "Gradient"
    source = "Simonyan et al., Deep inside convolutional networks, 2014"
    over_features = NORM

    def attribute(self, subject: Subject) -> np.ndarray:
        slopes = subject.slopes(subject.points(subject.sample[None]))
        return reduced(subject, [slope[0] for slope in slopes], self.over_features)


@dataclass(frozen=True)
class GradientXInput(Method):
    """What each value of the sample would add to the score if that were linear: x dS / dx."""

    kind = "gradient_x_input"
    label = "Gradient x input"
    source = "Shrikumar et al., Not just a black box, 2016"

    def attribute(self, subject: Subject) -> np.ndarray:
        points = subject.points(subject.sample[None])
        products = [p[0] * s[0] for p, s in zip(points, subject.slopes(points), strict=True)]
        return reduced(subject, products, self.over_features)
