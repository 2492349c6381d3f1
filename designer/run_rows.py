"""The runs of a project as rows that a table can show, sort and edit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QIcon

from core.figure_titles import figure_title
from core.project.run_acts import COMMA, tags_in
from core.project.run_report import Report
from designer.amounts import duration
from widgets import icons
from widgets.colors import on_color
from widgets.theme import Theme, dark

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NAME, STATUS, EPOCHS, WHEN, TIME, DEVICE, TAGS = (
    *("Name", "Status", "Epochs"),
    *("When", "Time", "Device", "Tags"),
)
EDITED = (NAME, TAGS)
# More figures than this would leave no room for names.
_MOST_FIGURES = 4
_ICONS = {
    "running": ("play", "accent"),
    "epochs": ("success", "success"),
    "early_stopping": ("success", "success"),
    "interrupted": ("pause", "warning"),
    "diverged": ("error", "error"),
    "imported": ("open", "text_muted"),
}


@dataclass(frozen=True)
class _Column:
    """``figure`` is the name of the figure that the column shows, empty for other columns."""

    title: str
    figure: str = ""


class RunRows(QAbstractTableModel):
    """One row a run. Its columns are as in ``NAME`` and so on, with the figures between them.

    A figure is that of the validation split, or of the training split where there is no other.
    ``edited`` carries a run's id, NAME or TAGS, and what was typed.
    """

    edited = Signal(str, str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reports: list[Report] = []
        self._columns = _columns([])
        self._theme = dark()
        self.by, self.order = WHEN, Qt.SortOrder.DescendingOrder

    def show_reports(self, reports: Sequence[Report]) -> bool:
        """Show these in the order that was chosen; returns whether rows or columns are others."""
        columns = _columns(reports)
        if self.by not in {c.title for c in columns}:
            self.by, self.order = WHEN, Qt.SortOrder.DescendingOrder
        reports = _sorted(reports, next(c for c in columns if c.title == self.by), self.order)
        same = [r.run.id for r in reports] == [r.run.id for r in self.reports]
        if same and columns == self._columns:
            self.reports = list(reports)
            if reports:
                corner = self.index(len(reports) - 1, len(columns) - 1)
                self.dataChanged.emit(self.index(0, 0), corner)
            return False
        self.beginResetModel()
        self.reports, self._columns = list(reports), columns
        self.endResetModel()
        return True

    def advance(self, run: str, epochs: int, figures: Mapping[str, Mapping[str, float]]) -> None:
        """Say how far a run that is going on has come, if it is among the rows."""
        for row, report in enumerate(self.reports):
            if report.run.id == run:
                self.reports[row] = replace(report, epochs=epochs, figures=figures)
                last = self.index(row, len(self._columns) - 1)
                self.dataChanged.emit(self.index(row, 0), last)

    def column(self, title: str) -> int:
        """The number of a column, -1 if there is none of that title."""
        return next((i for i, c in enumerate(self._columns) if c.title == title), -1)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Put the rows into the order of a column; what is selected stays so."""
        self.by, self.order = self._columns[column].title, order
        self.layoutAboutToBeChanged.emit()
        before, kept = self.reports, self.persistentIndexList()
        self.reports = _sorted(before, self._columns[column], order)
        rows = {report.run.id: row for row, report in enumerate(self.reports)}
        moved = [self.index(rows[before[i.row()].run.id], i.column()) for i in kept]
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of ``theme``."""
        self._theme = theme
        self.show_reports(self.reports)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.reports)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = super().flags(index)
        can_edit = self._columns[index.column()].title in EDITED
        return usual | Qt.ItemFlag.ItemIsEditable if can_edit else usual

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        if role == Role.DisplayRole:
            return column.title
        if role == Role.ToolTipRole and column.figure:
            return f"{column.figure} of the validation split, or of the training split without one"
        if role == Role.TextAlignmentRole:
            # At the right of a header stands the arrow of the order.
            side = Qt.AlignmentFlag.AlignHCenter if _is_number(column) else _side(column)
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        report, column = self.reports[index.row()], self._columns[index.column()]
        if role in (Role.DisplayRole, Role.AccessibleTextRole):
            return _text(report, column)
        if role == Role.EditRole:
            return report.run.name if column.title == NAME else _text(report, column)
        if role == Role.TextAlignmentRole:
            return _side(column) | Qt.AlignmentFlag.AlignVCenter
        if role == Role.ToolTipRole:
            return _tip(report, column)
        if role == Role.DecorationRole and column.title == STATUS:
            return _sign(report.run.status, self._theme)
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Tell what was typed; it is shown at once, and again when it has been kept."""
        if role != Role.EditRole:
            return False
        report, title = self.reports[index.row()], self._columns[index.column()].title
        text = str(value).strip()
        if title == NAME:
            run = replace(report.run, name=text)
        else:
            run = replace(report.run, tags=tuple(dict.fromkeys(tags_in(text))))
        if run == report.run:
            return False
        self.reports[index.row()] = replace(report, run=run)
        self.dataChanged.emit(index, index)
        self.edited.emit(run.id, title, text)
        return True


