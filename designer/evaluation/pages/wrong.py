"""The page of the samples with the highest loss."""

from __future__ import annotations

from core.explain.evaluation.report import EvaluationReport, WrongSample
from designer.evaluation.pages.page import Page, fill, number, percent
from designer.evaluation.shared import NO_TARGET
from widgets.sample_table import SampleTable


class WrongPage(Page):
    """The samples with the highest loss."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[int, WrongSample] = {}
        self.samples = SampleTable("Wrongest samples")
        self.samples.wanted.connect(self._show)
        fill(self, self.samples)

    def lack(self, report: EvaluationReport) -> str:
        """Targets."""
        return "" if report.wrongest else NO_TARGET

    def show_report(self, report: EvaluationReport) -> None:
        """The wrongest first."""
        self._known = {wrong.sample.row: wrong for wrong in report.wrongest}
        cells = [
            (w.true, w.predicted, percent(w.confidence), number(w.loss)) for w in report.wrongest
        ]
        self.samples.set_samples(list(self._known), cells, "The samples with the highest loss")
        self.samples.table.setColumnHidden(3, all(sure == "-" for _, _, sure, _ in cells))

    def _show(self, row: int) -> None:
        sample = self._known[row].sample
        self.samples.show_sample(row, sample.picture, sample.text)
