"""Which samples can be looked at, what each is in truth, and how well it is predicted. No JAX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.explain.samples import tensor_of
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

# Of more samples it is not worked out how well they are predicted, which takes time.
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
    """The ``count`` samples that may be looked at, by their numbers in the order of the probe.

    ``truth`` int32 ``[N]`` is the class of each, of a sequence that of its last step; -1 where
    nobody knows it, and empty where nothing is classified. ``losses`` float32 ``[M]`` are what the
    shown loss says of the first ones, NaN of those without a target; empty where it says nothing of
    single samples. ``features`` are those of the Input nodes by id.
    """

    count: int
    truth: np.ndarray
    losses: np.ndarray
    classes: tuple[str, ...]
    features: Mapping[str, Features]

    def by_class(self) -> list[tuple[str, list[int]]]:
        """The samples of each class, by the classes' names."""
        order = np.argsort(self.truth, kind="stable")
        ends = np.searchsorted(self.truth[order], np.arange(len(self.classes) + 1))
        pairs = zip(self.classes, ends, ends[1:], strict=False)
        return [(name, order[start:end].tolist()) for name, start, end in pairs]

    def worst_first(self) -> list[int]:
        """The samples with a known loss, the greatest first."""
        known = np.flatnonzero(np.isfinite(self.losses))
        found: list[int] = known[np.argsort(-self.losses[known], kind="stable")].tolist()
        return found


@dataclass(frozen=True)
class Samples(Ask):
    """Which samples may be looked at; the losses are those of the first ``most``."""

    in_pieces = True

    most: int = MOST

    def answer(self, job: Job, state: State, step: int) -> ProbeSamples:
        """See ``Ask``."""
        rows = np.asarray(job.probe_rows(), np.int32)
        plan, prepared = job.program.plan, job.prepared
        truth, classes = _truth(job, rows)
        losses = job.program.sample_losses(state, rows[: self.most])
        features = {}
        for node in plan.inputs:
            name = plan.feeds[node]
            none = (np.zeros(()), np.ones(()))
            scales = prepared.scales.get(name, none)
            known = prepared.dataset.columns[name]
            features[node] = Features(known.features, *scales, known.classes)
        said = losses if np.isfinite(losses).any() else losses[:0]
        return ProbeSamples(len(rows), truth, said, classes, features)


def _truth(job: Job, rows: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """The class of each row, int32 ``[N]``, and the classes' names; empty where there are none."""
    loss = job.program.plan.shown
    column = job.program.plan.feeds.get(loss.target_node or "")
    if column is None:
        return np.zeros(0, np.int32), ()
    data = job.prepared.columns[column]
    ranks = len(data.shape), tensor_of(job, loss.prediction).rank
    if not np.issubdtype(data.dtype, np.integer) or ranks not in ((1, 1), (1, 2), (2, 3)):
        return np.zeros(0, np.int32), ()
    target = np.asarray(data[rows], np.int32)
    truth = target[:, -1] if target.ndim == 2 else target
    return truth, job.prepared.dataset.columns[column].classes


def labels_of(features: Features | None, sample: np.ndarray) -> Sequence[str]:
    """The labels of a row; those of no row are empty."""
    return features.labels(sample) if features is not None and sample.ndim == 1 else ()
