"""Writes beside the training, in a thread of its own, one thing at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Saver:
    """At most one write is on its way. What goes wrong there is raised where one asks for it."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._error: Exception | None = None

    @property
    def busy(self) -> bool:
        """Whether a write is on its way."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, write: Callable[[], None]) -> None:
        """Begin a write once the one before is done. Raises what that one raised."""
        self.wait()
        # A daemon, so that a second Ctrl+C need not wait: what is written, is renamed when whole.
        self._thread = threading.Thread(target=self._do, args=(write,), daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait for the write. Raises what it raised."""
        if self._thread is not None:
            self._thread.join()
        self.check()

    def check(self) -> None:
        """Raise what the last write raised, once."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _do(self, write: Callable[[], None]) -> None:
        try:
            write()
        except Exception as error:  # noqa: BLE001 - it is raised in the thread that trains
            self._error = error
