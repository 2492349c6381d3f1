"""The page of all figures."""

from __future__ import annotations

from core.explain.evaluation.fit import RULE
from core.explain.evaluation.report import EvaluationReport
from core.figure_titles import figure_title
from designer.evaluation.definitions import definition
from designer.evaluation.pages.page import Page, fill, number
from designer.evaluation.shared import BASELINE
from widgets.figure_table import FigureTable
from widgets.labels import wrapped_label

_FIT_TITLES = {
    "good": "No sign of over- or underfitting",
    "overfitting": "Overfitting",
    "underfitting": "Underfitting",
    "unknown": "Whether it over- or underfits is not known",
}


class SummaryPage(Page):
    """All figures, and the hint on over- and underfitting."""

    def __init__(self) -> None:
        super().__init__()
        self.title = wrapped_label("title")
        self.hint = wrapped_label("muted")
        self.table = FigureTable("Figures", ("Figure", "#Value"))
        fill(self, self.title, self.hint, self.table)

    def show_report(self, report: EvaluationReport) -> None:
        """Each figure with its definition as a tooltip."""
        rows = [(figure_title(name), number(value)) for name, value in report.metrics.items()]
        tips = [definition(name) for name in report.metrics]
        rows += [
            (f"Baseline: {figure_title(name)}", number(v)) for name, v in report.baselines.items()
        ]
        tips += [BASELINE] * len(report.baselines)
        self.table.set_rows(rows, tips)
        self.title.setText(_FIT_TITLES[report.fit.kind])
        remedies = "; ".join(text[0].lower() + text[1:] for text in report.fit.remedies)
        advice = f" What helps: {remedies}." if remedies else ""
        self.hint.setText(_capital(report.fit.reason) + advice)
        self.hint.setToolTip(RULE)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
