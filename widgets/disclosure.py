"""The row of a form that unfolds what few people need."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

_ARROWS = {True: Qt.ArrowType.DownArrow, False: Qt.ArrowType.RightArrow}
# Right and Left unfold and fold, as in trees.
_SIDES = {Qt.Key.Key_Right: True, Qt.Key.Key_Left: False}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Disclosure(QToolButton):
    """A button with an arrow; ``turned`` comes when a person folds or unfolds, not otherwise."""

    turned = Signal(bool)

    def __init__(
        self,
        text: str,
        what: str,
        parent: QWidget | None = None,
        count: str = "{} set",
        is_heading: bool = False,
    ) -> None:
        """``what`` is told of in the tooltip and to screen readers.

        ``count`` writes how many of the hidden values somebody set; a heading stands out.
        """
        super().__init__(parent)
        self._text, self._what, self._count = text, what, count
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("role", "disclosure")
        self.setProperty("heading", is_heading)
        self.clicked.connect(self._turn)
        self.show_state(False, 0)

    def show_state(self, is_open: bool, set_count: int) -> None:
        """Point down or to the right, and say how many of the hidden values somebody set."""
        self.setChecked(is_open)
        self.setArrowType(_ARROWS[is_open])
        count = self._count.format(set_count)
        self.setText(f"{self._text} ({count})" if set_count else self._text)
        act = "Hide" if is_open else "Show"
        self.setToolTip(f"{act} {self._what}.")
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(f"{'Open' if is_open else 'Closed'}. {act} {self._what}.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter turns, Right unfolds and Left folds."""
        key = Qt.Key(event.key())
        if key in _ENTER or _SIDES.get(key, self.isChecked()) is not self.isChecked():
            self.click()
        elif key not in _SIDES:
            super().keyPressEvent(event)

    def _turn(self, is_open: bool) -> None:
        self.setArrowType(_ARROWS[is_open])
        self.turned.emit(is_open)
