"""The dialog that lists the nodes which cannot be exported; clicking one goes to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from widgets.labels import wrapped_label
from widgets.problem_list import ProblemList, ProblemRow
from widgets.theme import Theme

if TYPE_CHECKING:
    from core.compile.onnx_out.translate import Missing

ABOUT = (
    "ONNX has no operators for what these nodes compute, or Layerloom does not know them yet. "
    "Click a node to go to it; replace or mute it, and export again."
)


class InexpressibleDialog(QDialog):
    """``node_wanted`` carries the unfolded node of the row that was clicked or entered.

    It stays open beside the canvas until it is closed.
    """

    node_wanted = Signal(str)

    def __init__(self, missing: Sequence[Missing], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        several = f"{len(missing)} nodes" if len(missing) > 1 else "1 node"
        self.setWindowTitle(f"{several} cannot be exported to ONNX")
        self.resize(520, 320)
        about = wrapped_label("muted")
        about.setText(ABOUT)
        self.list = ProblemList()
        self.list.setAccessibleName("Nodes that cannot be exported")
        self.list.set_problems(
            [ProblemRow("error", m.node, m.name, f"{m.block}: {m.reason}") for m in missing]
        )
        self.list.activated.connect(self.node_wanted)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(about)
        column.addWidget(self.list, 1)
        column.addWidget(buttons)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of ``theme``."""
        self.list.set_theme(theme)
