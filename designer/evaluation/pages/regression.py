"""The page of what is predicted as a number."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.explain.evaluation.report import EvaluationReport
from designer.evaluation.pages.page import Page, fill, number
from designer.evaluation.shared import NO_NUMBERS
from widgets.labels import wrapped_label
from widgets.plots.xy_line import XYLine
from widgets.plots.xy_plot import XYPlot
from widgets.theme import Theme


class RegressionPage(Page):
    """Residuals against predictions, and their histogram."""

    def __init__(self) -> None:
        super().__init__()
        self.text = wrapped_label("muted")
        self.dots = XYPlot("Residuals by prediction", "Predicted", "True less predicted")
        self.bars = XYPlot("Histogram of residuals", "True less predicted", "Samples")
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.dots)
        line.addWidget(self.bars)
        fill(self, self.text, row)

    def lack(self, report: EvaluationReport) -> str:
        """Numbers."""
        return NO_NUMBERS if report.regression is None else ""

    def show_report(self, report: EvaluationReport) -> None:
        """Dots and bars."""
        found = report.regression
        assert found is not None
        names = {"R²": found.r2, "MAE": found.mae, "RMSE": found.rmse, "bias": found.bias}
        self.text.setText("   ".join(f"{name} {number(value)}" for name, value in names.items()))
        dots = XYLine("", found.predicted, found.residuals, marked=True, bare=True)
        self.dots.show_all([dots])
        self.bars.show_all([], (found.edges, found.counts))

    def set_theme(self, theme: Theme) -> None:
        """Draw anew."""
        self.dots.set_theme(theme)
        self.bars.set_theme(theme)
