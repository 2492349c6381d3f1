"""Works something out on another thread and drops what nobody waits for any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal

from core.errors import LayerloomError
from widgets.uncollected import put_off, take_up

T = TypeVar("T")


def outcome(work: Callable[[], T]) -> T | LayerloomError:
    """What ``work`` returns, or the error that it raises for the user."""
    try:
        return work()
    except LayerloomError as error:
        return error


class Background(QObject):
    """Answers the latest question with ``answered``, which carries what was worked out.

    It belongs to the application and must be closed: an answer may still be under way when the
    window that asked is gone. ``arrived`` is how the other thread hands its answer over.
    """

    answered = Signal(object)
    arrived = Signal(int, object)

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._latest = 0
        self._running = 0
        self._closed = False
        self.arrived.connect(self._take)

    @property
    def running(self) -> int:
        """How many answers are under way, those included that nobody waits for."""
        return self._running

    def work_out(self, work: Callable[[], object]) -> None:
        """Call ``work``, whose answer must not be None; earlier questions are forgotten."""
        self.forget()
        self._running += 1
        # Python's collector, set off by what is allocated there, would stall the window, and take
        # Qt objects apart on the wrong thread.
        put_off()
        QThreadPool.globalInstance().start(_Work(self, self._latest, work))

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

    def _take(self, number: int, answer: Any) -> None:
        self._running -= 1
        take_up()
        if answer is not None and self.wants(number):
            self.answered.emit(answer)
        if not self._running and self._closed:
            self.deleteLater()


class _Work(QRunnable):
    def __init__(self, background: Background, number: int, work: Callable[[], object]) -> None:
        super().__init__()
        self._background, self._number, self._work = background, number, work

    def run(self) -> None:
        answer = None
        try:
            if self._background.wants(self._number):
                answer = self._work()
        finally:
            self._background.arrived.emit(self._number, answer)
