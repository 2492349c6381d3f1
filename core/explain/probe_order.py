"""Which samples of the probe belong to which class, and which are predicted worst. No JAX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

# More samples are not looked through one by one, and predicting them takes time.
MOST = 2000


@dataclass(frozen=True, eq=False)
class ProbeOrder:
    """Of the first ``len(labels)`` or ``len(losses)`` samples of the probe, by their numbers.

    ``labels`` int32 ``[N]`` are the classes, empty where nothing is classified; ``losses`` float32
    ``[N]`` what the shown loss says of each sample, empty where it says nothing of one alone.
    """

    classes: tuple[str, ...]
    labels: np.ndarray
    losses: np.ndarray

    def of_class(self, number: int) -> list[int]:
        """The samples of a class."""
        return [int(i) for i in np.flatnonzero(self.labels == number)]

    def worst_first(self) -> list[int]:
        """The samples whose loss is known, the greatest first."""
        known = np.flatnonzero(np.isfinite(self.losses))
        return [int(i) for i in known[np.argsort(-self.losses[known], kind="stable")]]


@dataclass(frozen=True)
class OrderOfProbe(Ask):
    """How the samples of the probe may be gone through."""

    def answer(self, job: Job, state: State, step: int) -> ProbeOrder:
        """See ``Ask``."""
        from core.explain.sample_losses import sample_losses

        rows = np.asarray(job.probe_rows()[:MOST], np.int32)
        plan = job.program.plan
        column = plan.feeds.get(plan.shown.target_node or "")
        classes: tuple[str, ...] = ()
        labels = np.zeros(0, np.int32)
        if column is not None:
            target = job.prepared.columns[column][rows]
            known = job.prepared.dataset.columns[column].classes
            if known and target.ndim == 1:
                classes, labels = known, np.asarray(target, np.int32)
        return ProbeOrder(classes, labels, sample_losses(job, state, rows))
