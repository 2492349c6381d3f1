"""Which samples can be explained, what each is in truth, and how well it is predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import NO_LABEL
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

# More samples are not looked through by hand, and predicting them takes time.
MOST = 2000


@dataclass(frozen=True, eq=False)
class Features:
    """The names of an input's features, where they have any, and what they were scaled by.

    ``raw = value * deviation + mean``; both are float64, one per feature or one for all. ``tokens``
    are those that the ids of an input of tokens stand for.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    deviation: np.ndarray
    tokens: tuple[str, ...] = ()

    def labels(self, sample: np.ndarray) -> list[str]:
        """Each feature of a row ``[F]`` as it is fed, with its value in the units of the data."""
        names = self.names if len(self.names) == len(sample) else ()
        raw = sample * self.deviation + self.mean
        called = names or [f"feature {i}" for i in range(len(sample))]
        return [f"{name} = {value:.4g}" for name, value in zip(called, raw, strict=True)]


@dataclass(frozen=True, eq=False)
class ProbeSamples:
    """The samples that may be looked at, in their order; ``rows`` int32 ``[N]`` are of the data.

    ``total`` is how many there would be without a limit. ``truth`` int32 ``[N]`` is the class of
    each, -1 where nobody knows it, and empty where nothing is classified. ``losses`` float32
    ``[N]`` are large where the prediction is far off: the cross-entropy of the true class, or the
    squared error; empty where there is no truth. ``features`` are those of the Input nodes by id.
    """

    rows: np.ndarray
    total: int
    truth: np.ndarray
    losses: np.ndarray
    classes: tuple[str, ...]
    features: Mapping[str, Features]

    def of_class(self, index: int) -> list[int]:
        """The places of a class's samples."""
        return [int(i) for i in np.flatnonzero(self.truth == index)]

    def worst_first(self) -> list[int]:
        """The places of all samples with a known loss, the worst predicted first."""
        known = np.flatnonzero(np.isfinite(self.losses))
        return [int(i) for i in known[np.argsort(-self.losses[known], kind="stable")]]


@dataclass(frozen=True)
class Samples(Ask):
    """The first ``MOST`` of the samples that may be looked at."""

    def answer(self, job: Job, state: State, step: int) -> ProbeSamples:
        """See ``Ask``."""
        all_rows = job.probe_rows()
        rows = np.asarray(all_rows[:MOST], np.int32)
        plan, prepared = job.program.plan, job.prepared
        column = plan.feeds.get(plan.shown.target_node or "")
        truth, losses = np.zeros(0, np.int32), np.zeros(0, np.float32)
        classes: tuple[str, ...] = ()
        if column is not None and len(rows):
            target = np.asarray(prepared.columns[column][rows])
            scores = job.program.predict(state, rows)
            truth, losses = judge(scores, target)
            classes = prepared.dataset.columns[column].classes if truth.size else ()
        features = {}
        for node in plan.inputs:
            name = plan.feeds[node]
            none = (np.zeros(()), np.ones(()))
            scales = prepared.scales.get(name, none)
            known = prepared.dataset.columns[name]
            features[node] = Features(known.features, *scales, known.classes)
        return ProbeSamples(rows, len(all_rows), truth, losses, classes, features)


def judge(scores: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The class of each sample, and how far the scores ``[N, ...]`` are off the target.

    Of sequences the last step counts. See ``ProbeSamples``; both are empty where the target fits
    the scores in no such way.
    """
    nothing = np.zeros(0, np.int32), np.zeros(0, np.float32)
    if np.issubdtype(target.dtype, np.integer):
        if target.ndim == 2 and scores.ndim == 3:
            target, scores = target[:, -1], scores[:, -1]
        if target.ndim != 1 or scores.ndim != 2:
            return nothing
        losses = _cross_entropy(scores.astype(np.float64), target)
        return target.astype(np.int32), losses.astype(np.float32)
    if target.shape != scores.shape:
        return nothing
    error = (scores.astype(np.float64) - target).reshape(len(target), -1)
    return nothing[0], (error**2).sum(axis=1).astype(np.float32)


def _cross_entropy(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """That of softmax, or of one logit of two classes; NaN without a label. Float64 ``[N]``."""
    if scores.shape[1] == 1:
        scores = np.concatenate([np.zeros_like(scores), scores], axis=1)
    top = scores.max(axis=1)
    total = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    known = (truth != NO_LABEL) & (truth < scores.shape[1])
    at = np.where(known, truth, 0)
    return np.where(known, total - scores[np.arange(len(scores)), at], np.nan)


def labels_of(features: Features | None, sample: np.ndarray) -> Sequence[str]:
    """The labels of a row; those of no row are empty."""
    return features.labels(sample) if features is not None and sample.ndim == 1 else ()
