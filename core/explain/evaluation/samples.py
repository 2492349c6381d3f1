"""Single rows of the data as people look at them: a picture, a text, or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

_MOST_WORDS, _MOST_NUMBERS = 60, 8


@dataclass(frozen=True, eq=False)
class Sample:
    """One row's first input, as its source has it: a ``picture`` ``[H, W, C]``, else a ``text``."""

    row: int
    picture: np.ndarray | None
    text: str


@dataclass(frozen=True)
class ShowRows(Ask):
    """What is in these rows of the data set, each counted from 0."""

    rows: tuple[int, ...]

    def answer(self, job: Job, state: State, step: int) -> tuple[Sample, ...]:
        """The samples in their order."""
        return tuple(sample_of(job, row) for row in self.rows)


def sample_of(job: Job, row: int) -> Sample:
    """Read one row."""
    plan = job.program.plan
    column = job.prepared.dataset.columns[plan.feeds[plan.inputs[0]]]
    values = np.asarray(column.values[row])
    if values.ndim == 3:
        return Sample(row, values, "")
    if np.issubdtype(values.dtype, np.integer):
        ids = values.ravel()[:_MOST_WORDS].tolist()
        words = [column.classes[i] if i < len(column.classes) else str(i) for i in ids]
        text = ("" if all(len(word) == 1 for word in words) else " ").join(words)
    else:
        text = ", ".join(f"{value:.4g}" for value in values.ravel()[:_MOST_NUMBERS])
    shown = _MOST_WORDS if np.issubdtype(values.dtype, np.integer) else _MOST_NUMBERS
    return Sample(row, None, text + (" …" if values.size > shown else ""))
