"""The list of data sources, each with a line or two about what it holds."""

from __future__ import annotations

import re

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from core.data.environment import Environment
from core.data.source import FileSource, Source, sources

KIND = Qt.ItemDataRole.UserRole
SUMMARY = Qt.ItemDataRole.UserRole + 1
_PADDING = 8
_LINES = 2


class SourceList(QListWidget):
    """Shipped data first, then environments, then files and folders of the user's.

    ``chosen`` carries the kind.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Data sources")
        self.setItemDelegate(_SourceDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for kind, source in sorted(sources().items(), key=_place):
            item = QListWidgetItem(source.label)
            item.setData(KIND, kind)
            item.setData(SUMMARY, _short(source.summary()))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{source.label}. {source.summary()}")
            item.setToolTip(source.summary())
            self.addItem(item)
        self.currentItemChanged.connect(self._tell)

    def select(self, kind: str) -> None:
        """Choose a source; a kind that is not in the list leaves none chosen."""
        rows = (row for row in range(self.count()) if self.item(row).data(KIND) == kind)
        self.setCurrentRow(next(rows, -1))

    def sizeHint(self) -> QSize:
        """Wide enough for the summaries to take two lines."""
        return QSize(270, 400)

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(item.data(KIND))


class _SourceDelegate(QStyledItemDelegate):
    """Draws a name with its summary below."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        back = QStyleOptionViewItem(option)
        self.initStyleOption(back, index)
        back.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, back, painter, widget)
        area: QRect = option.rect.adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole
        # A style sheet makes the widget's own placeholder colour too faint to read.
        palette = QApplication.palette()
        painter.save()
        painter.setFont(_bold(widget.font()))
        painter.setPen(palette.color(role.HighlightedText if selected else role.Text))
        painter.drawText(area, Qt.TextFlag.TextSingleLine, index.data())
        painter.setFont(widget.font())
        painter.setPen(palette.color(role.HighlightedText if selected else role.PlaceholderText))
        below = area.adjusted(0, widget.fontMetrics().lineSpacing() + 2, 0, 0)
        painter.drawText(below, Qt.TextFlag.TextWordWrap, index.data(SUMMARY))
        painter.restore()

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        line = option.fontMetrics.lineSpacing()
        return QSize(0, (1 + _LINES) * line + 2 + 2 * _PADDING)


def _place(entry: tuple[str, type[Source]]) -> tuple[bool, bool, bool, str]:
    source = entry[1]
    plays, is_file = issubclass(source, Environment), issubclass(source, FileSource)
    return not source.built_in, plays, not is_file, source.label


def _short(summary: str) -> str:
    """The first clause of a summary: what comes after it does not fit."""
    return re.split(r"[:;]", summary)[0].rstrip(".")


def _bold(font: QFont) -> QFont:
    made = QFont(font)
    made.setWeight(QFont.Weight.DemiBold)
    return made
