"""The panel that lists the runs of the project and offers what can be done with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStackedLayout,
    QTableView,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.project.run_report import Report
from core.project.runs import RUNNING
from designer.actions import SEPARATOR
from designer.run_rows import NAME, STATUS, TAGS, WHEN, RunRows
from widgets import icons
from widgets.labels import wrapped_label
from widgets.theme import Theme

EMPTY_TEXT = "No runs yet. Press Train: each training is listed here, to compare and to go back to."
# How many selected runs an act needs: at least, and at most where that matters.
_MANY = 1_000_000


@dataclass(frozen=True)
class Offer:
    """One act of the panel: its words, icon and keys, and for how many runs it is."""

    text: str
    tooltip: str
    icon: str
    keys: str = ""
    least: int = 1
    most: int = 1


OFFERS: Mapping[str, Offer] = {
    "compare": Offer(
        *("&Compare", "Show the curves of the selected runs together, and what differs", "chart"),
        least=2,
        most=_MANY,
    ),
    "show": Offer("&Show", "Show this run's curves, and its weights in the views", "eye"),
    "resume": Offer("&Resume", "Go on with this run", "resume"),
    "restore": Offer(
        "Res&tore design",
        "Turn the open design into what this run trained; undo takes it back",
        "restore",
    ),
    "open": Offer("&Open design", "Open what this run trained as a new design", "open"),
    "rename": Offer("Re&name", "Give this run a name", "rename", "F2"),
    "tag": Offer(
        "Edit ta&gs", "Write tags for this run, with commas between them", "tag", "Shift+F2"
    ),
    "events": Offer(
        "E&xport for TensorBoard ...",
        "Write the figures as files for TensorBoard",
        "export",
        most=_MANY,
    ),
    "delete": Offer(
        "&Delete ...",
        "Delete the selected runs with their figures and weights",
        "delete",
        "Del",
        most=_MANY,
    ),
    "refresh": Offer(
        "Read a&gain",
        "Look again for runs that other programs have made",
        "refresh",
        least=0,
        most=_MANY,
    ),
}
_ORDER = (
    *("compare", "show", "resume", SEPARATOR, "restore", "open", SEPARATOR),
    *("rename", "tag", "events", "delete", SEPARATOR, "refresh"),
)
# Rows whose texts are measured for the widths of columns.
_MEASURED = 60
_WIDTHS = {NAME: 130, STATUS: 112, WHEN: 110, TAGS: 120}


class RunsPanel(QWidget):
    """The table of runs under a bar of acts; ``wanted`` carries the name of the act that is chosen.

    ``seen`` comes when the panel is shown. Names and tags are edited in place; ``edited`` is that
    of the rows.
    """

    wanted = Signal(str)
    edited = Signal(str, str, str)
    seen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RunRows(self)
        self.rows.edited.connect(self.edited)
        self.table = self._make_table()
        self.actions_by_name = {name: self._make_action(name) for name in OFFERS}
        self.bar = self._make_bar()
        self.empty = wrapped_label("muted")
        self.empty.setText(EMPTY_TEXT)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMargin(24)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(self._pages, 1)
        self.can_resume: frozenset[str] = frozenset()
        self.is_busy = False
        self.in_use = ""
        self.enable()

    def show_reports(self, reports: Sequence[Report]) -> None:
        """List these runs; those that were selected stay so."""
        chosen = [r.run.id for r in self.selected()]
        if self.rows.show_reports(reports):
            self._point_out_order()
            self._size_columns()
            self.select(chosen)
        self._pages.setCurrentWidget(self.table if reports else self.empty)
        self.enable()

    def selected(self) -> list[Report]:
        """The selected runs, in the order in which they are shown."""
        lines = sorted(i.row() for i in self.table.selectionModel().selectedRows())
        return [self.rows.reports[line] for line in lines]

    def select(self, runs: Sequence[str]) -> None:
        """Select the runs with these ids, as far as they are listed."""
        model = self.table.selectionModel()
        found = QItemSelection()
        for line, report in enumerate(self.rows.reports):
            if report.run.id in runs:
                index = self.rows.index(line, 0)
                found.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        model.select(found, flags.ClearAndSelect | flags.Rows)
        if not found.isEmpty():
            model.setCurrentIndex(found.indexes()[0], flags.NoUpdate)

    def edit(self, title: str) -> None:
        """Begin to edit the name or the tags of the selected run in place."""
        lines = self.table.selectionModel().selectedRows()
        if len(lines) == 1:
            index = self.rows.index(lines[0].row(), self.rows.column(title))
            self.table.setCurrentIndex(index)
            self.table.scrollTo(index)
            self.table.edit(index)

    def enable(self) -> None:
        """Offer what can be done with the selected runs."""
        chosen = self.selected()
        for name, offer in OFFERS.items():
            fits = offer.least <= len(chosen) <= offer.most
            self.actions_by_name[name].setEnabled(fits and self._can(name, chosen))

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of ``theme``."""
        self.rows.set_theme(theme)
        colors = {"resume": theme.success}
        for name, offer in OFFERS.items():
            picture = icons.icon(offer.icon, colors.get(name, theme.text))
            self.actions_by_name[name].setIcon(picture)
        more = self.bar.findChild(QToolButton, "qt_toolbar_ext_button")
        if isinstance(more, QToolButton):
            more.setIcon(icons.icon("more", theme.text))

    def showEvent(self, event: QShowEvent) -> None:
        """Tell that somebody looks."""
        super().showEvent(event)
        self.seen.emit()

    def _can(self, name: str, chosen: Sequence[Report]) -> bool:
        if name == "delete":
            return all(r.run.status != RUNNING and r.run.id != self.in_use for r in chosen)
        if name == "show":
            return not self.is_busy
        if name == "resume":
            return not self.is_busy and chosen[0].run.id in self.can_resume
        return True

    def _point_out_order(self) -> None:
        self.table.horizontalHeader().setSortIndicator(
            self.rows.column(self.rows.by), self.rows.order
        )

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setAccessibleName("Runs")
        table.setModel(self.rows)
        header = table.horizontalHeader()
        header.setSortIndicator(self.rows.column(self.rows.by), self.rows.order)
        table.setSortingEnabled(True)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setIconSize(QSize(16, 16))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(30)
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(_MEASURED)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._open_menu)
        table.selectionModel().selectionChanged.connect(lambda *_: self.enable())
        return table

    def _make_action(self, name: str) -> QAction:
        offer = OFFERS[name]
        action = QAction(offer.text, self)
        action.setObjectName(f"run_{name}")
        if offer.keys:
            action.setShortcut(QKeySequence(offer.keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shown = f" ({offer.keys})" if offer.keys else ""
        action.setToolTip(offer.tooltip + shown)
        action.setStatusTip(offer.tooltip)
        action.triggered.connect(lambda: self.wanted.emit(name))
        self.table.addAction(action)
        return action

    def _make_bar(self) -> QToolBar:
        bar = QToolBar("Runs", self)
        bar.setIconSize(QSize(18, 18))
        self._fill(bar)
        return bar

    def _fill(self, target: QToolBar | QMenu) -> None:
        for name in _ORDER:
            if name == SEPARATOR:
                target.addSeparator()
            else:
                target.addAction(self.actions_by_name[name])

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._fill(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.table.viewport().mapToGlobal(place))

    def _size_columns(self) -> None:
        self.table.resizeColumnsToContents()
        for title, width in _WIDTHS.items():
            column = self.rows.column(title)
            self.table.setColumnWidth(column, max(width, self.table.columnWidth(column)))
