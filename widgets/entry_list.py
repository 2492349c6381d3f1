"""A short list whose entries a person adds, removes and moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QToolButton, QVBoxLayout, QWidget

from widgets.icons import icon
from widgets.theme import Theme, dark

_MOST_ROWS = 6


class EntryList(QWidget):
    """Entries by their titles, one of them chosen; it changes nothing itself.

    ``add_wanted`` and ``remove_wanted`` carry the row of an entry, ``move_wanted`` its row and the
    one that it is to have. ``chosen`` comes when a person chooses another row.
    """

    add_wanted = Signal(int)
    remove_wanted = Signal(int)
    move_wanted = Signal(int, int)
    chosen = Signal(int)

    def __init__(self, noun: str, parent: QWidget | None = None) -> None:
        """``noun`` is what one entry is called, such as ``stage``."""
        super().__init__(parent)
        self._noun = noun
        self.rows = QListWidget()
        self.rows.setAccessibleName(f"{noun.capitalize()}s")
        self.rows.currentRowChanged.connect(self._choose)
        self._is_filling = False
        self.add = self._action("add", f"Add {noun}", "Ins", self._add)
        self.remove = self._action("delete", f"Remove {noun}", "Del", self._remove)
        self.up = self._action("up", f"Move {noun} up", "Alt+Up", lambda: self._move(-1))
        self.down = self._action("down", f"Move {noun} down", "Alt+Down", lambda: self._move(1))
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for action in (self.add, self.remove, self.up, self.down):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setAccessibleName(action.text())
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(buttons)
        column.addWidget(self.rows)
        self.set_theme(dark())
        self.set_entries((), 0)

    @property
    def row(self) -> int:
        """The chosen row; -1 in an empty list."""
        return self.rows.currentRow()

    def set_entries(self, titles: Sequence[str], row: int) -> None:
        """Show these entries, the one in ``row`` chosen."""
        self._is_filling = True
        if [self.rows.item(i).text() for i in range(self.rows.count())] != list(titles):
            self.rows.clear()
            self.rows.addItems(list(titles))
        self.rows.setCurrentRow(min(row, len(titles) - 1))
        self._is_filling = False
        self.rows.setVisible(bool(titles))
        shown = min(len(titles), _MOST_ROWS)
        self.rows.setFixedHeight(shown * max(self.rows.sizeHintForRow(0), 24) + 8)
        self._enable()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of a theme."""
        for action in (self.add, self.remove, self.up, self.down):
            action.setIcon(icon(str(action.data()), theme.text))

    def _action(self, name: str, text: str, keys: str, slot: Callable[[], None]) -> QAction:
        made = QAction(text, self)
        made.setData(name)
        made.setShortcut(QKeySequence(keys))
        made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        shown = made.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        made.setToolTip(f"{text} ({shown}, in the list)")
        made.triggered.connect(slot)
        self.rows.addAction(made)
        return made

    def _enable(self) -> None:
        row, count = self.row, self.rows.count()
        self.remove.setEnabled(row >= 0)
        self.up.setEnabled(row > 0)
        self.down.setEnabled(0 <= row < count - 1)

    def _choose(self, row: int) -> None:
        if not self._is_filling:
            self._enable()
            self.chosen.emit(row)

    def _add(self) -> None:
        self.add_wanted.emit(self.row + 1)

    def _remove(self) -> None:
        self.remove_wanted.emit(self.row)

    def _move(self, by: int) -> None:
        self.move_wanted.emit(self.row, self.row + by)
