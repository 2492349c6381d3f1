"""When garbage is looked for: not while much is made at once, and on the window's thread alone."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

# How many put the collection off, how many collectors there are, and whether Python collected by
# itself before the first of them.
_holders = 0
_collectors = 0
_was_on = False
# Milliseconds between two looks at how much there may be to collect.
_PACE = 500


def put_off() -> None:
    """Put the collection of garbage off, until everybody who did so has called ``take_up``."""
    global _holders
    _pause()
    _holders += 1


def take_up() -> None:
    """Collect garbage again, as soon as nobody else puts it off."""
    global _holders
    _holders -= 1
    _go_on()


@contextmanager
def uncollected(wanted: bool = True) -> Iterator[None]:
    """Put the collection of garbage off until the end, where ``wanted``.

    Objects that stay are looked through again and again while more are made, which takes up to a
    third of the time when a large graph is opened.
    """
    if wanted:
        put_off()
    try:
        yield
    finally:
        if wanted:
            take_up()


class Collector(QObject):
    """Until it is stopped, garbage is collected on its thread alone, now and then.

    Python itself collects on whichever thread happens to make an object, and what belongs to Qt
    must not be taken apart on another thread than the window's: it crashes.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        global _collectors
        _pause()
        _collectors += 1
        self.timer = QTimer(self)
        self.timer.timeout.connect(_collect)
        self.timer.start(_PACE)

    def stop(self) -> None:
        """Let Python collect again, if nobody else keeps it from that."""
        global _collectors
        if self.timer.isActive():
            self.timer.stop()
            _collectors -= 1
            _go_on()


def _collect() -> None:
    """Collect the oldest generation of which Python itself would."""
    if _holders:
        return
    counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
    due = [age for age, (count, limit) in enumerate(counts) if count > limit > 0]
    if due:
        gc.collect(due[-1])


def _pause() -> None:
    global _was_on
    if not (_holders or _collectors):
        _was_on = gc.isenabled()
        gc.disable()


def _go_on() -> None:
    if not (_holders or _collectors) and _was_on:
        gc.enable()
