"""One editor for each kind of parameter; ``make_field`` picks it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QWidget,
)

from core.params import Param, Value
from widgets.inputs import ComboBox, LineEdit, SpinBox

_INT_MAX = 2**31 - 1
_LIST_ROWS = 6


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
        self._value: Value | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._row.addWidget(editor, 1)
        self.setFocusProxy(editor)

    def show_value(self, value: Value, fresh: bool) -> None:
        """Show ``value``. Unless ``fresh``, the old value again leaves what is being typed."""
        if not fresh and value == self._value:
            return
        self._value = value
        self._write(value)
        self._refuse("")

    def set_options(self, names: Sequence[str]) -> None:
        """Offer ``names`` to choose from, where the editor can."""

    def _write(self, value: Value) -> None:
        raise NotImplementedError

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


class BoolField(Field):
    """A check box."""

    def __init__(self, param: Param) -> None:
        self._box = QCheckBox()
        super().__init__(param, self._box)
        self._row.addStretch(0)
        self._box.clicked.connect(self._offer)

    def _write(self, value: Value) -> None:
        self._box.setChecked(bool(value))


class IntField(Field):
    """A spin box. A faulty value outside the limits is shown as it is."""

    def __init__(self, param: Param) -> None:
        self._spin = SpinBox()
        super().__init__(param, self._spin)
        self._spin.valueChanged.connect(self._offer)

    def _write(self, value: Value) -> None:
        assert isinstance(value, int)
        low, high = self.param.minimum, self.param.maximum
        lowest = -_INT_MAX if low is None else int(low)
        highest = _INT_MAX if high is None else int(high)
        # Widened first, so that the range never moves a value that nobody changed.
        self._spin.setRange(-_INT_MAX, _INT_MAX)
        self._spin.setValue(value)
        self._spin.setRange(min(lowest, value), max(highest, value))


class TextField(Field):
    """A line edit for text, numbers and lists; commits on Enter and when the focus leaves."""

    def __init__(self, param: Param) -> None:
        self._line = LineEdit()
        super().__init__(param, self._line)
        self._line.editingFinished.connect(self._commit)
        self._line.textEdited.connect(self._recheck)
        self._line.escaped.connect(self._restore)

    def _write(self, value: Value) -> None:
        position = self._line.cursorPosition()
        self._line.setText(format_value(value))
        self._line.setCursorPosition(position if self._line.hasFocus() else 0)

    def _commit(self) -> None:
        if not self._line.isModified():
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
            value = self.param.parse(text)
        except ValueError:
            return
        if self.param.fault(value) is None:
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
    """A combo box of the parameter's choices."""

    def __init__(self, param: Param) -> None:
        self._combo = ComboBox()
        super().__init__(param, self._combo)
        self._combo.addItems(list(param.choices))
        self._combo.textActivated.connect(self._offer)

    def _write(self, value: Value) -> None:
        self._combo.setPlaceholderText(str(value))
        self._combo.setCurrentIndex(self._combo.findText(str(value)))


class ColumnField(Field):
    """An editable combo box of the columns of the data."""

    def __init__(self, param: Param) -> None:
        self._combo = ComboBox()
        self._line = LineEdit()
        super().__init__(param, self._combo)
        self._combo.setEditable(True)
        self._combo.setLineEdit(self._line)
        self._combo.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        self._combo.textActivated.connect(self._offer)
        self._line.editingFinished.connect(self._commit)

    def set_options(self, names: Sequence[str]) -> None:
        """Offer the columns ``names``; what is typed stays."""
        if [self._combo.itemText(i) for i in range(self._combo.count())] != list(names):
            text, typing = self._combo.currentText(), self._line.isModified()
            self._combo.clear()
            self._combo.addItems(list(names))
            self._combo.setEditText(text)
            self._line.setModified(typing)

    def _write(self, value: Value) -> None:
        self._combo.setEditText(str(value))

    def _commit(self) -> None:
        if self._line.isModified():
            self._line.setModified(False)
            self._offer(self._line.text().strip())


class NamesField(Field):
    """A list in which the chosen names are ticked. Chosen names that are not offered stay in it."""

    def __init__(self, param: Param) -> None:
        self._list = QListWidget()
        self._options: tuple[str, ...] = ()
        super().__init__(param, self._list)
        self._list.itemChanged.connect(self._ticked)

    def set_options(self, names: Sequence[str]) -> None:
        """Offer ``names``, in this order."""
        if tuple(names) != self._options:
            self._options = tuple(names)
            if isinstance(self._value, tuple):
                self._write(self._value)

    def _write(self, value: Value) -> None:
        assert isinstance(value, tuple)
        chosen = tuple(str(v) for v in value)
        row = self._list.currentRow()
        self._list.clear()
        for name in dict.fromkeys((*self._options, *chosen)):
            item = QListWidgetItem(name)
            ticked = Qt.CheckState.Checked if name in chosen else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
            if name not in self._options:
                item.setToolTip(f"{name} is not in the data")
            self._list.addItem(item)
        self._list.setCurrentRow(row)
        rows = min(max(self._list.count(), 2), _LIST_ROWS)
        self._list.setFixedHeight(rows * max(self._list.sizeHintForRow(0), 24) + 8)

    def _ticked(self) -> None:
        items = [self._list.item(i) for i in range(self._list.count())]
        self._offer(tuple(i.text() for i in items if i.checkState() == Qt.CheckState.Checked))


def make_field(param: Param, value: Value, has_options: bool) -> Field:
    """The editor for ``param``, whose present value is ``value``."""
    if param.kind == "int":
        bounds = (value, param.minimum or 0, param.maximum or 0)
        fits = all(abs(b) <= _INT_MAX for b in bounds if isinstance(b, int | float))
        return IntField(param) if fits and isinstance(value, int) else TextField(param)
    if param.kind == "names" and has_options:
        return NamesField(param)
    return _FIELDS.get(param.kind, TextField)(param)


def format_value(value: Value) -> str:
    """Write a value the way people type it: ``0.001``, ``1e-5``, ``8, 8, 1``."""
    if isinstance(value, tuple):
        return ", ".join(str(v) for v in value)
    if isinstance(value, bool) or not isinstance(value, float):
        return str(value)
    mantissa, _, exponent = repr(value).partition("e")
    short = mantissa.removesuffix(".0")
    return f"{short}e{int(exponent)}" if exponent else short


_FIELDS: dict[str, type[BoolField | ChoiceField | ColumnField | PathField]] = {
    "bool": BoolField,
    "choice": ChoiceField,
    "column": ColumnField,
    "path": PathField,
    "folder": PathField,
}
