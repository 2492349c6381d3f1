"""The dialog that says which parameters of nodes in a group each use of the group sets itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from core.params import Param
from widgets.labels import wrapped_label


@dataclass(frozen=True)
class Offer:
    """A parameter that can be exposed; ``name`` is what it is exposed as now, empty for nothing."""

    param: Param
    name: str


class ExposingDialog(QDialog):
    """A row for each parameter: a check box, and the name under which uses set it."""

    def __init__(self, offers: Sequence[Offer], whose: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Expose parameters")
        self.setMinimumWidth(420)
        intro = wrapped_label("muted")
        intro.setText(
            f"Each use of the group sets the parameters of {whose} that are ticked here for itself."
        )
        self.boxes: dict[str, QCheckBox] = {}
        self.names: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setColumnStretch(1, 1)
        for row, offer in enumerate(offers):
            self._add(grid, row, offer)
        if not offers:
            grid.addWidget(QLabel("There is nothing to set."), 0, 0)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(intro)
        column.addLayout(grid)
        column.addWidget(buttons)

    def chosen(self) -> dict[str, str]:
        """The names under which parameters shall be exposed, by parameter."""
        return {
            param: self.names[param].text().strip() or param
            for param, box in self.boxes.items()
            if box.isChecked()
        }

    def _add(self, grid: QGridLayout, row: int, offer: Offer) -> None:
        box = QCheckBox(offer.param.label.replace("&", "&&"))
        box.setChecked(bool(offer.name))
        box.setToolTip(offer.param.help)
        name = QLineEdit(offer.name or offer.param.name)
        name.setAccessibleName(f"Name of {offer.param.label}")
        name.setEnabled(bool(offer.name))
        box.toggled.connect(name.setEnabled)
        grid.addWidget(box, row, 0, Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(name, row, 1)
        self.boxes[offer.param.name], self.names[offer.param.name] = box, name
