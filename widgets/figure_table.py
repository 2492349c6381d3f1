"""A read-only table of texts and numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FigureTable(QTreeWidget):
    """Rows of texts under ``heads``; a heading with ``#`` in front is that of numbers.

    The column ``widest`` takes the room that the others leave. Rows that are there already only
    change their texts, so that the table keeps its place.
    """

    def __init__(
        self, name: str, heads: Sequence[str], widest: int = 0, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._widest = widest
        self.setAccessibleName(name)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setAlternatingRowColors(True)
        self.setProperty("role", "dense")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.header().setStretchLastSection(False)
        self._numbers: list[bool] = []
        self.set_heads(heads)

    def set_heads(self, heads: Sequence[str]) -> None:
        """Name the columns anew."""
        self._numbers = [head.startswith("#") for head in heads]
        self.setColumnCount(len(heads))
        self.setHeaderLabels([head.lstrip("#") for head in heads])
        mode = QHeaderView.ResizeMode
        for column, is_number in enumerate(self._numbers):
            self.header().setSectionResizeMode(
                column, mode.Stretch if column == self._widest else mode.ResizeToContents
            )
            if is_number:
                self.headerItem().setTextAlignment(column, _RIGHT)

    def set_rows(
        self,
        rows: Sequence[Sequence[str]],
        tips: Sequence[str] = (),
        icons: Sequence[QIcon] = (),
    ) -> None:
        """Show these rows; ``tips`` and ``icons`` have one for each, or are empty."""
        while self.topLevelItemCount() > len(rows):
            self.takeTopLevelItem(self.topLevelItemCount() - 1)
        while self.topLevelItemCount() < len(rows):
            self.addTopLevelItem(QTreeWidgetItem())
        for line, row in enumerate(rows):
            item = self.topLevelItem(line)
            assert item is not None
            for column, text in enumerate(row):
                if item.text(column) != text:
                    item.setText(column, text)
                item.setToolTip(column, tips[line] if tips else text)
                if self._numbers[column]:
                    item.setTextAlignment(column, _RIGHT)
            if icons:
                item.setIcon(0, icons[line])

    def texts(self) -> list[list[str]]:
        """What is shown, row by row."""
        items = [self.topLevelItem(line) for line in range(self.topLevelItemCount())]
        return [[item.text(c) for c in range(self.columnCount())] for item in items if item]
