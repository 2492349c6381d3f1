"""Making many objects at once without looking for garbage among them over and over."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# How many put the collection off, and whether it was on before the first of them.
_holders = 0
_was_on = False


def put_off() -> None:
    """Put the collection of garbage off, until everybody who did so has called ``take_up``."""
    global _holders, _was_on
    if not _holders:
        _was_on = gc.isenabled()
        gc.disable()
    _holders += 1


def take_up() -> None:
    """Collect garbage again, as soon as nobody else puts it off."""
    global _holders
    _holders -= 1
    if not _holders and _was_on:
        gc.enable()


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
