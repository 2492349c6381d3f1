"""The window's side of the worker process: starts it, sends commands, hears events."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from core.train.commands import (
    Command,
)
from widgets.uncollected import Collector

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

GRACE_SECONDS = 3.0


class TrainingProcess(QObject):
    """One warm worker process, replaced when it dies.

    ``told`` carries what the worker tells. ``died`` carries the exit code when the process ends
    without having been asked to.
    """

    # Whether the process has a lower priority than the window.
    gives_way = True
    told = Signal(object)
    died = Signal(int)
    _arrived = Signal(object, object)
    _gone = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._collector: Collector | None = None
        self._arrived.connect(self._on_arrived)
        self._gone.connect(self._on_gone)

    @property
    def pid(self) -> int | None:
        """The process' id, None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process if there is none."""
        if self._process is not None:
            return
        # Not needed before the window was drawn.
        from multiprocessing import get_context

        from core.train.worker import main

        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=main, args=(theirs, self.gives_way), name="layerloom-worker", daemon=True
        )
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        # What the listening thread unpacks would set the collection of garbage off there.
        self._collector = self._collector or Collector(self)
        threading.Thread(target=self._listen, args=(ours,), daemon=True).start()

    def warm_up(self) -> None:
        """Start the process before it is needed, so that the first command finds it ready."""
        self.start()

    def send(self, command: Command) -> None:
        """Send a command, starting the process first if need be."""
        self.start()
        assert self._pipe is not None
        try:
            self._pipe.send(command)
        except OSError:
            # The listener meets the same broken pipe and tells of it.
            return

    def kill(self) -> None:
        """End the process at once, as a death that nobody asked for."""
        if self._process:
            self._process.kill()

    def shut_down(self) -> None:
        """End the process. What it writes, it writes atomically, so nothing on disk can break."""
        process, self._process, self._pipe = self._process, None, None
        if process is not None:
            process.kill()
            process.join()
        if self._collector is not None:
            self._collector.stop()
            self._collector = None

    def _listen(self, pipe: Connection) -> None:
        """Runs in a thread of its own; signals carry what it hears to the window's thread."""
        while True:
            try:
                event = pipe.recv()
            except (EOFError, OSError):
                break
            self._arrived.emit(pipe, event)
        pipe.close()
        try:
            self._gone.emit(pipe)
        except RuntimeError:
            # The window is gone already, and this object with it.
            return

    def _on_arrived(self, pipe: Connection, event: object) -> None:
        # What a process told before it was shut down is of no concern to anyone any more.
        if pipe is self._pipe:
            self.told.emit(event)

    def _on_gone(self, pipe: Connection) -> None:
        if pipe is not self._pipe or self._process is None:
            return
        process = self._process
        process.join(GRACE_SECONDS)
        code = process.exitcode
        self._process = self._pipe = None
        self.died.emit(0 if code is None else code)
