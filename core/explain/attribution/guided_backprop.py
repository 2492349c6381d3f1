"""The gradient, kept to what raises the score on every way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.explain.attribution.graph import leading_to
from core.explain.attribution.method import NORM, Method
from core.explain.attribution.points import reduced

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


@dataclass(frozen=True)
class GuidedBackprop(Method):
    """The gradient where each ReLU passes back only what is positive, and where it is active.

    What lowers the score on the way is cut off, which gives sharp pictures. They depend little on
    what was learned (Adebayo et al., 2018), so compare them with randomised weights.
    """

    kind = "guided_backprop"
    label = "Guided backpropagation"
    source = "Springenberg et al., Striving for simplicity: the all convolutional net, 2015"
    over_features = NORM

    def attribute(self, subject: Subject) -> np.ndarray:
        from core.explain.attribution.compute.guided import RECTIFIERS, guided_slopes

        steps = leading_to(subject.plan, subject.scored)
        if not any(step.forward.function in RECTIFIERS for step in steps):
            raise InputError(
                f"{self.label} changes what a ReLU passes back, and no Activation with relu leads "
                "to the prediction",
                "Use gradient, which it would be the same as, or another method.",
            )
        slopes = guided_slopes(subject, subject.points(subject.sample[None]))
        return reduced(subject, [slope[0] for slope in slopes], self.over_features)
