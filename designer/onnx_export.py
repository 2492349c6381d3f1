"""File > Export to ONNX: asks for a file, runs the export beside the window, tells how it went."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QProgressDialog

from core.compile.onnx_out.translate import Missing, inexpressible
from core.errors import LayerloomError
from core.project.file import save
from core.project.runs import Run
from designer.command_process import CommandProcess
from designer.inexpressible_dialog import InexpressibleDialog

if TYPE_CHECKING:
    from designer.main_window import MainWindow

FILTERS: Mapping[str, tuple[str, ...]] = {
    "ONNX model, images as [B, H, W, C] (*.onnx)": (),
    "ONNX model, images as [B, C, H, W] (*.onnx)": ("--channels-first",),
}


class OnnxExport(QObject):
    """Exports the open design as it stands, saved or not, with the weights of its last run."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._folder: TemporaryDirectory[str] | None = None
        self._wait: QProgressDialog | None = None
        self._target = Path()
        self._options: tuple[str, ...] = ()
        self.process = CommandProcess("export", self)
        self.process.done.connect(self._tell_done)
        self.process.failed.connect(self._tell_failed)
        self.process.cancelled.connect(self._tell_cancelled)

    def begin(self) -> None:
        """Ask for a file and export into it, or list what cannot be exported."""
        if self.process.busy:
            return
        missing = inexpressible(self._window.session.analysis_of_whole)
        if missing:
            self._list(missing)
            return
        name, chosen = QFileDialog.getSaveFileName(
            self._window,
            "Export to ONNX",
            str(self._window.files.beside("onnx")),
            ";;".join(FILTERS),
        )
        if name:
            path = Path(name)
            self._target = path if path.suffix else path.with_name(f"{path.name}.onnx")
            self._options = FILTERS.get(chosen, ())
            self._start(self._run())

    def close(self) -> None:
        """End what is going on."""
        self.process.close()
        self._clean_up()

    def _start(self, run: Run | None) -> None:
        self._folder = TemporaryDirectory(prefix="layerloom-", ignore_cleanup_errors=True)
        snapshot = Path(self._folder.name) / f"{self._window.trainer.project}.loom"
        try:
            save(self._window.session.whole, snapshot)
        except LayerloomError as error:
            self._tell_failed(error.message, error.hint)
            return
        whose = ("--run", str(run.directory)) if run else ("--untrained",)
        self._show_busy()
        target = ("--to", "onnx", "-o", str(self._target))
        self.process.start((str(snapshot), *target, *whose, *self._options))

    def _run(self) -> Run | None:
        """The last run that has weights to export."""
        run = self._window.trainer.run
        return run if run and run.has_weights else None

    def _list(self, missing: list[Missing]) -> None:
        window = self._window
        dialog = InexpressibleDialog(missing, window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.set_theme(window.appearance.theme)
        dialog.node_wanted.connect(window.problems.node_wanted)
        dialog.show()

    def _show_busy(self) -> None:
        wait = QProgressDialog(f"Writing {self._target.name} …", "Cancel", 0, 0, self._window)
        wait.setWindowTitle("Export to ONNX")
        wait.setWindowModality(Qt.WindowModality.WindowModal)
        wait.setMinimumDuration(0)
        wait.setMinimumWidth(340)
        wait.setAutoClose(False)
        wait.setAutoReset(False)
        wait.canceled.connect(self.process.cancel)
        wait.show()
        self._wait = wait

    def _tell_done(self, answer: dict[str, Any]) -> None:
        self._clean_up()
        name, window = self._target.name, self._window
        facts = f"opset {answer['opset']}, {answer['nodes']} operators"
        if answer["run"]:
            told = f"Exported {name} with the weights of run {answer['run']} ({facts})"
            window.statusBar().showMessage(told, 8000)
            return
        window.banner.show_message(
            "warning",
            f"Exported {name} with untrained weights ({facts}).",
            "Train the design and export again for weights that have learnt something.",
        )

    def _tell_failed(self, message: str, hint: str) -> None:
        had_run = self._run() is not None and self._wait is not None
        self._clean_up()
        untrained = [("Export untrained weights", partial(self._start, None))] if had_run else []
        text = f"{self._target.name} was not written: {message}"
        self._window.banner.show_message("error", text, hint, untrained)

    def _tell_cancelled(self) -> None:
        self._clean_up()
        self._window.statusBar().showMessage("Export cancelled", 5000)

    def _clean_up(self) -> None:
        if self._wait is not None:
            self._wait.canceled.disconnect(self.process.cancel)
            self._wait.close()
            self._wait.deleteLater()
            self._wait = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
