"""The dialog that trains a design once for each fold of its data and shows the figures' spread."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.figure_titles import figure_title
from core.train.events import (
    CrossValidated,
    Event,
    FoldEnd,
    FoldProgress,
)
from core.train.fold_summary import summary_of
from core.train.summary import (
    Figures,
)
from designer.training import FOLDING, Trainer
from widgets.banner import Banner
from widgets.inputs import SpinBox
from widgets.labels import wrapped_label

INTRO = (
    "The rows of the training and validation splits are divided into folds. Each fold is judged "
    "once by a network that learnt from all others; the test split stays apart. Every fold trains "
    "for all epochs of the recipe. The weights are not kept."
)
MOST_FOLDS, STEPS = 1000, 1000
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CrossValidationDialog(QDialog):
    """Asks for the folds, follows their training, and lists mean and spread of each figure."""

    def __init__(self, trainer: Trainer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Cross-validate")
        self.resize(560, 560)
        self._trainer = trainer
        self._done: list[Figures] = []
        self.folds = SpinBox()
        self.folds.setRange(2, MOST_FOLDS)
        self.folds.setValue(5)
        self.folds.setMaximumWidth(120)
        self.folds.setAccessibleName("Folds")
        self.one_out = QCheckBox("&Leave one row out")
        self.one_out.setToolTip("As many folds as there are rows: exact, and slow")
        self.one_out.toggled.connect(self._refresh)
        self.stratify = QCheckBox("Same &mixture of classes in each fold")
        self.stratify.setToolTip("Stratified folds; rows in the order of time are never mixed")
        self.stratify.setChecked(True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the folds")
        self.text = QLabel()
        self.text.setProperty("role", "muted")
        self.banner = Banner()
        self.table = _table()
        self._lay_out()
        self._progress(0.0, "")
        self._refresh()
        trainer.heard.connect(self._hear)
        trainer.trouble.connect(self._complain)
        trainer.state_changed.connect(self._refresh)

    def start(self) -> None:
        """Begin with the folds that are asked for."""
        self.banner.clear()
        self.table.clear()
        self._done = []
        self._progress(None, "Compiling the design ...")
        folds = 0 if self.one_out.isChecked() else self.folds.value()
        self._trainer.cross_validate(folds, self.stratify.isChecked())

    def reject(self) -> None:
        """End what goes on, then close."""
        if self._runs:
            self._trainer.stop()
            self._progress(self.bar.value() / STEPS, "Stopping after the present step ...")
            return
        super().reject()

    @property
    def _runs(self) -> bool:
        return self._trainer.state == FOLDING

    def _lay_out(self) -> None:
        intro = wrapped_label("muted")
        intro.setText(INTRO)
        form = QFormLayout()
        form.addRow("&Folds", self.folds)
        form.addRow("", self.one_out)
        form.addRow("", self.stratify)
        buttons = QDialogButtonBox()
        self.go = buttons.addButton("&Start", QDialogButtonBox.ButtonRole.ActionRole)
        self.go.setDefault(True)
        # The default button's text is bold, which its hint of a size does not know yet.
        self.go.setMinimumWidth(88)
        self.go.clicked.connect(self.start)
        self.end = buttons.addButton("Close", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(intro)
        column.addLayout(form)
        for part in (self.banner, self.text, self.bar):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)

    def _refresh(self, *_: object) -> None:
        free = not self._trainer.busy
        self.folds.setEnabled(free and not self.one_out.isChecked())
        for part in (self.one_out, self.stratify, self.go):
            part.setEnabled(free)
        self.end.setText("Stop" if self._runs else "Close")

    def _hear(self, event: Event) -> None:
        match event:
            case FoldProgress():
                done = (event.fold + event.share) / event.folds
                self._progress(done, f"Fold {event.fold + 1} of {event.folds}")
            case FoldEnd():
                self._done.append(event.figures)
                done = len(self._done)
                self._progress(done / event.folds, f"Fold {done} of {event.folds} is done")
                self._list(summary_of(self._done, event.folds, 0.0))
            case CrossValidated():
                done = len(event.figures)
                told = f"{done} folds"
                if done < event.folds:
                    told = f"Stopped after {done} of {event.folds}"
                self._progress(done / event.folds, f"{told}, {event.seconds:.1f} s")
                self._list(event)

    def _list(self, found: CrossValidated) -> None:
        """List the figures of the folds that are done."""
        self.table.clear()
        for name, mean in found.mean.items():
            values = [f[name] for f in found.figures if math.isfinite(f.get(name, math.nan))]
            edges = (min(values), max(values)) if values else (math.nan, math.nan)
            numbers = (mean, found.spread[name], *edges)
            item = QTreeWidgetItem([figure_title(name), *map(_number, numbers)])
            for column in range(1, item.columnCount()):
                item.setTextAlignment(column, _RIGHT)
            self.table.addTopLevelItem(item)

    def _complain(self, message: str, hint: str, _resumable: bool) -> None:
        self._progress(0.0, "")
        self.banner.show_message("error", message, hint)

    def _progress(self, share: float | None, text: str) -> None:
        """Show a share from 0 to 1, or None while it is unknown, and words above it."""
        self.bar.setRange(0, 0 if share is None else STEPS)
        if share is not None:
            self.bar.setValue(round(share * STEPS))
        self.text.setText(text)
        self.bar.setAccessibleDescription(text)


def _table() -> QTreeWidget:
    table = QTreeWidget()
    table.setAccessibleName("Figures over the folds")
    table.setRootIsDecorated(False)
    table.setUniformRowHeights(True)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setHeaderLabels(["Figure", "Mean", "Spread", "Lowest", "Highest"])
    table.headerItem().setToolTip(2, "Standard deviation over the folds")
    table.header().setStretchLastSection(False)
    table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in range(1, 5):
        table.headerItem().setTextAlignment(column, _RIGHT)
        table.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    return table


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "-"
