"""What a class or a unit would like to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.explain.attribution.map import TOKENS
from core.explain.attribution.method import Method, seed_param
from core.explain.attribution.points import MEAN_OF
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


@dataclass(frozen=True)
class ActivationMaximisation(Method):
    """A made-up sample with a high score of a class or, of a layer, of one of its units.

    Climbs the gradient from the mean of the training samples, with steps of one length. Decay
    towards that mean (L2), moving the image about by a few pixels (jitter), and smoothing it now
    and then keep it from filling with noise. No value leaves the range of the training samples.
    """

    kind = "activation_maximisation"
    label = "Activation maximisation"
    source = "Simonyan et al., 2014; Yosinski et al., Understanding neural networks, 2015"
    at_layer = True
    makes_sample = True

    steps: int = param(200, label="Steps", help="Steps up the gradient.", minimum=1, maximum=10000)
    step_size: float = param(
        0.02,
        label="Step size",
        help="Root mean square of a step, as a share of the range of the training samples.",
        minimum=1e-6,
        maximum=1.0,
    )
    l2: float = param(
        0.01,
        label="L2",
        help="Share of the distance from the mean sample that is lost in each step.",
        minimum=0.0,
        maximum=1.0,
    )
    jitter: int = param(
        1,
        label="Jitter",
        help="Pixels by which an image is moved at most, at random, in each step.",
        minimum=0,
        maximum=64,
    )
    blur: float = param(
        0.5,
        label="Blur",
        help="Standard deviation, in pixels, of the smoothing of an image; 0: none.",
        minimum=0.0,
        maximum=10.0,
    )
    blur_every: int = param(
        4, label="Blur every", help="Steps between two smoothings.", minimum=1, advanced=True
    )
    seed: int = seed_param()

    def attribute(self, subject: Subject) -> np.ndarray:
        from core.explain.attribution.compute.climbing import climbed

        if subject.kind == TOKENS:
            raise InputError(
                f"{self.label} changes a sample little by little, which token ids cannot be",
                "Use it for designs that read images or other float32 values.",
            )
        if not subject.places:
            return np.zeros(subject.sample.shape, np.float32)
        return climbed(subject, self, subject.background(MEAN_OF))
