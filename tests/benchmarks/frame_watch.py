"""Watches how smoothly a window runs: its event loop stalls, and its frames come late."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QWidget

BEAT_MS = 1
FRAMES_A_SECOND = 60


@dataclass
class Watched:
    """Milliseconds: what each beat was late by, and each frame's from when it was due."""

    late: list[float] = field(default_factory=list)
    frames: list[float] = field(default_factory=list)

    @property
    def longest_stall(self) -> float:
        """The longest time for which the event loop left undone what was due."""
        return max(self.late)

    @property
    def p99_frame(self) -> float:
        """The time within which 99 of 100 frames were painted."""
        return quantiles(self.frames, n=100)[-1]


class FrameWatch(QObject):
    """Paints a viewport 60 times a second; beside that the event loop beats each millisecond.

    ``move`` changes what is to be seen before each frame. A frame's time is that from when it was
    due until it is painted; those that fall due during a stall are painted at once after it, and
    each counts. ``found`` is what is watched, and may be exchanged.
    """

    def __init__(self, viewport: QWidget, move: Callable[[], object]) -> None:
        super().__init__(viewport)
        self.found = Watched()
        self._viewport, self._move = viewport, move
        self._began = self._last = time.perf_counter()
        self._number = 0
        self._beat = self._timer(self._on_beat)
        self._beat.start(BEAT_MS)
        self._next = self._timer(self._on_frame)
        self._next.setSingleShot(True)
        self._next.start(0)

    def stop(self) -> None:
        """Watch no longer."""
        self._beat.stop()
        self._next.stop()

    def _timer(self, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.timeout.connect(then)
        return timer

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.found.late.append(1000 * (now - self._last) - BEAT_MS)
        self._last = now

    def _on_frame(self) -> None:
        last = int((time.perf_counter() - self._began) * FRAMES_A_SECOND)
        self._move()
        self._viewport.repaint()
        done = time.perf_counter()
        numbers = range(self._number + 1, last + 1)
        self.found.frames += [1000 * (done - self._due(number)) for number in numbers]
        self._number = last
        wait = self._due(last + 1) - time.perf_counter()
        self._next.start(max(0, math.ceil(1000 * wait)))

    def _due(self, number: int) -> float:
        return self._began + number / FRAMES_A_SECOND
