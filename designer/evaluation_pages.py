"""The pages of the evaluation panel: each shows one part of a report."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QTreeWidgetItem, QVBoxLayout, QWidget

from core.explain.evaluation.curves import Curve
from core.explain.evaluation.fit import RULE
from core.explain.evaluation.report import EvaluationReport, WrongSample
from core.explain.evaluation.robustness import TITLES
from core.explain.evaluation.samples import Sample
from designer.evaluation_page.definitions import FIGURES, definition
from widgets.confusion_grid import ConfusionGrid
from widgets.figure_table import FigureTable
from widgets.inputs import ComboBox
from widgets.labels import wrapped_label
from widgets.plots.look import Look
from widgets.plots.training_panel import spoken
from widgets.plots.xy_line import XYLine
from widgets.plots.xy_plot import XYPlot
from widgets.sample_table import SampleTable
from widgets.theme import Theme, dark

NO_CLASSES = "The network does not tell classes apart."
# Of more curves than that only the averages are drawn.
_DRAWN_CURVES = 12
# A cell may hold thousands of samples.
_LISTED = 200
_SMALL_PICTURE = 68
_FIT_TITLES = {
    "good": "No sign of over- or underfitting",
    "overfitting": "Overfitting",
    "underfitting": "Underfitting",
    "unknown": "Whether it over- or underfits is not known",
}


class Page(QWidget):
    """Shows a part of a report; ``wanted`` carries a row of the data that is to be looked at."""

    wanted = Signal(int)

    def lack(self, report: EvaluationReport) -> str:
        """Why there is nothing to show of it; empty if there is something."""
        return ""

    @abstractmethod
    def show_report(self, report: EvaluationReport) -> None:
        """Show it; it must lack nothing."""

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""

    def show_sample(self, sample: Sample) -> None:
        """Show what is in the row that was wanted."""


class SummaryPage(Page):
    """All figures, and the hint on over- and underfitting."""

    def __init__(self) -> None:
        super().__init__()
        self.title = wrapped_label("title")
        self.hint = wrapped_label("muted")
        self.table = FigureTable("Figures", ("Figure", "#Value"))
        _column(self, self.title, self.hint, self.table)

    def show_report(self, report: EvaluationReport) -> None:
        """Each figure with its definition as a tooltip."""
        rows = [(spoken(name), number(value)) for name, value in report.metrics.items()]
        tips = [definition(name) for name in report.metrics]
        rows += [(f"baseline {name}", number(v)) for name, v in report.baselines.items()]
        tips += ["What a simple rule reaches on this data."] * len(report.baselines)
        self.table.set_rows(rows, tips)
        self.title.setText(_FIT_TITLES[report.fit.kind])
        remedies = "; ".join(text[0].lower() + text[1:] for text in report.fit.remedies)
        advice = f" What helps: {remedies}." if remedies else ""
        self.hint.setText(_capital(report.fit.reason) + advice)
        self.hint.setToolTip(RULE)


class ConfusionPage(Page):
    """The grid, and the samples of the chosen cell."""

    def __init__(self) -> None:
        super().__init__()
        self._report: EvaluationReport | None = None
        self._cell: tuple[int, int] | None = None
        self.grid = ConfusionGrid()
        self.samples = SampleTable("Samples of the chosen cell", ("Row", "#Sure"), _SMALL_PICTURE)
        self.grid.chosen.connect(self._choose)
        self.samples.wanted.connect(self.wanted)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.grid)
        parts.addWidget(self.samples)
        parts.setSizes([215, 210])
        parts.setStretchFactor(0, 1)
        _column(self, parts)
        self._list()

    def lack(self, report: EvaluationReport) -> str:
        """Classes."""
        return NO_CLASSES if report.classes is None else ""

    def show_report(self, report: EvaluationReport) -> None:
        """Count anew; the chosen cell stays."""
        self._report = report
        assert report.classes is not None
        self.grid.set_counts(report.classes.classes, report.classes.confusion)
        self._list()

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells."""
        self.grid.set_theme(theme)

    def show_sample(self, sample: Sample) -> None:
        """Beside the list."""
        self.samples.show_sample(sample.row, sample.picture, sample.text)

    def _choose(self, row: int, column: int) -> None:
        self._cell = (row, column)
        self._list()

    def _list(self) -> None:
        report = self._report
        if report is None or report.classes is None or report.answers is None or not self._cell:
            self.samples.set_samples((), (), "Click a cell to list its samples")
            return
        names = report.classes.classes
        if max(self._cell) >= len(names):
            self._cell = None
            return
        (i, j), answers = self._cell, report.answers
        inside = np.flatnonzero((answers.truth == i) & (answers.predicted == j))
        worst = inside[np.argsort(-answers.losses[inside], kind="stable")][:_LISTED]
        cells = [(percent(float(answers.confidence[n])),) for n in worst]
        count = int(report.classes.confusion[i, j])
        part = f" ({len(worst)} listed)" if len(worst) < count else ""
        caption = f"{count:,} × {names[i]} → {names[j]}{part}"
        self.samples.set_samples(answers.rows[worst].tolist(), cells, caption)


