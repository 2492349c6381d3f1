"""One editor for each kind of parameter; ``field_type`` picks it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QPushButton,
    QWidget,
)

from core.params import Param, Value
from widgets.data_fields import ColumnField, NamesField
from widgets.field import Field, Several, Shown
from widgets.inputs import ComboBox, LineEdit, SpinBox

_INT_MAX = 2**31 - 1
_NARROWEST = 90


class BoolField(Field):
    """A check box."""

    def __init__(self, param: Param) -> None:
        self._box = QCheckBox()
        super().__init__(param, self._box)
        self._row.addStretch(0)
        self._box.clicked.connect(self._tick)

    def _write(self, value: Shown) -> None:
        several = isinstance(value, Several)
        self._box.setTristate(several)
        if several:
            self._box.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self._box.setChecked(bool(value))
        self._box.setText(Several.text if several else "")

    def _tick(self, ticked: bool) -> None:
        self._write(ticked)
        self._offer(ticked)


class IntField(Field):
    """A spin box. A faulty value outside the limits is shown as it is."""

    def __init__(self, param: Param) -> None:
        self._spin = SpinBox()
        # The limits are wide, but what people type is short: a form has to fit a narrow panel.
        self._spin.setMinimumWidth(_NARROWEST)
        super().__init__(param, self._spin)
        low, high = param.minimum, param.maximum
        self._lowest = -_INT_MAX if low is None else int(low)
        self._highest = _INT_MAX if high is None else int(high)
        self._spin.valueChanged.connect(self._stepped)

    def can_show(self, value: Shown) -> bool:
        """Only whole numbers, and no larger ones than a spin box takes."""
        return isinstance(value, Several) or (isinstance(value, int) and abs(value) <= _INT_MAX)

    def _write(self, value: Shown) -> None:
        if isinstance(value, Several):
            self._spin.show_none(self._lowest, self._highest, value.text)
            return
        assert isinstance(value, int)
        self._spin.show_number(value, self._lowest, self._highest)

    def _stepped(self, value: int) -> None:
        if self._spin.shows_none:
            return
        if isinstance(self._value, Several):
            self._spin.show_number(value, self._lowest, self._highest)
        self._offer(value)


class TextField(Field):
    """A line edit for text, numbers and lists; commits on Enter and when the focus leaves."""

    def __init__(self, param: Param) -> None:
        self._line = LineEdit()
        super().__init__(param, self._line)
        self._line.editingFinished.connect(self._commit)
        self._line.textEdited.connect(self._recheck)
        self._line.escaped.connect(self._restore)

    def _write(self, value: Shown) -> None:
        position = self._line.cursorPosition()
        several = isinstance(value, Several)
        self._line.setPlaceholderText(Several.text if several else "")
        self._line.setText("" if isinstance(value, Several) else format_value(value))
        self._line.setCursorPosition(position if self._line.hasFocus() else 0)

    def _commit(self) -> None:
        if not self._line.isModified():
            return
        if isinstance(self._value, Several) and not self._line.text().strip():
            self._restore()
            return
        try:
            value = self.param.parse(self._line.text())
        except ValueError as wrong:
            self._refuse(str(wrong))
            return
        self._offer(value)
        if not self.problem:
            self._write(value)

    def _recheck(self, text: str) -> None:
        """Withdraw the complaint as soon as the text is right."""
        if not self.problem:
            return
        try:
            self.param.parse_valid(text)
        except ValueError:
            return
        self._refuse("")

    def _restore(self) -> None:
        if self._value is not None:
            self.show_value(self._value, fresh=True)


class PathField(TextField):
    """A line edit with a button that opens a file dialog."""

    def __init__(self, param: Param) -> None:
        super().__init__(param)
        self.browse = QPushButton("Browse…")
        self.browse.setAccessibleName(f"Browse for {param.label}")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._ask)
        self._row.addWidget(self.browse)

    def stops(self) -> list[QWidget]:
        """The line, then the button."""
        return [self.editor, self.browse]

    def _ask(self) -> None:
        title, start = f"Choose {self.param.label}", self._line.text()
        if self.param.kind == "folder":
            chosen = QFileDialog.getExistingDirectory(self, title, start)
        else:
            chosen, _ = QFileDialog.getOpenFileName(self, title, start)
        if chosen:
            self._write(chosen)
            self._offer(chosen)


class ChoiceField(Field):
    """A combo box of the parameter's choices, which show their titles and explain themselves."""

    def __init__(self, param: Param) -> None:
        self._combo = ComboBox()
        super().__init__(param, self._combo)
        for title, choice in zip(param.titles or param.choices, param.choices, strict=True):
            self._combo.addItem(title, choice)
        for row, note in enumerate(param.notes):
            self._combo.setItemData(row, note, Qt.ItemDataRole.ToolTipRole)
        self._combo.activated.connect(lambda row: self._offer(self._combo.itemData(row)))

    def _write(self, value: Shown) -> None:
        text = value.text if isinstance(value, Several) else str(value)
        self._combo.setPlaceholderText(text)
        self._combo.setCurrentIndex(self._combo.findData(text))


def field_type(param: Param, value: Shown, has_options: bool) -> type[FieldOfParam]:
    """The editor for ``param``, whose present value is ``value``."""
    if param.kind == "int":
        bounds = (value, param.minimum or 0, param.maximum or 0)
        fits = all(abs(b) <= _INT_MAX for b in bounds if isinstance(b, int | float))
        return IntField if fits and isinstance(value, int | Several) else TextField
    if param.kind == "names" and has_options:
        return NamesField
    return _FIELDS.get(param.kind, TextField)


def format_value(value: Value) -> str:
    """Write a value the way people type it: ``0.001``, ``1e-5``, ``8, 8, 1``."""
    if isinstance(value, tuple):
        return ", ".join(format_value(v) for v in value)
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    mantissa, _, exponent = repr(value).partition("e")
    short = mantissa.removesuffix(".0")
    return f"{short}e{int(exponent)}" if exponent else short


FieldOfParam = BoolField | IntField | TextField | ChoiceField | ColumnField | NamesField
_FIELDS: dict[str, type[FieldOfParam]] = {
    "bool": BoolField,
    "choice": ChoiceField,
    "column": ColumnField,
    "path": PathField,
    "folder": PathField,
}
