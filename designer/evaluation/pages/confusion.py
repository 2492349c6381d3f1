"""The page of the confusion matrix."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from core.explain.evaluation.report import EvaluationReport
from core.explain.evaluation.samples import Sample
from designer.evaluation.pages.page import Page, fill, percent
from designer.evaluation.shared import NO_CLASSES
from widgets.confusion_grid import ConfusionGrid
from widgets.sample_table import SampleTable
from widgets.theme import Theme

# A cell may hold thousands of samples.
_LISTED = 200
_SMALL_PICTURE = 68


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
        fill(self, parts)
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
