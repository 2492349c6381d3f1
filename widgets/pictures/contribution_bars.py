"""What each feature of a row adds to or takes from a score, as bars to both sides of 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from widgets.pictures.colormaps import table
from widgets.pictures.vector_bars import VectorBars

# Colours of the diverging map that are strong enough on both themes.
_ABOVE, _BELOW = 222, 38


class ContributionBars(VectorBars):
    """Labelled rows, the largest size first; what is above 0 and below it has two colours."""

    # Labels have the feature's value at their end.
    label_share = 0.58

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Contribution of each feature")

    def set_contributions(
        self, values: np.ndarray, labels: Sequence[str], low: float, high: float
    ) -> None:
        """Show ``values`` [F] with a label each, on a scale from ``low`` to ``high``."""
        self.set_value(values, labels)
        self.set_scale(low, high)
        at = self.visible_elements()[:3]
        told = ", ".join(f"{labels[i]}: {values[i]:.3g}" for i in at)
        self.setAccessibleName(f"Contribution of each feature. {told}")

    def order(self) -> list[int]:
        """All elements, the largest size first."""
        return self.by_size()

    def color(self, index: int) -> QColor:
        """Red above 0, blue below, as in maps of images."""
        at = _ABOVE if self.value(index) >= 0 else _BELOW
        return QColor(*(int(c) for c in table("diverging")[at]))
