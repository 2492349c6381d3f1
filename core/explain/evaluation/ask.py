"""The window's question for an evaluation report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.explain.evaluation.report import EvaluationReport
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State


@dataclass(frozen=True)
class Report(Ask):
    """How the network does on a split, or on ``most`` of its rows if it has more.

    ``slice_column`` is what the rows are grouped by besides their class, empty for nothing.
    """

    in_pieces = True

    split: str = "test"
    slice_column: str = ""
    robustness: bool = False
    most: int = 4000

    def answer(self, job: Job, state: State, step: int) -> EvaluationReport:
        """Measure it. Raises InputError for an empty split and an unknown column."""
        from core.explain.evaluation.measure import evaluation_report

        return evaluation_report(
            job,
            state,
            self.split,
            slice_column=self.slice_column,
            robustness=self.robustness,
            most=self.most,
        )
