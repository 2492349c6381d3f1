"""Line edit, spin box and combo box that behave well inside a form that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QValidator, QWheelEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QWidget

_WIDEST = 2**31 - 1


class LineEdit(QLineEdit):
    """A line edit that keeps undo and redo to itself only while something is typed.

    Escape takes back what was typed and not committed; ``escaped`` says so.
    """

    escaped = Signal()

    def event(self, event: QEvent) -> bool:
        """Let the shortcuts of undo and redo pass when there is nothing typed to undo."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            redo = event.matches(QKeySequence.StandardKey.Redo)
            if (redo or event.matches(QKeySequence.StandardKey.Undo)) and not self.isModified():
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape gives up what was typed."""
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            while self.isUndoAvailable():
                self.undo()
            self.setModified(False)
            self.escaped.emit()
            return
        super().keyPressEvent(event)


class SpinBox(QSpinBox):
    """A spin box for whole numbers that ignores the wheel unless it has the focus.

    Steps count at once, typed digits on Enter or when the focus leaves. It may show no number.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # While no number is shown, this one below the lowest stands for none.
        self._none: int | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setKeyboardTracking(False)
        self.setLineEdit(LineEdit())

    @property
    def shows_none(self) -> bool:
        """Whether the box is empty, as after ``show_none``."""
        return self._none is not None and self.value() == self._none

    def show_number(self, value: int, lowest: int, highest: int) -> None:
        """Show a number and take those from ``lowest`` to ``highest``, both and it included."""
        self._none = None
        # Widened first, so that the range never moves a value that nobody changed.
        self.setRange(-_WIDEST, _WIDEST)
        self.setValue(value)
        self.setRange(min(lowest, value), max(highest, value))
        self.lineEdit().setText(self.textFromValue(value))

    def show_none(self, lowest: int, highest: int, placeholder: str) -> None:
        """Show the placeholder until a number is typed, or stepped to from the lowest on."""
        self._none = lowest - 1
        self.setRange(-_WIDEST - 1, _WIDEST)
        self.setValue(self._none)
        self.setRange(self._none, highest)
        self.lineEdit().setPlaceholderText(placeholder)

    def textFromValue(self, value: int) -> str:
        """Nothing for none."""
        return "" if value == self._none else super().textFromValue(value)

    def valueFromText(self, text: str) -> int:
        """None for nothing."""
        return self.value() if self.shows_none and not text else super().valueFromText(text)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Nothing is right while none is shown."""
        if self.shows_none and not text:
            return QValidator.State.Acceptable, text, position
        return super().validate(text, position)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only with the focus; otherwise the form scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ComboBox(QComboBox):
    """A combo box that ignores the wheel unless it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(5)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Step only with the focus; otherwise the form scrolls."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
