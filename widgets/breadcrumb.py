"""A line of buttons that says where one is in a nest of things, and leads back out."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton


class Breadcrumb(QFrame):
    """Shows names from the outermost to the present one; nothing is shown at the outermost.

    `activated` carries the number of steps from the outermost to where the user wants to be.
    """

    activated = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setAccessibleName("Where you are")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 4, 10, 4)
        self._row.setSpacing(4)
        self._names: tuple[str, ...] = ()
        self.hide()

    @property
    def names(self) -> tuple[str, ...]:
        """What is shown."""
        return self._names

    def buttons(self) -> list[QPushButton]:
        """The buttons that lead out, the outermost first."""
        return self.findChildren(QPushButton)

    def show_path(self, names: Sequence[str]) -> None:
        """Show the names of all levels, the present one last."""
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        while item := self._row.takeAt(0):
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
        for depth, name in enumerate(self._names[:-1]):
            self._row.addWidget(self._button(depth, name))
            arrow = QLabel("›")
            arrow.setProperty("role", "muted")
            self._row.addWidget(arrow)
        present = QLabel(self._names[-1] if self._names else "")
        present.setTextFormat(Qt.TextFormat.PlainText)
        self._row.addWidget(present)
        self._row.addStretch(1)
        self.setVisible(len(self._names) > 1)

    def _button(self, depth: int, name: str) -> QPushButton:
        button = QPushButton(name.replace("&", "&&"))
        button.setFlat(True)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.setToolTip(f"Back to {name}")
        button.setAccessibleName(f"Back to {name}")
        button.clicked.connect(lambda: self.activated.emit(depth))
        return button