class ClassesPage(Page):
    """Precision, recall and F1 of each class."""

    def __init__(self) -> None:
        super().__init__()
        heads = ("Class", "#Samples", "#Precision", "#Recall", "#F1", "#Mean loss")
        self.table = FigureTable("Classes", heads)
        for column, name in enumerate(("precision", "recall", "f1"), 2):
            self.table.headerItem().setToolTip(column, FIGURES[name])
        _column(self, self.table)

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
        if len(curves) > _DRAWN_CURVES:
            keep = ("micro", "macro", chosen)
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
        _column(self, self.plot)

    def lack(self, report: EvaluationReport) -> str:
        """Probabilities of classes."""
        if report.calibration is not None:
            return ""
        return "The loss gives no probabilities of classes." if report.rocs else NO_CLASSES

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


class SlicesPage(Page):
    """The groups by the chosen column, and how far they are treated alike."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = FigureTable("Groups", ("Group", "#Rows", "#Accuracy"))
        self.fairness = FigureTable(
            "Differences between the groups", ("Class", "#Parity gap", "#TPR gap")
        )
        for column, name in enumerate(("demographic_parity", "equal_opportunity"), 1):
            tip = f"{spoken(name).capitalize()} difference: {FIGURES[name]}"
            self.fairness.headerItem().setToolTip(column, tip)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.groups)
        parts.addWidget(self.fairness)
        parts.setSizes([195, 225])
        _column(self, parts)

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
        _column(self, self.plot)

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
        lines = [XYLine(TITLES[kind], *_axes(pairs), True) for kind, pairs in found.scores.items()]
        label = "Accuracy" if found.figure == "accuracy" else "RMSE"
        self.plot.show_all(lines, labels=("Size, in deviations of the inputs", label))
        self.plot.setToolTip(f"Measured on {found.rows:,} rows")

    def set_theme(self, theme: Theme) -> None:
        """Draw anew."""
        self.plot.set_theme(theme)


class WrongPage(Page):
    """The samples with the highest loss."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[int, WrongSample] = {}
        self.samples = SampleTable("Wrongest samples")
        self.samples.wanted.connect(self._show)
        _column(self, self.samples)

    def lack(self, report: EvaluationReport) -> str:
        """Targets."""
        return "" if report.wrongest else "There is no target to be wrong about."

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
        _column(self, self.text, row)

    def lack(self, report: EvaluationReport) -> str:
        """Numbers."""
        return "The network does not predict numbers." if report.regression is None else ""

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


def number(value: float) -> str:
    """Three decimals, or three digits of what is large or tiny."""
    if not math.isfinite(value):
        return "-"
    return f"{value:.3f}" if value == 0 or 0.01 <= abs(value) < 1000 else f"{value:.3g}"


def percent(value: float) -> str:
    """A probability."""
    return f"{value:.0%}" if math.isfinite(value) else "-"


def _axes(pairs: Sequence[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Sizes and figures, float64."""
    sizes, figures = np.array(pairs, np.float64).T
    return sizes, figures


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _column(page: QWidget, *parts: QWidget) -> None:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for part in parts:
        column.addWidget(part, 0 if part.property("role") in ("title", "muted") else 1)
