"""How each layer of a network learns, one row a layer, with a mark where something is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QResizeEvent
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
from widgets.fonts import smaller
from widgets.theme import Theme, dark

EMPTY_TEXT = "Train, and see here how each layer learns"
WAITING_TEXT = "The layers show here as soon as the first look at them is computed"
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
# The state and colour that a row's sign was drawn with.
_SIGN = Qt.ItemDataRole.UserRole
_NARROWEST = 44
# Which columns give way in a narrow panel, in this order, and how much a name may ask for, in
# pixels. The tooltip of the layer's name has what was left out.
_GIVE_WAY, _LONGEST_NAME = (3, 6), 160
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
        # How wide the titles of the columns are.
        self._titles = [0] * len(_COLUMNS)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Layers")
        self.tree.setRootIsDecorated(False)
        self.tree.setUniformRowHeights(True)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.tree.setProperty("role", "dense")
        small = smaller(self.font())
        self.tree.setFont(small)
        self.tree.header().setFont(small)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setIconSize(QSize(14, 14))
        self.tree.setHeaderLabels([title for title, _ in _COLUMNS])
        self._dress_header()
        self._empty = QLabel(EMPTY_TEXT)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
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
        self._make_room()

    def set_step(self, step: int | None) -> None:
        """Say in the head which step the figures are of; None: the last one."""
        title = _COLUMNS[0][0]
        self.tree.headerItem().setText(0, title if step is None else f"{title}, step {step:,}")

    def set_waiting(self, is_waiting: bool) -> None:
        """While there are no layers: say that they come, or how to get them."""
        self._empty.setText(WAITING_TEXT if is_waiting else EMPTY_TEXT)

    def say(self, text: str) -> None:
        """Say why there are no layers."""
        self._empty.setText(text)

    def clear(self) -> None:
        """Take all layers away."""
        self.set_layers(())

    def set_theme(self, theme: Theme) -> None:
        """Draw the marks in the colours of ``theme``."""
        self._theme = theme
        self.set_layers(self._rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave columns out, or take them in again."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave out the columns that would be reached by scrolling sideways alone."""
        header = self.tree.header()
        # A column that is left out tells nothing of its title.
        self._titles = [
            header.sectionSizeHint(c) or before for c, before in enumerate(self._titles)
        ]
        wide = [max(self.tree.sizeHintForColumn(c), w) for c, w in enumerate(self._titles)]
        needed = sum(wide) - max(wide[0] - _LONGEST_NAME, 0)
        # A scroll bar may come.
        room = self.width() - self.tree.verticalScrollBar().sizeHint().width()
        for column in _GIVE_WAY:
            is_hidden = needed > room
            self.tree.setColumnHidden(column, is_hidden)
            needed -= wide[column] if is_hidden else 0
        for column in range(1, len(_COLUMNS)):
            header.resizeSection(column, wide[column])

    def _fill(self, item: QTreeWidgetItem | None, row: LayerRow) -> None:
        assert item is not None
        # Whatever is set is laid out anew, be it the same.
        numbers = (row.gradient, row.weights, row.update, row.dead)
        texts = (row.name, row.verdict, *numbers, row.output)
        for column, text in enumerate(texts):
            if item.text(column) != text:
                item.setText(column, text)
            if column and item.toolTip(column) != row.reason:
                item.setToolTip(column, row.reason)
        figures = [
            f"{title}: {text}" for (title, _), text in zip(_COLUMNS, texts, strict=True) if text
        ]
        item.setToolTip(0, "\n".join(filter(None, (*figures, row.reason))))
        color = {DOUBTFUL: self._theme.warning, BAD: self._theme.error}.get(row.state, "")
        if item.data(_STATE, _SIGN) != (row.state, color):
            item.setData(_STATE, _SIGN, (row.state, color))
            item.setForeground(_STATE, QBrush(QColor(color)) if color else QBrush())
            item.setIcon(_STATE, icons.icon(_ICONS[row.state], color) if color else QIcon())

    def _dress_header(self) -> None:
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(_NARROWEST)
        for column, (_, tip) in enumerate(_COLUMNS):
            self.tree.headerItem().setToolTip(column, tip)
            if column in _NUMBERS:
                self.tree.headerItem().setTextAlignment(column, _RIGHT)
            if column:
                # By itself the head would measure all rows again after each text.
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
