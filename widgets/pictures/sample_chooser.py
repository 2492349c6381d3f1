"""The strip on which one of the probe's samples is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from widgets.inputs import SpinBox


class SampleChooser(QWidget):
    """``Sample 3 of 8``. People count from 1, ``sample_changed`` and ``index`` from 0."""

    sample_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = 0
        self._spin = SpinBox()
        self._spin.setAccessibleName("Sample")
        self._spin.setMinimumWidth(84)
        self._spin.valueChanged.connect(self._on_value)
        self._of = QLabel()
        self._of.setProperty("role", "muted")
        label = QLabel("Sample")
        label.setBuddy(self._spin)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 6, 12, 6)
        line.setSpacing(8)
        line.addWidget(label)
        line.addWidget(self._spin)
        line.addWidget(self._of)
        line.addStretch(1)
        self.set_samples(0)

    @property
    def index(self) -> int:
        """The sample chosen, counted from 0."""
        return self._index

    def set_samples(self, count: int, index: int = 0) -> None:
        """Offer ``count`` samples and choose one, without emitting."""
        self._index = min(max(index, 0), max(count - 1, 0))
        # The range may clamp the old value on the way; it is set wide, then right.
        self._spin.setRange(1, max(count, self._spin.maximum()))
        self._spin.setValue(self._index + 1)
        self._spin.setRange(1, max(count, 1))
        self._spin.setEnabled(count > 0)
        self._of.setText(f"of {count}")

    def _on_value(self, value: int) -> None:
        if value - 1 != self._index:
            self._index = value - 1
            self.sample_changed.emit(self._index)
