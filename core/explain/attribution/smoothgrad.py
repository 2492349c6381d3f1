"""The mean gradient over noisy copies of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.method import NORM, Method, seed_param
from core.explain.attribution.points import reduced
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


@dataclass(frozen=True)
class SmoothGrad(Method):
    """The mean of the gradient over copies of the sample with Gaussian noise.

    Fluctuations of the gradient from pixel to pixel average out. Of token ids the noise is added to
    their embeddings.
    """

    kind = "smoothgrad"
    label = "SmoothGrad"
    source = "Smilkov et al., SmoothGrad: removing noise by adding noise, 2017"
    over_features = NORM

    samples: int = param(
        50, label="Samples", help="Noisy copies that are averaged.", minimum=1, maximum=10000
    )
    noise: float = param(
        0.15,
        label="Noise",
        help="Standard deviation of the noise, as a share of the sample's largest value less its "
        "smallest.",
        minimum=0.0,
        maximum=10.0,
    )
    seed: int = seed_param()

    def attribute(self, subject: Subject) -> np.ndarray:
        generator = np.random.default_rng(self.seed)
        copies = []
        for point in subject.points(subject.sample[None]):
            width = self.noise * float(np.ptp(point))
            noise = generator.standard_normal((self.samples, *point.shape[1:]), np.float32)
            copies.append(point + width * noise)
        slopes = [slope.mean(axis=0, dtype=np.float64) for slope in subject.slopes(copies)]
        return reduced(subject, slopes, self.over_features)
