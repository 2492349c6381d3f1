"""The pages that judge classes one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QTreeWidgetItem, QVBoxLayout

from core.explain.evaluation.curves import Curve
from core.explain.evaluation.report import EvaluationReport
from designer.evaluation.definitions import FIGURES
from designer.evaluation.pages.page import Page, fill, number
from designer.evaluation.shared import AVERAGES, DRAWN_CURVES, NO_CLASSES, NO_PROBABILITIES
from widgets.figure_table import FigureTable
from widgets.inputs import ComboBox
from widgets.plots.look import Look
from widgets.plots.xy_line import XYLine
from widgets.plots.xy_plot import XYPlot
from widgets.theme import Theme, dark


class ClassesPage(Page):
    """Precision, recall and F1 of each class."""

    def __init__(self) -> None:
        super().__init__()
        heads = ("Class", "#Samples", "#Precision", "#Recall", "#F1", "#Mean loss")
        self.table = FigureTable("Classes", heads)
        for column, name in enumerate(("precision", "recall", "f1"), 2):
            self.table.headerItem().setToolTip(column, FIGURES[name])
        fill(self, self.table)

    def lack(self, report: EvaluationReport) -> str:
        """Classes."""
        return NO_CLASSES if report.classes is None else ""

    def show_report(self, report: EvaluationReport) -> None:
        """One row a class."""
        found = report.classes
        assert found is not None
        parts = report.by_class.slices if report.by_class else ()
        losses = {part.name: part.loss for part in parts}
        self.table.set_rows(
            [
                (
                    name,
                    f"{int(found.confusion[i].sum()):,}",
                    *(number(float(v[i])) for v in (found.precision, found.recall, found.f1)),
                    number(losses.get(name, math.nan)),
                )
                for i, name in enumerate(found.classes)
            ]
        )


class CurvesPage(Page):
    """ROC or precision-recall curves beside the areas under them, which are the legend."""

    def __init__(self) -> None:
        super().__init__()
        self._theme, self._report = dark(), None
        self._names: list[str] = []
        self.kind = ComboBox()
        self.kind.setAccessibleName("Kind of curve")
        self.kind.setToolTip("ROC curves, or precision by recall")
        self.kind.addItem("ROC", "roc")
        self.kind.addItem("Precision-recall", "recall")
        self.kind.activated.connect(self._draw)
        self.plot = XYPlot("Curves", "", "", square=True, diagonal=True, legend=False)
        self.table = FigureTable("Areas under the curves", ("Class", "#AUC", "#AP"))
        self.table.headerItem().setToolTip(1, FIGURES["auc"])
        self.table.headerItem().setToolTip(2, FIGURES["average_precision"])
        self.table.currentItemChanged.connect(self._draw)
        left = QVBoxLayout()
        left.setSpacing(3)
        left.addWidget(self.kind)
        left.addWidget(self.plot, 1)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addLayout(left, 3)
        line.addWidget(self.table, 2)

    _report: EvaluationReport | None

    def lack(self, report: EvaluationReport) -> str:
        """Classes."""
        return "" if report.rocs else NO_CLASSES

    def show_report(self, report: EvaluationReport) -> None:
        """A curve a class, and the averages."""
        self._report = report
        areas = {curve.name: curve.area for curve in report.recalls}
        rows = [(c.name, number(c.area), number(areas.get(c.name, math.nan))) for c in report.rocs]
        self._names = [curve.name for curve in report.rocs]
        self.table.set_rows(rows, icons=self._icons())
        self._draw()

    def set_theme(self, theme: Theme) -> None:
        """Draw the curves and their signs in the table."""
        self._theme = theme
        self.plot.set_theme(theme)
        if self._report is not None and self._report.rocs:
            self.show_report(self._report)

    def _icons(self) -> list[QIcon]:
        made = []
        for order in range(len(self._names)):
            picture = QPixmap(12, 12)
            picture.fill(QColor(Look(order).color_in(self._theme)))
            made.append(QIcon(picture))
        return made

    def _draw(self, *_: object) -> None:
        if self._report is None:
            return
        is_roc = self.kind.currentData() == "roc"
        curves: Sequence[Curve] = self._report.rocs if is_roc else self._report.recalls
        item: QTreeWidgetItem | None = self.table.currentItem()
        chosen = item.text(0) if item is not None and item.isSelected() else ""
        if len(curves) > DRAWN_CURVES:
            keep = (*AVERAGES, chosen)
            gone = np.zeros(0)
            curves = [c if c.name in keep else Curve(c.name, gone, gone, c.area) for c in curves]
        lines = [XYLine(c.name, c.x, c.y, strong=c.name == chosen) for c in curves]
        roc_labels = ("False positive rate", "True positive rate")
        self.plot.show_all(lines, labels=roc_labels if is_roc else ("Recall", "Precision"))


class CalibrationPage(Page):
    """The reliability diagram."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = XYPlot("Reliability", "Confidence", "Accuracy", square=True, diagonal=True)
        self.plot.setToolTip(
            "The dots lie on the diagonal if the network is right as often as it says; the bars "
            "are the shares of the samples (Guo et al., 2017)."
        )
        fill(self, self.plot)

    def lack(self, report: EvaluationReport) -> str:
        """Probabilities of classes."""
        if report.calibration is not None:
            return ""
        return NO_PROBABILITIES if report.rocs else NO_CLASSES

    def show_report(self, report: EvaluationReport) -> None:
        """Dots are the bins' accuracies, bars how many samples they have."""
        found = report.calibration
        assert found is not None
        known = found.counts > 0
        line = XYLine("accuracy", found.confidence[known], found.accuracy[known], marked=True)
        edges = np.linspace(0, 1, len(found.counts) + 1)
        text = (
            f"Expected calibration error {number(found.expected_error)}, "
            f"largest {number(found.largest_error)}"
        )
        self.plot.show_all([line], (edges, found.counts / max(found.counts.sum(), 1)), text=text)

    def set_theme(self, theme: Theme) -> None:
        """Draw anew."""
        self.plot.set_theme(theme)
