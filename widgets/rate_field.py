"""The learning rate of a run that is going on: shown, and changed while it runs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from widgets.inputs import LineEdit

_WIDTH = 100
_TOOLTIP = (
    "The learning rate of the next step, as the schedule has it.\n"
    "Type another one and press Enter to train on with it; the schedule goes on from there,\n"
    "and the recipe stays as it was."
)


class RateField(QWidget):
    """A number with buttons beside it. ``chosen`` carries a rate that was typed, above 0."""

    chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rate = math.nan
        self.edit = LineEdit()
        self.edit.setFixedWidth(_WIDTH)
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.edit.setAccessibleName("Learning rate")
        self.edit.setToolTip(_TOOLTIP)
        self.edit.returnPressed.connect(self._choose)
        self.edit.editingFinished.connect(self._write)
        self.edit.escaped.connect(self._write)
        label = QLabel("Learning rate")
        label.setProperty("role", "muted")
        label.setBuddy(self.edit)
        label.setToolTip(_TOOLTIP)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(0, 0, 0, 0)
        self.line.setSpacing(4)
        self.line.addWidget(label)
        self.line.addWidget(self.edit)
        self.set_live(False)

    def set_actions(self, actions: Sequence[QAction]) -> None:
        """Put a button for each action beside the number."""
        for action in actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setIconSize(QSize(16, 16))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setAccessibleName(action.text().replace("&", ""))
            self.line.addWidget(button)

    def set_live(self, live: bool) -> None:
        """Let the rate be changed, or not."""
        self.edit.setEnabled(live)

    def show_rate(self, rate: float) -> None:
        """Show the present rate, unless the user is typing another one."""
        self._rate = rate
        if not self.edit.isModified():
            self._write()

    def rate(self) -> float:
        """The present rate, NaN while none is known."""
        return self._rate

    def clear(self) -> None:
        """Show no rate."""
        self.edit.setModified(False)
        self.show_rate(math.nan)

    def _choose(self) -> None:
        if not self.edit.isModified():
            return
        try:
            wanted = float(self.edit.text())
        except ValueError:
            wanted = math.nan
        if math.isfinite(wanted) and wanted > 0:
            self._rate = wanted
            self.chosen.emit(wanted)

    def _write(self) -> None:
        """Show the present rate; what was typed and not chosen is gone."""
        self.edit.setText("" if math.isnan(self._rate) else f"{self._rate:.4g}")
        self.edit.setModified(False)
