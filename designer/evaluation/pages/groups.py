"""The pages that judge groups of rows, and rows that were changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from core.explain.evaluation.report import EvaluationReport
from core.figure_titles import figure_title
from designer.evaluation.definitions import FIGURES
from designer.evaluation.pages.page import Page, fill, number
from designer.evaluation.shared import robustness_lines
from widgets.figure_table import FigureTable
from widgets.plots.xy_plot import XYPlot
from widgets.theme import Theme


class SlicesPage(Page):
    """The groups by the chosen column, and how far they are treated alike."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = FigureTable("Groups", ("Group", "#Rows", "#Accuracy"))
        self.fairness = FigureTable(
            "Differences between the groups", ("Class", "#Parity gap", "#TPR gap")
        )
        for column, name in enumerate(("demographic_parity", "equal_opportunity"), 1):
            tip = f"{figure_title(name)} difference: {FIGURES[name]}"
            self.fairness.headerItem().setToolTip(column, tip)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.groups)
        parts.addWidget(self.fairness)
        parts.setSizes([195, 225])
        fill(self, parts)

    def lack(self, report: EvaluationReport) -> str:
        """A column."""
        what = "Choose a column under “Group by” to judge the groups of its values."
        return what if report.by_column is None else ""

    def show_report(self, report: EvaluationReport) -> None:
        """One row a group."""
        found = report.by_column
        assert found is not None
        score = "#Accuracy" if report.regression is None else "#Mean error"
        self.groups.set_heads(("Group", "#Rows", score))
        self.groups.set_rows(
            [(s.name, f"{s.size:,}", number(s.score)) for s in found.slices],
            [f"{s.name}: mean loss {number(s.loss)}" for s in found.slices],
        )
        self.fairness.setVisible(bool(found.fairness))
        self.fairness.set_rows(
            [
                (f.outcome, number(f.demographic_parity), number(f.equal_opportunity))
                for f in found.fairness
            ]
        )


class RobustnessPage(Page):
    """The figure by how much the inputs were changed."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = XYPlot("Robustness", "Size, in deviations of the inputs", "Accuracy")
        fill(self, self.plot)

    def lack(self, report: EvaluationReport) -> str:
        """A measurement that takes long."""
        if report.robustness is not None:
            return ""
        if not report.kind:
            return "Robustness is measured of networks with a target."
        return "Tick “Robustness” to measure under noise and attacks; it takes a few seconds."

    def show_report(self, report: EvaluationReport) -> None:
        """A curve for noise, FGSM and PGD each."""
        found = report.robustness
        assert found is not None
        label = figure_title(found.figure)
        self.plot.show_all(
            robustness_lines(found), labels=("Size, in deviations of the inputs", label)
        )
        self.plot.setToolTip(f"Measured on {found.rows:,} rows")

    def set_theme(self, theme: Theme) -> None:
        """Draw anew."""
        self.plot.set_theme(theme)
