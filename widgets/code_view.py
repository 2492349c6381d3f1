"""Shows code that is read and copied, with some lines marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QKeyEvent,
    QMouseEvent,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from widgets.colors import mix
from widgets.python_colors import PythonColors
from widgets.theme import Theme, dark

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CodeView(QPlainTextEdit):
    """Python code, read-only. ``line_chosen`` carries a line, from 0, that is clicked or entered.

    Where new code has most lines of the old, only what differs is replaced, so that it stays where
    it is.
    """

    line_chosen = Signal(int)

    def __init__(self, theme: Theme | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme or dark()
        self._lines: list[str] = []
        self._marked: tuple[tuple[int, int], ...] = ()
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSize(10)
        self.setFont(font)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.colors = PythonColors(self.document(), self._theme)

    @property
    def marked(self) -> tuple[tuple[int, int], ...]:
        """The marked lines: the first of each part, and the one after its last."""
        return self._marked

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of ``theme``."""
        self._theme = theme
        self.colors.set_theme(theme)
        self._paint_marks()

    def set_code(self, text: str) -> None:
        """Show this code."""
        new = text.splitlines()
        old, self._lines = self._lines, new
        before = _alike(old, new)
        after = _alike(old[before:][::-1], new[before:][::-1])
        if before == len(old) == len(new):
            return
        if not old or not before:
            self.setPlainText("\n".join(new))
        else:
            self._replace(before, len(old) - after, new[before : len(new) - after])
        self._marked = ()
        self._paint_marks()

    def mark(self, spans: Sequence[tuple[int, int]]) -> None:
        """Mark lines, and bring the first of them into view unless one of them is."""
        self._marked = tuple(sorted(spans))
        self._paint_marks()
        if self._marked and not any(self._is_seen(*span) for span in self._marked):
            cursor = QTextCursor(self.document().findBlockByNumber(self._marked[0][0]))
            self.setTextCursor(cursor)
            self.centerCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the line that is clicked; dragging selects text."""
        super().mouseReleaseEvent(event)
        left = event.button() == Qt.MouseButton.LeftButton
        if left and not self.textCursor().hasSelection():
            self.line_chosen.emit(self.cursorForPosition(event.position().toPoint()).blockNumber())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter choose the line of the cursor."""
        if event.key() in _ENTER:
            self.line_chosen.emit(self.textCursor().blockNumber())
            return
        super().keyPressEvent(event)

    def _replace(self, first: int, end: int, lines: list[str]) -> None:
        """Put lines in place of those from ``first`` to before ``end``; ``first`` is above 0."""
        document = self.document()
        cursor = QTextCursor(document.findBlockByNumber(first - 1))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        last = document.findBlockByNumber(end - 1)
        stop = last.position() + last.length() - 1
        cursor.setPosition(stop, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("".join(f"\n{line}" for line in lines))

    def _is_seen(self, start: int, end: int) -> bool:
        first = self.firstVisibleBlock().blockNumber()
        height = self.blockBoundingRect(self.firstVisibleBlock()).height()
        shown = int(self.viewport().height() / height) if height else 0
        return start < first + shown and end > first

    def _paint_marks(self) -> None:
        color = QColor(mix(self._theme.accent, self._theme.base, 0.24))
        found = []
        for start, end in self._marked:
            for number in range(start, end):
                selection = QTextEdit.ExtraSelection()
                selection.format.setBackground(color)
                selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
                cursor = QTextCursor(self.document().findBlockByNumber(number))
                selection.cursor = cursor
                found.append(selection)
        self.setExtraSelections(found)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
