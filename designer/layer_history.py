"""What was recorded of the layers of the shown run, step by step."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from core.project.runs import Point
from core.train.events import LayerFigures
from core.train.layer_series import SERIES


@dataclass(frozen=True)
class LayerRecord:
    """The figures of the layers at one step, by name in computing order."""

    step: int
    epoch: float
    layers: Mapping[str, LayerFigures]


class LayerHistory(QObject):
    """The records of one run in order; ``changed`` comes when there are others."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.records: tuple[LayerRecord, ...] = ()

    def show_points(self, points: Sequence[Point]) -> None:
        """Take up what was recorded of a run."""
        self.records = layer_records(points)
        self.changed.emit()

    def add(self, record: LayerRecord) -> None:
        """Take up one more record; one of the same step is replaced."""
        self.records = (*(r for r in self.records if r.step < record.step), record)
        self.changed.emit()

    def clear(self) -> None:
        """Another run is shown."""
        self.show_points(())

    def at(self, step: int | None) -> LayerRecord | None:
        """The last record up to a step, or (None) of all; None where there is no such."""
        steps = [record.step for record in self.records]
        number = len(steps) if step is None else bisect_right(steps, step)
        return self.records[number - 1] if number else None


def layer_records(points: Sequence[Point]) -> tuple[LayerRecord, ...]:
    """The records in a run's points; figures of a later version are left out."""
    found: dict[int, dict[str, dict[str, float]]] = {}
    epochs: dict[int, float] = {}
    for point in points:
        name, _, figure = point.name.rpartition(".")
        if point.series == SERIES and figure in LayerFigures.__dataclass_fields__:
            found.setdefault(point.step, {}).setdefault(name, {})[figure] = point.value
            epochs[point.step] = point.epoch
    return tuple(
        LayerRecord(step, epochs[step], {n: LayerFigures(**f) for n, f in found[step].items()})
        for step in sorted(found)
    )
