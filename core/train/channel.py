"""The worker's end of the pipe: commands as they come, events as they are told."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection

from core.train.commands import Command
from core.train.events import Event

# Seconds between two looks for commands: asking the pipe costs a hundredth of a small step.
HEARING_INTERVAL = 0.02


class Channel:
    """What the worker hears from its window and tells it.

    It is ``open`` until the window is gone or wants the process to end; ``stopping`` says that
    what goes on now is to end.
    """

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._next = 0.0
        self.open = True
        self.stopping = False

    def tell(self, event: Event) -> None:
        """Send an event; if the window is gone, stop."""
        try:
            self._pipe.send(event)
        except (BrokenPipeError, OSError):
            self.close()

    def close(self) -> None:
        """End what goes on, and the process after it."""
        self.open, self.stopping = False, True

    def is_due(self) -> bool:
        """Whether it is time to look for commands again."""
        now = time.perf_counter()
        if now < self._next:
            return False
        self._next = now + HEARING_INTERVAL
        return True

    def has_command(self, seconds: float = 0.0) -> bool:
        """Whether a command is there, or comes within some seconds; also if the window is gone."""
        try:
            return self._pipe.poll(seconds)
        except (EOFError, OSError):
            return True

    def take(self) -> Command | None:
        """The next command, waiting for it; None if the window is gone."""
        try:
            command: Command = self._pipe.recv()
        except (EOFError, OSError):
            self.close()
            return None
        return command
