"""One thing seen inside of a node: its title, its picture, and what was left out."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from core.explain.inside.seen import FILTERS, FRAMES, Facet
from widgets.inputs import SpinBox
from widgets.pictures.cells import CellPicture
from widgets.pictures.feature_maps import FeatureMapGrid
from widgets.pictures.sequence_map import SequenceMap
from widgets.pictures.vector_bars import VectorBars

# What one element of an axis is called, by what several are.
_ONE = {
    "steps": "Step",
    "units": "Unit",
    "inputs": "Input",
    "outputs": "Output",
    "tokens": "Token",
    "features": "Feature",
}
_CHANNEL = "Input channel", "The input channel whose weights are shown"
_STEP = "Step", "The step of the sequence after which the maps are shown"
_LEAST_HEIGHT = 96


class FacetCard(QWidget):
    """Filters and maps as tiles, matrices as heat maps, vectors as bars.

    Of filters over three channels the colours are red, green and blue; over more, one input channel
    is shown at a time, and so is one step of a sequence of maps, the last one first. ``told``
    carries what is told of the cell pointed at.
    """

    told = Signal(str)

    def __init__(self, facet: Facet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facet = facet
        self.title = QLabel()
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.channel = SpinBox()
        name, tip = _STEP if facet.axes == FRAMES else _CHANNEL
        self.channel.setAccessibleName(name)
        self.channel.setToolTip(tip)
        self._of = QLabel()
        self._of.setProperty("role", "muted")
        self.picture = _picture(facet)
        self.picture.setMinimumHeight(_LEAST_HEIGHT)
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.picture.cell_changed.connect(self._tell)
        self._channels = self._channel_line(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for part in (self.title, self._channels):
            column.addWidget(part)
        column.addWidget(self.picture, 1)
        column.addWidget(self.note)
        self.show_facet(facet)
        if facet.axes == FRAMES:
            self.channel.setValue(self.channel.maximum())
            self._draw()
        self.channel.valueChanged.connect(self._draw)

    def fits(self, facet: Facet) -> bool:
        """Whether another facet has the same kind of picture."""
        mine = self._facet
        same = (facet.page, facet.title, facet.limits) == (mine.page, mine.title, mine.limits)
        return same and facet.axes == mine.axes

    def show_facet(self, facet: Facet) -> None:
        """Show this facet, which ``fits``."""
        self._facet = facet
        shape = " × ".join(str(size) for size in facet.value.shape)
        self.title.setText(f"{facet.title}, {shape}" if facet.title else shape)
        self.note.setText(facet.note)
        self.note.setVisible(bool(facet.note))
        is_sequence = facet.axes == FRAMES
        several = is_sequence or (facet.page == FILTERS and facet.value.shape[2] not in (1, 3))
        self._channels.setVisible(several)
        if several:
            count = facet.value.shape[0 if is_sequence else 2]
            self.channel.setRange(0, count - 1)
            self._of.setText(f"of {count}")
        self._draw()

    def _draw(self, *_: object) -> None:
        facet, picture = self._facet, self.picture
        if isinstance(picture, FeatureMapGrid):
            at = self.channel.value() if self._channels.isVisibleTo(self) else 0
            if facet.axes == FRAMES:
                picture.set_value(facet.value[at], facet.limits or _even(facet.value))
            elif facet.value.shape[2] == 3:
                picture.set_colors(facet.value)
            else:
                picture.set_value(facet.value[:, :, at], _even(facet.value))
        elif isinstance(picture, SequenceMap):
            across, down = ((_ONE[axis], axis) for axis in facet.axes)
            picture.name_axes(across, down, facet.rows)
            picture.set_value(facet.value, facet.limits)
        elif isinstance(picture, VectorBars):
            picture.set_value(facet.value, facet.columns)

    def _tell(self, cell: object) -> None:
        self.told.emit(self.picture.words(cell) if isinstance(cell, tuple) else "")

    def _channel_line(self, name: str) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        label = QLabel(name)
        label.setBuddy(self.channel)
        for part in (label, self.channel, self._of):
            row.addWidget(part)
        row.addStretch(1)
        return line


def _picture(facet: Facet) -> CellPicture:
    colors = "inferno" if facet.limits else "diverging"
    if facet.page == FILTERS:
        return FeatureMapGrid("diverging", noun="Filter")
    if facet.axes == FRAMES:
        return FeatureMapGrid(colors, noun="Channel")
    if facet.value.ndim == 1:
        return VectorBars()
    # What lies between limits has no middle from which it differs.
    return SequenceMap(colors)


def _even(value: np.ndarray) -> tuple[float, float]:
    """Limits of one scale for all, with 0 in the middle."""
    finite = np.abs(value[np.isfinite(value)])
    most = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    return -most, most
