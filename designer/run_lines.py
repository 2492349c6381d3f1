"""The figures of one run as lines over its epochs, its steps or its time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from core.project.runs import Point
from widgets.plots.curve_options import EPOCH, TIME

TRAIN, VALIDATION = "train", "validation"
# What lines are made of, by the series of a run's record.
_SERIES = {"step": TRAIN, "validation": VALIDATION}
# A figure of the record that is no line but the clock of the others: seconds since the run began.
SECONDS = "seconds"
Line = tuple[list[float], list[float], list[float]]


class RunLines:
    """Lines by figure and series, TRAIN or VALIDATION."""

    def __init__(self, points: Iterable[Point] = ()) -> None:
        self._lines: dict[tuple[str, str], Line] = {}
        self._clock: tuple[list[float], list[float]] = ([], [])
        for point in points:
            if point.series in _SERIES:
                self._add(_SERIES[point.series], point.step, point.epoch, point.name, point.value)

    def add(self, series: str, step: int, epoch: float, figures: Mapping[str, float]) -> None:
        """Add the figures of one step at the end of their lines."""
        for name, value in figures.items():
            self._add(series, step, epoch, name, value)

    def __contains__(self, line: tuple[str, str]) -> bool:
        return line in self._lines

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def names(self) -> list[str]:
        """The figures that have a line, in the order in which they came."""
        return list(dict.fromkeys(name for name, _ in self._lines))

    @property
    def has_clock(self) -> bool:
        """Whether it was recorded when the steps were done."""
        return bool(self._clock[0])

    def line(self, name: str, series: str, axis: str) -> tuple[Sequence[float], Sequence[float]]:
        """Where on an axis the points of a line are, and their values. Raises KeyError."""
        steps, epochs, values = self._lines[name, series]
        if axis == TIME:
            return self._seconds(steps), values
        return (epochs if axis == EPOCH else steps), values

    def place(self, axis: str, step: float, epoch: float) -> float:
        """Where a step is on an axis."""
        if axis == TIME:
            return self._seconds([step])[0]
        return epoch if axis == EPOCH else float(step)

    def _seconds(self, steps: Sequence[float]) -> list[float]:
        """When steps were done, from the readings around them."""
        known, seconds = self._clock
        if len(steps) == 1 and known and steps[0] >= known[-1]:
            # What has just come; interpolating would copy the clock each time.
            return [seconds[-1]]
        found: list[float] = np.interp(steps, [0, *known], [0.0, *seconds]).tolist()
        return found

    def _add(self, series: str, step: int, epoch: float, name: str, value: float) -> None:
        if name == SECONDS:
            at = bisect_right(self._clock[0], step)
            self._clock[0].insert(at, float(step))
            self._clock[1].insert(at, value)
            return
        line = self._lines.setdefault((name, series), ([], [], []))
        for part, one in zip(line, (step, epoch, value), strict=True):
            part.append(one)
