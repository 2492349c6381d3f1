"""How each layer of a network learns, one row a layer, with a mark where something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QIcon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from widgets import icons
from widgets.theme import Theme, dark

EMPTY_TEXT = "Train, and see here how each layer learns"
GOOD, DOUBTFUL, BAD = "good", "doubtful", "bad"
_COLUMNS = (
    ("Layer", "The nodes in computing order"),
    ("State", "Whether the layer learns as it should, and what is doubtful about it"),
    ("Gradient", "Euclidean norm of the loss' gradient with respect to all of the layer's weights"),
    ("Weights", "Euclidean norm of all of the layer's weights"),
    ("Update", "What the optimizer changes in a step, as a share of the weights; "
     "around a thousandth is usual"),
    ("Dead", "Share of the units of a ReLU-like output that are 0 for all samples looked at"),
    ("Output", "Mean and standard deviation of what the layer computes"),
)  # fmt: skip
_STATE, _NUMBERS = 1, range(2, 6)
_ICONS = {DOUBTFUL: "warning", BAD: "error"}


@dataclass(frozen=True)
class LayerRow:
    """Texts of one row, empty where a layer has no such figure.

    ``state`` is GOOD, DOUBTFUL or BAD; ``verdict`` says why in words, ``reason`` at length.
    """

    name: str
    gradient: str = ""
    weights: str = ""
    update: str = ""
    dead: str = ""
    output: str = ""
    state: str = GOOD
    verdict: str = ""
    reason: str = ""


class LayerTable(QWidget):
    """A table of layers; while there are none, a line that says how to get them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._rows: tuple[LayerRow, ...] = ()
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Layers")
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.tree.setIconSize(QSize(14, 14))
        self.tree.setHeaderLabels([title for title, _ in _COLUMNS])
        self._dress_header()
        self._empty = QLabel(EMPTY_TEXT)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.tree)

    def set_layers(self, rows: Sequence[LayerRow]) -> None:
        """Show these layers; rows that are there already only change their texts."""
        self._rows = tuple(rows)
        while self.tree.topLevelItemCount() > len(rows):
            self.tree.takeTopLevelItem(self.tree.topLevelItemCount() - 1)
        while self.tree.topLevelItemCount() < len(rows):
            item = QTreeWidgetItem()
            for column in _NUMBERS:
                item.setTextAlignment(column, _RIGHT)
            self.tree.addTopLevelItem(item)
        for number, row in enumerate(rows):
            self._fill(self.tree.topLevelItem(number), row)
        self._stack.setCurrentWidget(self.tree if rows else self._empty)

    def clear(self) -> None:
        """Take all layers away."""
        self.set_layers(())

    def set_theme(self, theme: Theme) -> None:
        """Draw the marks in the colours of ``theme``."""
        self._theme = theme
        self.set_layers(self._rows)

    def _fill(self, item: QTreeWidgetItem | None, row: LayerRow) -> None:
        assert item is not None
        numbers = (row.gradient, row.weights, row.update, row.dead)
        texts = (row.name, row.verdict, *numbers, row.output)
        for column, text in enumerate(texts):
            if item.text(column) != text:
                item.setText(column, text)
            item.setToolTip(column, row.reason)
        color = {DOUBTFUL: self._theme.warning, BAD: self._theme.error}.get(row.state)
        item.setForeground(_STATE, QBrush(QColor(color)) if color else QBrush())
        item.setIcon(_STATE, icons.icon(_ICONS[row.state], color) if color else QIcon())

    def _dress_header(self) -> None:
        header = self.tree.header()
        header.setStretchLastSection(True)
        header.setSectionsMovable(False)
        for column, (_, tip) in enumerate(_COLUMNS):
            self.tree.headerItem().setToolTip(column, tip)
            if column in _NUMBERS:
                self.tree.headerItem().setTextAlignment(column, _RIGHT)
            if column < len(_COLUMNS) - 1:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
