"""SHAP: each part's fair share in the difference between a score and what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.method import Method, seed_param
from core.explain.attribution.parts import Parts, size_param
from core.explain.attribution.shapley import exact, kernel
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


@dataclass(frozen=True)
class Shap(Method):
    """Shapley values: what a part adds to the score, averaged over all orders of adding the parts.

    Parts that are not there yet are replaced by what training samples have there, and scores are
    averaged over these. So the values add up to the score less the mean score of those samples.
    They are exact where all coalitions of parts are within the number asked for, else they are
    estimated by Kernel SHAP. A part's value is divided among its elements.
    """

    kind = "shap"
    label = "SHAP"
    source = (
        "Lundberg and Lee, A unified approach to interpreting model predictions, NeurIPS 2017, "
        "https://arxiv.org/abs/1705.07874"
    )
    completeness = True

    coalitions: int = param(
        1024,
        label="Coalitions",
        help="How many sets of parts the score is computed for, each with every background sample. "
        "1024 are all sets of 10 parts.",
        minimum=16,
        maximum=2**20,
    )
    background: int = param(
        8,
        label="Background",
        help="How many training samples stand in for parts that are taken away.",
        minimum=1,
        maximum=1024,
    )
    size: int = size_param()
    seed: int = seed_param("coalitions")

    def attribute(self, subject: Subject) -> np.ndarray:
        """The values, float64 ``[*extent]``; see ``Method``."""
        parts = Parts.of(subject, self.size)
        game = parts.game(subject, subject.background(self.background))
        if 2**parts.count <= self.coalitions:
            return parts.spread(exact(game, parts.count))
        return parts.spread(kernel(game, parts.count, self.coalitions, self.seed))

    def reference(self, subject: Subject) -> float:
        """The mean score of the background samples."""
        return float(subject.scores(subject.background(self.background)).mean(dtype=np.float64))
