"""What every editor of one parameter has in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from core.params import Param, Value


class Several:
    """Stands for the value of a parameter whose owners have different ones."""

    text: Final = "several values"


SEVERAL: Final = Several()
Shown = Value | Several


class Field(QWidget):
    """Edits one parameter.

    ``edited`` carries a valid new value that a person gave. ``problem`` is what is wrong with the
    text now typed, ``""`` if nothing is; ``refused`` is emitted when it changes.
    """

    edited = Signal(object)
    refused = Signal(str)

    def __init__(self, param: Param, editor: QWidget) -> None:
        super().__init__()
        self.param = param
        self.editor = editor
        self.problem = ""
        self._value: Shown | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addWidget(editor, 1)

    def show_value(self, value: Shown, fresh: bool) -> None:
        """Show ``value``. Unless ``fresh``, the old value again leaves what is being typed."""
        if not fresh and value == self._value:
            return
        self._value = value
        self._write(value)
        self._refuse("")

    def can_show(self, value: Shown) -> bool:
        """Whether the editor can show ``value``; files hold values of any kind."""
        return True

    def stops(self) -> list[QWidget]:
        """The widgets at which Tab stops, in its order."""
        return [self.editor]

    def set_options(self, names: Sequence[str]) -> None:
        """Offer ``names`` to choose from, where the editor can."""

    @abstractmethod
    def _write(self, value: Shown) -> None:
        """Show a value in the editor."""

    def _offer(self, value: Value) -> None:
        """Take a value from the person: refuse it, or emit it if it is new."""
        self._refuse(self.param.fault(value) or "")
        if not self.problem and value != self._value:
            self._value = value
            self.edited.emit(value)

    def _refuse(self, message: str) -> None:
        if message != self.problem:
            self.problem = message
            self.refused.emit(message)
