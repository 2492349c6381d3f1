"""A card over a whole window that lists keys and mouse gestures, until any key or click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

MARGIN = 28
MOST_COLUMNS = 3
SCROLL_BAR = 20
VEIL = 175
LONE_MODIFIERS = (
    Qt.Key.Key_Shift,
    Qt.Key.Key_Control,
    Qt.Key.Key_Alt,
    Qt.Key.Key_AltGr,
    Qt.Key.Key_Meta,
)


@dataclass(frozen=True)
class KeyRow:
    """What can be done, with any of these keys or mouse gestures."""

    keys: tuple[str, ...]
    mouse: tuple[str, ...]
    text: str


class KeyOverlay(QWidget):
    """Covers ``window``; nothing of what is pressed reaches what is below. Closing deletes it."""

    def __init__(self, window: QWidget, title: str, groups: Mapping[str, Sequence[KeyRow]]) -> None:
        super().__init__(window)
        self._window = window
        self._before = window.focusWidget()
        self._groups = groups
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setAccessibleDescription("Any key closes it")
        self._card = QFrame(self)
        self._card.setProperty("role", "card")
        self._title = QLabel(title)
        self._title.setProperty("role", "title")
        self._hint = QLabel("Any key or click closes this")
        self._hint.setProperty("role", "muted")
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._hint)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(22, 16, 22, 18)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._scroll)
        window.installEventFilter(self)
        self._cover()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def rows(self) -> list[KeyRow]:
        """All rows, group by group."""
        return [row for rows in self._groups.values() for row in rows]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep covering the window."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self._cover()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Keep every key from the window's shortcuts."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close, unless the key may be the first half of another one."""
        if event.key() not in LONE_MODIFIERS:
            self._leave()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab is a key like any other."""
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close."""
        self._leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Veil what is below."""
        veil = QColor(self.palette().color(QPalette.ColorRole.Shadow))
        veil.setAlpha(VEIL)
        QPainter(self).fillRect(self.rect(), veil)

    def _leave(self) -> None:
        self._window.removeEventFilter(self)
        self.close()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def _cover(self) -> None:
        area = self._window.rect()
        self.setGeometry(area)
        room = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        frame = self._card.sizeHint() - self._scroll.sizeHint()
        border = QSize(2, 2) * self._scroll.frameWidth()
        for columns in range(MOST_COLUMNS, 0, -1):
            table = _table(self._groups, columns)
            wanted = table.sizeHint() + frame + border
            if wanted.width() + SCROLL_BAR <= room.width():
                break
        self._scroll.setWidget(table)
        high = wanted.height() > room.height()
        self._card.resize((wanted + QSize(SCROLL_BAR if high else 0, 0)).boundedTo(room.size()))
        self._card.move(room.center() - self._card.rect().center())


def _table(groups: Mapping[str, Sequence[KeyRow]], columns: int) -> QWidget:
    """The groups below each other in columns of about the same length."""
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(34)
    for names in in_columns({group: len(rows) + 2 for group, rows in groups.items()}, columns):
        grid = _column(line)
        for group in names:
            _add_group(grid, group, groups[group])
    for widget in made.findChildren(QWidget):
        # Without its style a label does not know how large it will be.
        widget.ensurePolished()
    return made


def in_columns(lengths: Mapping[str, int], columns: int) -> list[list[str]]:
    """Names in at most so many columns, their order kept and the longest column short."""
    for longest in range(max(lengths.values()), sum(lengths.values()) + 1):
        filled: list[list[str]] = [[]]
        room = longest
        for name, length in lengths.items():
            if length > room:
                filled.append([])
                room = longest
            filled[-1].append(name)
            room -= length
        if len(filled) <= columns:
            break
    return filled


def _column(line: QHBoxLayout) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(5)
    grid.setColumnStretch(1, 1)
    column = QVBoxLayout()
    column.addLayout(grid)
    column.addStretch(1)
    line.addLayout(column, 1)
    return grid


def _add_group(grid: QGridLayout, group: str, rows: Sequence[KeyRow]) -> None:
    title = QLabel(group)
    title.setProperty("role", "title")
    at = grid.rowCount()
    if at > 1:
        grid.setRowMinimumHeight(at, 8)
    grid.addWidget(title, at + 1, 0, 1, 2)
    for number, row in enumerate(rows, at + 2):
        text = QLabel(row.text)
        grid.addWidget(_keys(row), number, 0)
        grid.addWidget(text, number, 1)


def _keys(row: KeyRow) -> QWidget:
    """Keys as caps, mouse gestures as words."""
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(4)
    for key in row.keys:
        cap = QLabel(key)
        cap.setProperty("role", "key")
        line.addWidget(cap)
    words = QLabel(", ".join(row.mouse))
    words.setProperty("role", "muted")
    line.addWidget(words, 1)
    return made
