"""Writes the evaluation of a run as HTML, in a process of its own beside the window."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from core.project.runs import SNAPSHOT, Run
from designer.command_process import CommandProcess
from designer.training import Trainer

_TOLD = re.compile(r"(\d+)% (.*)")


class ReportSaving(QWidget):
    """A line with the progress of a report, hidden while none is written.

    ``noted`` carries that it is written, ``trouble`` a message and a hint.
    """

    noted = Signal(str)
    trouble = Signal(str, str)

    def __init__(self, trainer: Trainer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trainer, self._target = trainer, Path()
        self.process = CommandProcess("evaluate", self)
        self.process.told.connect(self._follow)
        self.process.done.connect(self._end)
        self.process.failed.connect(self._fail)
        self.process.cancelled.connect(self.hide)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 100)
        self.bar.setMaximumWidth(160)
        self.bar.setAccessibleName("Progress of the report")
        self.text = QLabel()
        self.text.setProperty("role", "muted")
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.cancel = QToolButton()
        self.cancel.setText("Cancel")
        self.cancel.setToolTip("Write no report")
        self.cancel.clicked.connect(self.process.cancel)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.text, 1)
        line.addWidget(self.bar)
        line.addWidget(self.cancel)
        application = QCoreApplication.instance()
        assert application is not None
        application.aboutToQuit.connect(self.process.close)
        self.hide()

    @property
    def run(self) -> Run | None:
        """The run that a report can be made of: the last one, once its weights are saved."""
        run = self._trainer.run
        return run if run and run.has_weights else None

    def begin(self, split: str, column: str, learning_curve: bool) -> None:
        """Ask for a file and write the report of the last run into it."""
        run = self.run
        if run is None or self.process.busy:
            return
        proposed = self._trainer.session.folder / f"{self._trainer.project} {run.title}.html"
        name, _ = QFileDialog.getSaveFileName(
            self.window(), "Save report", str(proposed), "Web page (*.html)"
        )
        if not name:
            return
        path = Path(name)
        self._target = path if path.suffix else path.with_name(f"{path.name}.html")
        options = ["--split", split, "--robustness", "--report", str(self._target)]
        options += ["--slice", column] if column else []
        options += ["--learning-curve"] if learning_curve else []
        folder = ("--data-folder", str(self._trainer.session.folder))
        self.bar.setValue(0)
        self.text.setText("Loading the run ...")
        self.show()
        snapshot = run.directory / SNAPSHOT
        self.process.start((str(snapshot), "--run", str(run.directory), *folder, *options))

    def _follow(self, line: str) -> None:
        if found := _TOLD.fullmatch(line):
            self.bar.setValue(int(found[1]))
            self.text.setText(f"Report: {found[2]}")
            self.bar.setAccessibleDescription(found[2])

    def _end(self, _answer: dict[str, Any]) -> None:
        self.hide()
        self.noted.emit(f"Saved {self._target.name}")

    def _fail(self, message: str, hint: str) -> None:
        self.hide()
        self.trouble.emit(message, hint)
