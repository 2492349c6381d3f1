"""Editors for names that are chosen from those that there are: columns of the data, nodes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from core.params import Param
from widgets.field import Field, Several, Shown
from widgets.inputs import ComboBox, LineEdit

_LIST_ROWS = 6
_PARTLY = Qt.CheckState.PartiallyChecked
_TICK = {True: Qt.CheckState.Checked, False: Qt.CheckState.Unchecked}


class ColumnField(Field):
    """An editable combo box of the columns of the data."""

    def __init__(self, param: Param) -> None:
        self._combo = ComboBox()
        self._line = LineEdit()
        # The line forgets that it was modified as soon as its completer has written into it.
        self._typing = False
        super().__init__(param, self._combo)
        self._combo.setEditable(True)
        self._combo.setLineEdit(self._line)
        self._combo.setInsertPolicy(ComboBox.InsertPolicy.NoInsert)
        self._combo.textActivated.connect(self._offer)
        self._line.textEdited.connect(self._type)
        self._line.editingFinished.connect(self._commit)

    def set_options(self, names: Sequence[str]) -> None:
        """Offer the columns ``names``; what is typed stays."""
        if [self._combo.itemText(i) for i in range(self._combo.count())] != list(names):
            text, modified = self._combo.currentText(), self._line.isModified()
            self._combo.clear()
            self._combo.addItems(list(names))
            self._combo.setEditText(text)
            self._line.setModified(modified)

    def _write(self, value: Shown) -> None:
        several = isinstance(value, Several)
        self._typing = False
        self._line.setPlaceholderText(Several.text if several else "")
        self._combo.setEditText("" if isinstance(value, Several) else str(value))

    def _type(self) -> None:
        self._typing = True

    def _commit(self) -> None:
        if not self._typing:
            return
        self._typing = False
        self._line.setModified(False)
        typed = self._line.text().strip()
        if typed or not isinstance(self._value, Several):
            self._offer(typed)


class NamesField(Field):
    """A list in which the chosen names are ticked. Chosen names that are not offered stay in it."""

    def __init__(self, param: Param) -> None:
        self._list = QListWidget()
        self._options: tuple[str, ...] = ()
        super().__init__(param, self._list)
        self._list.itemChanged.connect(self._ticked)

    def can_show(self, value: Shown) -> bool:
        """Only lists of names."""
        return isinstance(value, tuple | Several)

    def set_options(self, names: Sequence[str]) -> None:
        """Offer ``names``, in this order."""
        if tuple(names) != self._options:
            self._options = tuple(names)
            if isinstance(self._value, tuple):
                self._write(self._value)

    def _write(self, value: Shown) -> None:
        chosen = tuple(str(v) for v in value) if isinstance(value, tuple) else ()
        untold = isinstance(value, Several)
        row = self._list.currentRow()
        self._list.clear()
        for name in dict.fromkeys((*self._options, *chosen)):
            item = QListWidgetItem(name)
            item.setCheckState(_PARTLY if untold else _TICK[name in chosen])
            if name not in self._options:
                item.setToolTip(f"There is no {name}")
            self._list.addItem(item)
        self._list.setCurrentRow(row)
        rows = min(max(self._list.count(), 2), _LIST_ROWS)
        self._list.setFixedHeight(rows * max(self._list.sizeHintForRow(0), 24) + 8)

    def _ticked(self) -> None:
        items = [self._list.item(i) for i in range(self._list.count())]
        chosen = tuple(i.text() for i in items if i.checkState() == Qt.CheckState.Checked)
        if isinstance(self._value, Several):
            self.show_value(chosen, fresh=True)
            self.edited.emit(chosen)
        else:
            self._offer(chosen)
