"""Making many objects at once without looking for garbage among them over and over."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected(wanted: bool = True) -> Iterator[None]:
    """Put the collection of garbage off until the end, where ``wanted``.

    Objects that stay are looked through again and again while more are made, which takes up to a
    third of the time when a large graph is opened.
    """
    paused = wanted and gc.isenabled()
    if paused:
        gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()
