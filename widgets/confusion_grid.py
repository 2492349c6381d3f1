"""A confusion matrix as a coloured grid whose cells can be chosen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from widgets.colors import mix
from widgets.fonts import smaller
from widgets.theme import Theme, dark

_CELL, _HEAD = 22, 20
_LONGEST, _WIDEST = 84, 64
# How much of the colour a cell with all of its row has.
_FULL = 0.62


class ConfusionGrid(QWidget):
    """Rows are true classes, columns predicted ones, and each cell counts.

    The colour's strength is the cell's share of its row; what is right is green, what is wrong red.
    ``chosen`` carries the row and the column of a cell that is clicked, or reached by the keyboard.
    """

    chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._names: tuple[str, ...] = ()
        self._counts = np.zeros((0, 0), np.int64)
        caption = QLabel("True class ↓   predicted →")
        caption.setProperty("role", "muted")
        self.table = QTableWidget()
        self.table.setAccessibleName("Confusion matrix")
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setTabKeyNavigation(False)
        # The numbers need the room that lists leave beside their texts.
        self.table.setStyleSheet("QTableView::item { padding: 0; } QHeaderView::section "
                                 "{ padding: 0 3px; }")  # fmt: skip
        self.table.setFont(smaller(self.font()))
        for header in (self.table.horizontalHeader(), self.table.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setMinimumSectionSize(16)
            header.setHighlightSections(False)
        self.table.horizontalHeader().setDefaultSectionSize(_CELL)
        self.table.verticalHeader().setDefaultSectionSize(_HEAD)
        self.table.currentCellChanged.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(caption)
        column.addWidget(self.table, 1)

    def set_counts(self, names: Sequence[str], counts: np.ndarray) -> None:
        """Show ``counts[t, p]`` int of classes by their names; the chosen cell stays."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.table.clear()
            self.table.setRowCount(len(names))
            self.table.setColumnCount(len(names))
            self.table.setHorizontalHeaderLabels(list(names))
            self.table.setVerticalHeaderLabels(list(names))
            widest = max((self.fontMetrics().horizontalAdvance(n) for n in names), default=0)
            self.table.verticalHeader().setFixedWidth(min(widest + 12, _LONGEST))
            longest = self.fontMetrics().horizontalAdvance(f"{int(counts.max(initial=0)):,}")
            wide = min(max(widest, longest, _CELL - 8) + 8, _WIDEST)
            self.table.horizontalHeader().setDefaultSectionSize(wide)
            for i, name in enumerate(names):
                for head in (self.table.horizontalHeaderItem(i), self.table.verticalHeaderItem(i)):
                    assert head is not None, "its label was set above"
                    head.setToolTip(name)
        self._counts = counts
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Colour the cells for ``theme``."""
        self._theme = theme
        self._fill()

    def _fill(self) -> None:
        theme, counts = self._theme, self._counts
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        for i, name in enumerate(self._names):
            for j, other in enumerate(self._names):
                item = self.table.item(i, j)
                if item is None:
                    item = QTableWidgetItem()
                    item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                    self.table.setItem(i, j, item)
                count = int(counts[i, j])
                color = theme.success if i == j else theme.error
                strength = 0.06 + (_FULL - 0.06) * float(shares[i, j]) if count else 0.0
                item.setText(f"{count:,}" if count else "")
                item.setBackground(QBrush(QColor(mix(color, theme.base, strength))))
                item.setForeground(QBrush(QColor(theme.text)))
                item.setToolTip(f"{count:,} of {name} taken for {other} ({shares[i, j]:.1%})")

    def _choose(self, row: int, column: int, _before_row: int, _before_column: int) -> None:
        if row >= 0 and column >= 0:
            self.chosen.emit(row, column)
