"""LIME: a linear model that scores samples near the explained one as the network does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.map import VALUES
from core.explain.attribution.method import Method, seed_param
from core.explain.attribution.parts import MOST_SOLVED, Parts, size_param
from core.explain.attribution.replacing import (
    MOST_AVERAGED,
    batches,
    fill_param,
    fills_of,
    value_param,
)
from core.params import param

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject


@dataclass(frozen=True)
class Lime(Method):
    """The coefficients of a linear model fitted to the scores of samples near the explained one.

    Near an image or a text are those with some of its parts replaced; a coefficient is what the
    part adds, divided among its elements. Near a row of values are those that differ from it by
    normal noise of the deviation that each feature has over the training samples; a coefficient is
    what one deviation more adds. Rows of more than 1024 values are divided into parts like a text.
    Nearer samples count more, by an exponential kernel.
    """

    kind = "lime"
    label = "LIME"
    source = (
        "Ribeiro, Singh and Guestrin, Why should I trust you? Explaining the predictions of any "
        "classifier, KDD 2016, https://arxiv.org/abs/1602.04938"
    )

    samples: int = param(
        1000,
        label="Samples",
        help="How many samples near the explained one are scored.",
        minimum=16,
        maximum=2**20,
    )
    kernel_width: float = param(
        0.0,
        label="Kernel width",
        help="Samples at this distance count 0.61 of one that is the same. 0: 0.25 of the cosine "
        "distance for parts, 0.75 times the root of the number of features for values.",
        minimum=0.0,
    )
    ridge: float = param(
        1.0,
        label="Ridge",
        help="Adds this times the sum of squared coefficients to what is fitted.",
        minimum=0.0,
    )
    size: int = size_param()
    fill: str = fill_param()
    value: float = value_param()
    seed: int = seed_param("samples")

    def attribute(self, subject: Subject) -> np.ndarray:
        return self.explain(subject)[0]

    def explain(self, subject: Subject) -> tuple[np.ndarray, float | None]:
        """The coefficients, float64 ``[*extent]``, and the R² of the model; see ``Method``."""
        rng = np.random.default_rng(self.seed)
        if subject.kind == VALUES and subject.sample.size <= MOST_SOLVED:
            return self._of_values(subject, rng)
        return self._of_parts(subject, rng)

    def _of_parts(
        self, subject: Subject, rng: np.random.Generator
    ) -> tuple[np.ndarray, float | None]:
        parts = Parts.of(subject, self.size)
        kept = rng.random((self.samples, parts.count)) < 0.5
        kept[0] = True
        scores = parts.game(subject, fills_of(subject, self.fill, self.value))(kept)
        # Cosine distance between what is kept and all.
        distances = 1 - np.sqrt(kept.mean(axis=1))
        weights = nearness(distances, self.kernel_width or 0.25)
        found = weighted_ridge(kept, scores, weights, self.ridge)
        return parts.spread(found), r_squared(kept, scores, weights, found)

    def _of_values(
        self, subject: Subject, rng: np.random.Generator
    ) -> tuple[np.ndarray, float | None]:
        sample = subject.sample
        deviations = subject.background(MOST_AVERAGED).std(axis=0, dtype=np.float64).ravel()
        steps = rng.standard_normal((self.samples, sample.size))
        steps[0] = 0
        near = (sample.ravel() + steps * deviations).astype(sample.dtype)
        scores = np.concatenate(
            [
                np.asarray(subject.scores(near[b].reshape(-1, *sample.shape)), np.float64)
                for b in batches(self.samples, sample.size)
            ]
        )
        # Features that never vary were not moved, and get no coefficient.
        steps[:, deviations == 0] = 0
        distances = np.linalg.norm(steps, axis=1)
        weights = nearness(distances, self.kernel_width or 0.75 * np.sqrt(sample.size))
        found = weighted_ridge(steps, scores, weights, self.ridge)
        return found.reshape(sample.shape), r_squared(steps, scores, weights, found)


def nearness(distances: np.ndarray, width: float) -> np.ndarray:
    """Weights between 0 and 1: exp(-d^2 / (2 width^2)), as the authors' code has it."""
    return np.exp(-(distances**2) / (2 * width**2))


def weighted_ridge(
    features: np.ndarray, scores: np.ndarray, weights: np.ndarray, ridge: float
) -> np.ndarray:
    """Coefficients ``[F]`` float64 of the ridge regression of scores ``[N]`` on ``[N, F]``.

    The intercept is free of the penalty. Without one, the smallest solution is taken.
    """
    z = np.asarray(features, np.float64)
    share = weights / weights.sum()
    z, y = z - share @ z, scores - share @ scores
    gram = z.T @ (weights[:, None] * z) + ridge * np.eye(z.shape[1])
    return np.linalg.lstsq(gram, z.T @ (weights * y), rcond=None)[0]


def r_squared(
    features: np.ndarray, scores: np.ndarray, weights: np.ndarray, coefficients: np.ndarray
) -> float | None:
    """The share of the weighted variance of scores ``[N]`` that a linear model tells.

    Its intercept is the best one. None where the scores vary by no more than rounding.
    """
    share = weights / weights.sum()
    missed = scores - np.asarray(features, np.float64) @ coefficients
    missed, varied = missed - share @ missed, scores - share @ scores
    total = float(share @ varied**2)
    least = np.finfo(np.float32).eps ** 2 * float(share @ np.asarray(scores) ** 2)
    return 1 - float(share @ missed**2) / total if total > least else None
