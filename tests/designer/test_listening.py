"""What the worker tells is read off the pipe beside the window's thread, which is handed it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from multiprocessing import Pipe
from typing import Any

import numpy as np
from pytestqt.qtbot import QtBot

from core.train.events import Event
from designer.training_process import TrainingProcess

_readers: list[int] = []


@dataclass(frozen=True)
class Told(Event):
    """An array that remembers which thread made it of the bytes in the pipe."""

    values: np.ndarray

    def __setstate__(self, state: dict[str, Any]) -> None:
        _readers.append(threading.get_ident())
        self.__dict__.update(state)


def test_arrays_are_made_in_another_thread_and_reach_the_window_as_they_are(qtbot: QtBot) -> None:
    process = TrainingProcess()
    ours, theirs = Pipe()
    process._pipe = ours
    listener = threading.Thread(target=process._listen, args=(ours,), daemon=True)
    listener.start()
    heard: list[tuple[Told, int]] = []
    process.told.connect(lambda event: heard.append((event, threading.get_ident())))
    values = np.arange(1_000_000, dtype=np.float32)
    theirs.send(Told(values))
    qtbot.waitUntil(lambda: len(heard) == 1)
    theirs.close()
    listener.join()
    (event, taker) = heard[0]
    np.testing.assert_array_equal(event.values, values)
    assert _readers == [listener.ident]
    assert taker == threading.get_ident() != listener.ident
