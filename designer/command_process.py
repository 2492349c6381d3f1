"""Runs commands of Layerloom in a process of their own: the window loads neither JAX nor onnx."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

import designer


class CommandProcess(QObject):
    """One call at a time of one command, such as ``export``.

    ``done`` carries the command's answer, ``failed`` a message and a hint, ``cancelled`` nothing.
    ``told`` carries each line on standard error while it runs.
    """

    done = Signal(object)
    failed = Signal(str, str)
    cancelled = Signal()
    told = Signal(str)

    def __init__(self, command: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self._process: QProcess | None = None
        self._is_cancelled = False

    @property
    def busy(self) -> bool:
        """Whether a call is going on."""
        return self._process is not None

    def start(self, arguments: Sequence[str]) -> None:
        """Begin a call of the command with these arguments."""
        process = QProcess(self)
        process.setProcessEnvironment(_environment())
        process.finished.connect(self._finish)
        process.errorOccurred.connect(self._break)
        process.readyReadStandardError.connect(self._pass_on)
        self._process, self._is_cancelled = process, False
        process.start(sys.executable, ["-m", "designer", self._command, *arguments, "--json"])

    def cancel(self) -> None:
        """End the call; what it writes, it writes whole or not at all."""
        if self._process is not None:
            self._is_cancelled = True
            self._process.kill()

    def close(self) -> None:
        """End the call and wait until it is gone."""
        if self._process is not None:
            process = self._let_go()
            process.kill()
            process.waitForFinished()

    def _finish(self, code: int, _status: object) -> None:
        if self._process is None:
            return
        process = self._let_go()
        if self._is_cancelled:
            self.cancelled.emit()
            return
        answer = _answer(bytes(process.readAllStandardOutput().data()))
        if code == 0 and answer:
            self.done.emit(answer)
        elif answer:
            self.failed.emit(str(answer.get("error", "")), str(answer.get("hint", "")))
        else:
            self.failed.emit(f"The {self._command} ended unexpectedly (exit code {code}).", "")

    def _pass_on(self) -> None:
        if self._process is None:
            return
        self._process.setReadChannel(QProcess.ProcessChannel.StandardError)
        while self._process.canReadLine():
            self.told.emit(
                bytes(self._process.readLine().data()).decode("utf-8", "replace").strip()
            )

    def _break(self, error: QProcess.ProcessError) -> None:
        """Tell of a process that never began; any other end is told of when it has finished."""
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            reason = self._let_go().errorString()
            self.failed.emit(f"The {self._command} could not be started: {reason}.", "")

    def _let_go(self) -> QProcess:
        process, self._process = self._process, None
        assert process is not None
        process.finished.disconnect(self._finish)
        process.errorOccurred.disconnect(self._break)
        process.readyReadStandardError.disconnect(self._pass_on)
        process.deleteLater()
        return process


def _answer(output: bytes) -> dict[str, Any]:
    try:
        found = json.loads(output)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _environment() -> QProcessEnvironment:
    """The window's own, with this very Layerloom first; the accelerator is left to training."""
    found = QProcessEnvironment.systemEnvironment()
    root = str(Path(designer.__path__[0]).parent)
    found.insert("PYTHONPATH", os.pathsep.join(p for p in (root, found.value("PYTHONPATH")) if p))
    found.insert("JAX_PLATFORMS", "cpu")
    return found
