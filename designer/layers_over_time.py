"""The panel "Layers over time": one figure of each layer at each recorded step of the run."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from designer.late_panels import Surroundings
from designer.layer_history import LayerRecord
from designer.layer_rows import EXPLODES, VANISHES, gradient_faults
from widgets.inputs import ComboBox
from widgets.plots.heat_map import HeatMap
from widgets.theme import Theme

EMPTY_TEXT = "Train, and see here what each layer did at each recorded step"
# More names of layers would take the map's room.
MOST_NAMED = 3
IN_BALANCE = "No gradient vanished or exploded"


@dataclass(frozen=True)
class Figure:
    """A figure of ``LayerFigures`` as people call it; shares are drawn on a linear scale."""

    name: str
    title: str
    log: bool = True


FIGURES = (
    Figure("gradient_norm", "Gradient norm"),
    Figure("update_ratio", "Update ratio"),
    Figure("weight_norm", "Weight norm"),
    Figure("dead_share", "Dead units", log=False),
    Figure("mean", "Activation mean"),
    Figure("deviation", "Activation deviation"),
)


class LayersOverTime:
    """A choice of the figure, what is wrong in words, and the map."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._trainer = surroundings.trainer
        self._is_seen = False
        self.figure = ComboBox()
        self.figure.setAccessibleName("Figure of the layers")
        self.figure.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        for figure in FIGURES:
            self.figure.addItem(figure.title, figure.name)
        self.map = HeatMap()
        self.words = QLabel()
        self.words.setWordWrap(True)
        # Long lines must not widen the panel.
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.widget = QWidget()
        self._lay_out()
        self.figure.currentIndexChanged.connect(self._draw)
        self._trainer.layers.changed.connect(self._draw)
        self._trainer.moments.changed.connect(self._mark)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self.map.set_theme(theme)

    def be_seen(self, seen: bool) -> None:
        """A map that nobody sees is not drawn."""
        self._is_seen = seen
        self._draw()
        self._mark()

    def _lay_out(self) -> None:
        over = QHBoxLayout()
        over.setContentsMargins(10, 6, 10, 4)
        over.setSpacing(10)
        over.addWidget(self.figure)
        over.addWidget(self.words, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.map)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(over)
        column.addWidget(scroll, 1)
        empty = QLabel(EMPTY_TEXT)
        empty.setProperty("role", "muted")
        empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        empty.setWordWrap(True)
        self._whole, self._empty = whole, empty
        self._pages = QStackedLayout(self.widget)
        self._pages.addWidget(empty)
        self._pages.addWidget(whole)

    def _draw(self, *_: object) -> None:
        if not self._is_seen:
            return
        records = self._trainer.layers.records
        self._pages.setCurrentWidget(self._whole if records else self._empty)
        figure = FIGURES[self.figure.currentIndex()]
        rows, values = cells(records, figure.name)
        faults = [gradient_faults(one.layers) for one in records]
        places = {name: number for number, name in enumerate(rows)}
        notes = {
            (places[name], column): words
            for column, found in enumerate(faults)
            for name, (_, words) in found.items()
            if name in places
        }
        self.map.set_values(rows, [r.step for r in records], values, figure.log, notes)
        told = troubles(records, faults, MOST_NAMED)
        self.words.setText(told or IN_BALANCE)
        self.words.setToolTip(troubles(records, faults).replace("; ", "\n"))
        role = "warning" if told else "muted"
        if self.words.property("role") != role:
            self.words.setProperty("role", role)
            self.words.style().polish(self.words)

    def _mark(self) -> None:
        if self._is_seen:
            self.map.set_moment(self._trainer.moments.at)


def cells(records: Sequence[LayerRecord], figure: str) -> tuple[list[str], np.ndarray]:
    """The layers that have a figure at any step, and its values, float64 [layers, records].

    NaN where a layer has none, infinite where it was not finite.
    """
    having = {
        name
        for record in records
        for name, figures in record.layers.items()
        if getattr(figures, figure) is not None
    }
    # The newest record has the layers in computing order, also those that learn from a later stage.
    ordered = dict.fromkeys(name for record in reversed(records) for name in record.layers)
    names = [name for name in ordered if name in having]
    values = np.full((len(names), len(records)), np.nan)
    for column, record in enumerate(records):
        for row, name in enumerate(names):
            value = getattr(record.layers.get(name), figure, None)
            if value is not None:
                values[row, column] = value if np.isfinite(value) else np.inf
    return names, values


def troubles(
    records: Sequence[LayerRecord],
    faults: Sequence[Mapping[str, tuple[str, str]]],
    most: int = sys.maxsize,
) -> str:
    """Which layers' gradients vanished or exploded, and when; empty if none did.

    ``faults`` are what ``gradient_faults`` found in each record. Of each kind at most so many
    layers are named.
    """
    steps: dict[str, dict[str, list[int]]] = {VANISHES: {}, EXPLODES: {}}
    for record, found in zip(records, faults, strict=True):
        for name, (fault, _) in found.items():
            steps[fault].setdefault(name, []).append(record.step)
    parts = []
    for fault, title in ((VANISHES, "Vanishing"), (EXPLODES, "Exploding")):
        told = [f"{name} ({_when(at, records[-1].step)})" for name, at in steps[fault].items()]
        more = f" and {len(told) - most} more" if len(told) > most else ""
        if told:
            parts.append(f"{title}: {', '.join(told[:most])}{more}")
    return "; ".join(parts)


def _when(steps: Sequence[int], last: int) -> str:
    if steps[-1] == last:
        return f"since step {steps[0]:,}" if len(steps) > 1 else f"at step {last:,}"
    return f"step {steps[0]:,}" if len(steps) == 1 else f"steps {steps[0]:,} to {steps[-1]:,}"
