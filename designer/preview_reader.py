"""Reads previews of data on another thread and drops those that nobody waits for any more."""

from __future__ import annotations

import gc
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal

from core.data.binding import DataBinding
from designer.data_preview import Preview, read_preview


class PreviewReader(QObject):
    """Answers the latest question with ``read``, which carries a ``Preview``.

    It belongs to the application and must be closed: an answer may still be under way when the
    window that asked is gone. ``arrived`` is how the other thread hands its answer over.
    """

    read = Signal(object)
    arrived = Signal(int, object)

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._latest = 0
        self._running = 0
        self._closed = False
        self.arrived.connect(self._take)

    @property
    def running(self) -> int:
        """How many readings are under way, those included that nobody waits for."""
        return self._running

    def ask(self, binding: DataBinding, folder: Path) -> None:
        """Read the preview of ``binding``; earlier questions are forgotten."""
        self.forget()
        self._running += 1
        # Python's collector, set off by what a table allocates, would stall the window, and take
        # Qt objects apart on the wrong thread.
        gc.disable()
        QThreadPool.globalInstance().start(_Reading(self, self._latest, binding, folder))

    def forget(self) -> None:
        """Wait for no answer any more."""
        self._latest += 1

    def wants(self, number: int) -> bool:
        """Whether somebody still waits for the answer to this question."""
        return number == self._latest

    def close(self) -> None:
        """Go away as soon as nothing is under way."""
        self.forget()
        self._closed = True
        if not self._running:
            self.deleteLater()

    def _take(self, number: int, preview: Preview | None) -> None:
        self._running -= 1
        if preview is not None and self.wants(number):
            self.read.emit(preview)
        if not self._running:
            gc.enable()
            if self._closed:
                self.deleteLater()


class _Reading(QRunnable):
    def __init__(
        self, reader: PreviewReader, number: int, binding: DataBinding, folder: Path
    ) -> None:
        super().__init__()
        self._reader, self._number = reader, number
        self._binding, self._folder = binding, folder

    def run(self) -> None:
        preview = None
        try:
            if self._reader.wants(self._number):
                preview = read_preview(self._binding, self._folder)
        finally:
            self._reader.arrived.emit(self._number, preview)
