"""The window that shows the curves of several runs together, and what differs between two.

Loaded when it is asked for, because plotting takes a quarter of a second to import.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSlider,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from core.design.difference import Difference, shown
from core.errors import LayerloomError
from core.figure_titles import figure_title
from core.project.run_curves import Curve, curve, recorded
from core.project.run_report import run_differences
from core.project.runs import Run, RunStore
from designer.background import Background, outcome
from widgets.difference_list import DifferenceList
from widgets.inputs import ComboBox
from widgets.labels import label_for
from widgets.plots.curves import CurvePlot
from widgets.plots.look import Look
from widgets.plots.smoothing import smoothed
from widgets.theme import Theme

LOSS = "loss"
SAME = "These two runs have the same design, recipe, environment and figures."
TRAINING, VALIDATION = "training", "validation"
# What is drawn as the training's curve: single readings, or else whole epochs.
_RECORDED = {TRAINING: ("step", "train"), VALIDATION: ("validation",)}


@dataclass(frozen=True, eq=False)
class Curves:
    """What was read of some runs: the figures that there are, and one of them by run and split."""

    names: tuple[str, ...]
    name: str
    curves: Mapping[tuple[str, str], Curve]


class RunComparison(QDialog):
    """Curves above, differences below. It stays open while the window is used.

    ``trouble`` carries what cannot be read: a message and a hint.
    """

    trouble = Signal(str, str)

    def __init__(self, store: RunStore, runs: Sequence[Run], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Compare runs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(920, 720)
        self._store, self._runs = store, list(runs)
        self._titles = _titles(self._runs)
        self._curves: Curves | None = None
        self._reading, self._comparing = Background(), Background()
        self._reading.answered.connect(self._take_curves)
        self._comparing.answered.connect(self._take_rows)
        self.finished.connect(self._reading.close)
        self.finished.connect(self._comparing.close)
        self.figure = ComboBox()
        self.figure.setAccessibleName("Figure")
        self.figure.setMinimumContentsLength(14)
        self.training, self.validation = QCheckBox("&Training"), QCheckBox("&Validation")
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.plot = CurvePlot("Loss", empty_text="Reading ...")
        self.sides = self._side(0), self._side(1)
        self.differences = DifferenceList()
        self._lay_out()
        self.figure.activated.connect(self._read)
        for box in (self.training, self.validation):
            box.setChecked(True)
            box.toggled.connect(self._draw)
        self.smoothing.valueChanged.connect(self._draw)
        self._read()
        self._compare()

    def set_theme(self, theme: Theme) -> None:
        """Draw the curves in the colours of ``theme``."""
        self.plot.set_theme(theme)

    def _side(self, number: int) -> ComboBox:
        made = ComboBox()
        made.setAccessibleName(f"{'First' if number == 0 else 'Second'} run")
        for run in self._runs:
            made.addItem(self._titles[run.id], run.id)
        made.setCurrentIndex(number)
        made.activated.connect(self._compare)
        return made

    def _lay_out(self) -> None:
        self.training.setToolTip("Draw the figures of training steps")
        self.validation.setToolTip("Draw the figures of the validation split")
        self.smoothing.setRange(0, 99)
        self.smoothing.setMaximumWidth(180)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("Draw moving averages, so that noisy curves can be told apart")
        choices = _row(
            *(_label("&Figure", self.figure), self.figure, self.training, self.validation),
            *(_label("&Smoothing", self.smoothing), self.smoothing),
        )
        choices.addStretch(1)
        first, second = self.sides
        pair = _row(_label("&Differences between", first), first, _label("&and", second), second)
        pair.setStretch(1, 1)
        pair.setStretch(3, 1)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 6, 0, 0)
        column.addLayout(pair)
        column.addWidget(self.differences, 1)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.plot)
        parts.addWidget(below)
        parts.setSizes([400, 300])
        whole = QVBoxLayout(self)
        whole.addLayout(choices)
        whole.addWidget(parts, 1)

    def _read(self, *_: object) -> None:
        store, runs, wanted = self._store, self._runs, self.figure.currentData() or LOSS
        self._reading.work_out(lambda: outcome(lambda: _read(store, runs, wanted)))

    def _take_curves(self, answer: Curves | LayerloomError) -> None:
        if isinstance(answer, LayerloomError):
            self.trouble.emit(answer.message, answer.hint)
            return
        self._curves = answer
        if not self.figure.count():
            for name in answer.names:
                self.figure.addItem(figure_title(name), name)
        self.figure.setCurrentIndex(self.figure.findData(answer.name))
        self._draw()

    def _draw(self, *_: object) -> None:
        """Draw what was read: one colour for a run, points on what is of the validation split."""
        found = self._curves
        if found is None:
            return
        log = self.plot.log_action.isChecked()
        self.plot.clear()
        title = figure_title(found.name)
        self.plot.set_title(title, title)
        wanted = {TRAINING: self.training.isChecked(), VALIDATION: self.validation.isChecked()}
        for number, run in enumerate(self._runs):
            for split, is_wanted in wanted.items():
                line = found.curves.get((run.id, split))
                if is_wanted and line is not None:
                    name = f"{self._titles[run.id]}, {split}"
                    self.plot.set_look(name, Look(number, marked=split == VALIDATION))
                    values = smoothed(line.value, self.smoothing.value() / 100)
                    self.plot.set_series(name, line.epoch, values)  # type: ignore[arg-type]
        self.plot.log_action.setChecked(log)
        self.plot.redraw()

    def _compare(self, *_: object) -> None:
        one, other = (self._runs[side.currentIndex()] for side in self.sides)
        store = self._store
        self._comparing.work_out(lambda: (outcome(lambda: run_differences(store, one, other)),))

    def _take_rows(self, answer: tuple[list[Difference] | LayerloomError]) -> None:
        (found,) = answer
        if isinstance(found, LayerloomError):
            self.differences.say(f"{found.message}. {found.hint}")
            return
        if not found:
            self.differences.say(SAME)
            return
        rows = [(d.part.capitalize(), d.what, shown(d.before), shown(d.after)) for d in found]
        left, right = (side.currentText() for side in self.sides)
        self.differences.show_rows(left, right, rows)


def _read(store: RunStore, runs: Sequence[Run], wanted: str) -> Curves:
    """Read one figure of all runs, the first that there is if none is called as wanted."""
    there = {run.id: recorded(store, run) for run in runs}
    names = {n for series in there.values() for figures in series.values() for n in figures}
    ordered = sorted(names, key=lambda n: (n != LOSS, n))
    name = wanted if wanted in names or not ordered else ordered[0]
    found = {}
    for run in runs:
        for split, series in _RECORDED.items():
            kept = [s for s in series if name in there[run.id].get(s, ())]
            if kept:
                found[run.id, split] = curve(store, run, kept[0], name)
    return Curves(tuple(ordered), name, found)


def _titles(runs: Sequence[Run]) -> dict[str, str]:
    """What the runs are called here; ids are added where two have the same name."""
    taken = [run.title for run in runs]
    return {
        run.id: run.title if taken.count(run.title) == 1 else f"{run.title} ({run.id})"
        for run in runs
    }


def _label(text: str, buddy: QWidget) -> QLabel:
    made = label_for(text, buddy)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
    return made


def _row(*widgets: QWidget) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(8)
    for widget in widgets:
        made.addWidget(widget)
    return made
