"""File > Import: another program's model becomes a project, worked out in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QProgressDialog, QWidget

from core.project.file import SUFFIX
from designer.command_process import CommandProcess
from designer.files import FILTER, Files

if TYPE_CHECKING:
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
        self.process = CommandProcess("import", self)
        self.process.done.connect(self._finish)
        self.process.failed.connect(self._fail)
        self.process.cancelled.connect(self._tell_cancelled)
        self.progress: QProgressDialog | None = None
        self.report: ImportReport | None = None
        self._output = Path()

    def choose(self) -> None:
        """Ask for a model and for the project file to write, and begin."""
        if self.process.busy or not self._files.may_leave():
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
        progress = QProgressDialog(f"Importing {model.name} ...", "&Cancel", 0, 0, self._window)
        progress.setWindowTitle("Import")
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setMinimumDuration(0)
        progress.canceled.connect(self.process.cancel)
        self.progress = progress
        progress.show()
        self.process.start((str(model), "-o", str(output), "--force"))

    def close(self) -> None:
        """End what is going on."""
        self.process.close()
        self._close_progress()

    def _finish(self, answer: dict[str, Any]) -> None:
        self._close_progress()
        if self._files.read(self._output):
            self.noted.emit(f"Imported {answer['nodes']} nodes")
            if answer["unsupported"] or answer["notes"]:
                self._show_report(answer)

    def _fail(self, message: str, hint: str) -> None:
        self._close_progress()
        self.trouble.emit(message, hint)

    def _tell_cancelled(self) -> None:
        self._close_progress()
        self.noted.emit("The import was cancelled")

    def _show_report(self, answer: dict[str, Any]) -> None:
        from designer.import_report import ImportReport

        if self.report is not None:
            self.report.close()
        self.report = ImportReport(answer, self._window)
        self.report.node_wanted.connect(self.node_wanted)
        self.report.show()

    def _close_progress(self) -> None:
        if self.progress is not None:
            progress, self.progress = self.progress, None
            progress.canceled.disconnect(self.process.cancel)
            progress.close()
            progress.deleteLater()