def _sorted(reports: Sequence[Report], by: _Column, order: Qt.SortOrder) -> list[Report]:
    """The reports in the order of a column; those of which it says nothing come last."""
    values = {report.run.id: _value(report, by) for report in reports}
    known = [report for report in reports if values[report.run.id] is not None]
    down = order == Qt.SortOrder.DescendingOrder
    known.sort(key=lambda report: values[report.run.id], reverse=down)
    return [*known, *(report for report in reports if values[report.run.id] is None)]


def _sign(status: str, theme: Theme) -> QIcon:
    """The icon of a status, which can be seen on a selected row too."""
    name, color = _ICONS.get(status, ("info", "text_muted"))
    made = QIcon(icons.icon(name, getattr(theme, color)))
    selected = icons.icon(name, on_color(theme.accent))
    for size in selected.availableSizes():
        made.addPixmap(selected.pixmap(size), QIcon.Mode.Selected)
    return made


def _columns(reports: Sequence[Report]) -> list[_Column]:
    names = dict.fromkeys(
        name
        for report in reports
        for split in ("validation", "train")
        for name in report.figures.get(split, {})
    )
    first, last = (NAME, STATUS, EPOCHS), (WHEN, TIME, DEVICE, TAGS)
    taken = {*first, *last}
    figures = [_Column(figure_title(n), n) for n in names if figure_title(n) not in taken]
    return [*map(_Column, first), *figures[:_MOST_FIGURES], *map(_Column, last)]


def _value(report: Report, column: _Column) -> Any:
    """What a column is sorted by; None where nothing is known."""
    if column.figure:
        return _figure(report, column.figure)
    values: Mapping[str, Any] = {
        NAME: report.run.title.casefold(),
        STATUS: report.status,
        WHEN: report.run.created,
        EPOCHS: report.epochs,
        TIME: report.seconds,
        DEVICE: report.device,
        TAGS: COMMA.join(report.run.tags).casefold(),
    }
    return values[column.title]


def _text(report: Report, column: _Column) -> str:
    value = _value(report, column)
    if column.figure:
        return "" if value is None else f"{value:.4g}"
    run = report.run
    if column.title == NAME:
        return run.title
    if column.title == TAGS:
        return f"{COMMA} ".join(run.tags)
    if column.title == WHEN:
        return f"{_moment(report):%d %b %H:%M}"
    if column.title == TIME:
        return "" if value is None else _short(value)
    return "" if value is None else str(value)


def _tip(report: Report, column: _Column) -> str:
    if column.title == NAME:
        return f"{report.run.title}\nRun {report.run.id}"
    if column.title == WHEN:
        return f"{_moment(report):%A, %d %B %Y, %H:%M:%S}"
    if column.title == DEVICE:
        made_with = report.run.environment
        told = [str(made_with[n]) for n in ("device_kind", "processor") if made_with.get(n)]
        return "\n".join([report.device, *dict.fromkeys(told)])
    if column.figure:
        return "\n".join(
            f"{split} {column.figure} {figures[column.figure]:.6g}"
            for split, figures in report.figures.items()
            if figures.get(column.figure) is not None
        )
    return _text(report, column)


def _figure(report: Report, name: str) -> float | None:
    for split in ("validation", "train"):
        value = report.figures.get(split, {}).get(name)
        if value is not None and math.isfinite(value):
            return float(value)
    return None


def _moment(report: Report) -> datetime:
    return datetime.fromisoformat(report.run.created).astimezone()


def _side(column: _Column) -> Qt.AlignmentFlag:
    return Qt.AlignmentFlag.AlignRight if _is_number(column) else Qt.AlignmentFlag.AlignLeft


def _is_number(column: _Column) -> bool:
    return bool(column.figure) or column.title in (EPOCHS, TIME)


def _short(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)
