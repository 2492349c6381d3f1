"""A list of what differs between two things, part by part, with both sides beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

# Part, what, and the texts of both sides; empty where a side has nothing.
Row = tuple[str, str, str, str]
_NOTHING = "—"


class DifferenceList(QWidget):
    """Rows under the titles of their parts, or one sentence where there is nothing to list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Differences")
        self.tree.setRootIsDecorated(True)
        self.tree.setUniformRowHeights(True)
        header = self.tree.header()
        header.setStretchLastSection(False)
        self.tree.setColumnCount(3)
        for column in range(3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self._sentence = QLabel()
        self._sentence.setProperty("role", "muted")
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.tree)
        self._pages.addWidget(self._sentence)

    def show_rows(self, left: str, right: str, rows: Sequence[Row]) -> None:
        """Show ``rows`` under the names of the two sides."""
        self.tree.setHeaderLabels(["What", left, right])
        for column, name in enumerate(("", left, right)):
            self.tree.headerItem().setToolTip(column, name)
        self.tree.clear()
        for part in dict.fromkeys(row[0] for row in rows):
            mine = [row[1:] for row in rows if row[0] == part]
            top = QTreeWidgetItem(self.tree, [f"{part} ({len(mine)})"])
            top.setFirstColumnSpanned(True)
            for texts in mine:
                shown = [texts[0], *(text or _NOTHING for text in texts[1:])]
                item = QTreeWidgetItem(top, shown)
                for column, text in enumerate(shown):
                    item.setToolTip(column, text)
        self.tree.expandAll()
        self._pages.setCurrentWidget(self.tree)

    def say(self, sentence: str) -> None:
        """Show a sentence instead of rows."""
        self.tree.clear()
        self._sentence.setText(sentence)
        self._pages.setCurrentWidget(self._sentence)

    def texts(self) -> list[Row]:
        """The rows that are shown, without the titles of parts."""
        found = []
        for at in range(self.tree.topLevelItemCount()):
            top = cast(QTreeWidgetItem, self.tree.topLevelItem(at))
            part = top.text(0).rpartition(" (")[0]
            for row in range(top.childCount()):
                item = cast(QTreeWidgetItem, top.child(row))
                found.append((part, item.text(0), item.text(1), item.text(2)))
        return found

    def sentence(self) -> str:
        """What is said instead of rows, empty where there are some."""
        return self._sentence.text() if self._pages.currentWidget() is self._sentence else ""
