"""The vertical axis of curves, whose numbers leave each other room on a logarithmic scale too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg

# From the middle of one number to that of the next, in heights of a line.
_APART = 1.1


class ValueAxis(pg.AxisItem):
    """An axis at the left. Powers of ten are written first, then what there is room for."""

    def __init__(self) -> None:
        super().__init__("left")
        self._written: list[float] = []

    def generateDrawSpecs(self, painter: Any) -> Any:
        """What is to be drawn."""
        self._written = []
        return super().generateDrawSpecs(painter)

    def logTickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Texts for logarithms, empty for those that would touch others."""
        texts: list[str] = super().logTickStrings(values, scale, spacing)
        low, high = self.range
        font = self.style["tickFont"] or self.font()
        line = pg.QtGui.QFontMetricsF(font).height() * _APART
        apart = line * (high - low) / max(self.height(), 1.0)
        found = []
        for value, text in zip(values, texts, strict=True):
            fits = all(abs(value - other) >= apart for other in self._written)
            if fits:
                self._written.append(value)
            found.append(text if fits else "")
        return found
