"""File > Import: another program's model becomes a project, worked out in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from core.project.file import SUFFIX
from designer.files import FILTER, Files
from designer.import_report import ImportReport

MODELS = "Models (*.onnx *.keras);;ONNX models (*.onnx);;Keras models (*.keras)"


class Importing(QObject):
    """Imports a model and opens the project that it became.

    ``node_wanted`` carries the id of a node that the user chose from the report; ``trouble`` a
    message and a hint; ``noted`` one line on what was done.
    """

    node_wanted = Signal(str)
    trouble = Signal(str, str)
    noted = Signal(str)

    def __init__(self, files: Files, window: QWidget) -> None:
        super().__init__(window)
        self._files, self._window = files, window
        self.process: QProcess | None = None
        self.progress: QProgressDialog | None = None
        self.report: ImportReport | None = None
        self._output = Path()

    def choose(self) -> None:
        """Ask for a model and for the project file to write, and begin."""
        if self.process is not None or not self._files.may_leave():
            return
        folder = str(self._files.session.folder)
        model, _ = QFileDialog.getOpenFileName(self._window, "Import model", folder, MODELS)
        if not model:
            return
        proposal = str(Path(model).with_suffix(SUFFIX))
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the imported project as", proposal, FILTER
        )
        if name:
            output = Path(name)
            named = output.suffix == SUFFIX
            self.start(Path(model), output if named else output.with_name(output.name + SUFFIX))

    def start(self, model: Path, output: Path) -> None:
        """Import a model into a project file, which is replaced if it is there."""
        self._output = output
        process = QProcess(self)
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._fail)
        self.process = process
        progress = QProgressDialog(f"Importing {model.name} ...", "&Cancel", 0, 0, self._window)
        progress.setWindowTitle("Import")
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setMinimumDuration(0)
        progress.canceled.connect(self.cancel)
        self.progress = progress
        progress.show()
        call = ["-m", "designer", "import", str(model), "-o", str(output), "--force", "--json"]
        process.start(sys.executable, call)

    def cancel(self) -> None:
        """End the process; the project that is open stays."""
        if self.process is not None:
            process, self.process = self.process, None
            process.finished.disconnect(self._finish)
            process.errorOccurred.disconnect(self._fail)
            process.finished.connect(process.deleteLater)
            process.kill()
            self._close_progress()
            self.noted.emit("The import was cancelled")

    def _finish(self) -> None:
        process = self.process
        if process is None:
            return
        self.process = None
        self._close_progress()
        answer = _answer(bytes(process.readAllStandardOutput().data()))
        process.deleteLater()
        if answer is None:
            self.trouble.emit(
                "The import ended without an answer", "Try `layerloom import` in a terminal."
            )
        elif "error" in answer:
            self.trouble.emit(answer["error"], answer.get("hint", ""))
        elif self._files.read(self._output):
            self.noted.emit(f"Imported {answer['nodes']} nodes")
            if answer["unsupported"] or answer["notes"]:
                self._show_report(answer)

    def _fail(self, error: QProcess.ProcessError) -> None:
        """A process that could not be started never finishes."""
        if error == QProcess.ProcessError.FailedToStart and self.process is not None:
            text = self.process.errorString()
            self.process.deleteLater()
            self.process = None
            self._close_progress()
            self.trouble.emit(f"The import could not be started: {text}", "")

    def _show_report(self, answer: dict[str, Any]) -> None:
        if self.report is not None:
            self.report.close()
        self.report = ImportReport(answer, self._window)
        self.report.node_wanted.connect(self.node_wanted)
        self.report.show()

    def _close_progress(self) -> None:
        if self.progress is not None:
            progress, self.progress = self.progress, None
            progress.canceled.disconnect(self.cancel)
            progress.close()
            progress.deleteLater()


def _answer(printed: bytes) -> dict[str, Any] | None:
    """The object that the command printed; None if there is none."""
    try:
        found = json.loads(printed)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
