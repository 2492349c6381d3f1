"""One probe sample, small enough for a card beside a plot. No JAX."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

# The most places of an axis that a small picture shows.
_LONGEST = 64


@dataclass(frozen=True, eq=False)
class Sample:
    """``values`` of the first Input, without the batch; ``text`` spells tokens."""

    number: int
    values: np.ndarray
    text: str


@dataclass(frozen=True)
class AskSample(Ask):
    """What a probe sample looks like; ``number`` counts in the probe rows and wraps around."""

    number: int

    def answer(self, job: Job, state: State, step: int) -> Sample:
        """The sample, thinned out where it is large."""
        rows = job.probe_rows()
        name = job.program.plan.feeds[job.program.plan.inputs[0]]
        values = np.asarray(job.prepared.columns[name][int(rows[self.number % len(rows)])])
        classes = job.prepared.dataset.columns[name].classes
        if np.issubdtype(values.dtype, np.integer):
            known = [classes[i] if i < len(classes) else str(i) for i in np.ravel(values)]
            between = "" if all(len(token) == 1 for token in known) else " "
            return Sample(self.number, values, between.join(known))
        for axis in range(min(values.ndim, 2) if values.ndim > 1 else 0):
            stride = -(-values.shape[axis] // _LONGEST)
            values = np.take(values, np.arange(0, values.shape[axis], stride), axis=axis)
        return Sample(self.number, values, "")
