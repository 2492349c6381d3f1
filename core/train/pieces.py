"""A long computation that stands aside now and then: pieces of it, between the steps of a training.

It runs in a thread of its own, but only when it is given a turn. Whatever computes for long calls
``stand_aside`` between two batches, where it waits for the next turn; where nobody gives turns (on
the command line, in a script) that does nothing. No JAX.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

# Seconds that a piece has at least: changing threads costs some hundredths of a millisecond.
LEAST = 0.005
# Bytes; some systems give a thread too little for the depth of what JAX traces.
_STACK = 2**26


class _Stands(Enum):
    RESTS, COMPUTES, BESIDE, DONE = range(4)


class Dropped(BaseException):
    """Nobody wants the rest of a computation; not an ``Exception``, which those may catch."""


class Pieces:
    """A computation that is given turns. ``seconds`` is what its turns took so far."""

    def __init__(self, work: Callable[[], Any], least: float = LEAST) -> None:
        """Nothing is computed before the first turn."""
        self._work, self._least = work, least
        self._changed = threading.Condition()
        self._stands = _Stands.RESTS
        self._thread: threading.Thread | None = None
        self._dropped = False
        self._turned = self._seconds = 0.0
        self._result: Any = None
        self._error: BaseException | None = None

    @property
    def is_done(self) -> bool:
        """Whether there is a result."""
        return self._stands is _Stands.DONE

    @property
    def can_go_on(self) -> bool:
        """Whether it waits for a turn."""
        return self._stands is _Stands.RESTS

    @property
    def seconds(self) -> float:
        """What its turns took so far, with the present one."""
        with self._changed:
            here = time.perf_counter() - self._turned
            return self._seconds + (here if self._stands is _Stands.COMPUTES else 0.0)

    def go_on(self, seconds: float | None = None) -> None:
        """Give it a turn, and wait for the end of that, or for so many seconds.

        A turn that takes longer goes on beside what the caller does next.
        """
        with self._changed:
            if self._stands is _Stands.RESTS:
                self._stands, self._turned = _Stands.COMPUTES, time.perf_counter()
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, daemon=True)
                    before = threading.stack_size(_STACK)
                    self._thread.start()
                    threading.stack_size(before)
                self._changed.notify_all()
            self._changed.wait_for(lambda: self._stands is not _Stands.COMPUTES, seconds)

    def drop(self, wait: bool = False) -> None:
        """Give it up: it ends where it rests next; with ``wait``, come back when it does."""
        with self._changed:
            self._dropped = True
            self._changed.notify_all()
            if wait:
                self._changed.wait_for(lambda: self._stands is not _Stands.COMPUTES)

    def result(self) -> Any:
        """What was computed. Raises what the computation raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        _HERE.pieces = self
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001 - ``result`` raises it
            self._error = error
        with self._changed:
            self._end_turn(_Stands.DONE)

    def _rest(self) -> None:
        with self._changed:
            if time.perf_counter() - self._turned < self._least and not self._dropped:
                return
            self._end_turn(_Stands.RESTS)
            self._await_turn()

    @contextmanager
    def _beside(self) -> Iterator[Callable[[], None]]:
        with self._changed:
            self._end_turn(_Stands.BESIDE)
        try:
            yield self._check
        finally:
            with self._changed:
                self._stands = _Stands.RESTS
        with self._changed:
            self._changed.notify_all()
            self._await_turn()

    def _check(self) -> None:
        if self._dropped:
            raise Dropped

    def _end_turn(self, stands: _Stands) -> None:
        if self._stands is _Stands.COMPUTES:
            self._seconds += time.perf_counter() - self._turned
        self._stands = stands
        self._changed.notify_all()

    def _await_turn(self) -> None:
        self._changed.wait_for(lambda: self._dropped or self._stands is _Stands.COMPUTES)
        self._check()


_HERE = threading.local()


def stand_aside() -> None:
    """Wait for another turn, if this is computed in turns. Raises Dropped if nobody wants it."""
    pieces: Pieces | None = getattr(_HERE, "pieces", None)
    if pieces is not None:
        pieces._rest()


@contextmanager
def beside() -> Iterator[Callable[[], None]]:
    """While another process computes, no turn is needed.

    What it gives raises Dropped if nobody wants the result any more; it is to be called now and
    then.
    """
    pieces: Pieces | None = getattr(_HERE, "pieces", None)
    if pieces is None:
        yield lambda: None
        return
    with pieces._beside() as check:
        yield check
