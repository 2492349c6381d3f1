"""The block palette: a searchable, grouped list from which blocks are dragged onto the canvas."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLabel,
    QLineEdit,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from widgets.palette_drag import BlockDrag
from widgets.palette_rows import ENTRY_ROLE, PaletteEntry, RowDelegate, drag_pixmap
from widgets.theme import Theme, dark

_DEEP = Qt.MatchFlag.MatchRecursive


def match_score(query: str, entry: PaletteEntry) -> int | None:
    """How well an entry answers a query: 0 is best, None is not at all.

    Spaces and hyphens make no difference. An entry's first keyword counts as its second name.
    """
    asked = _plain(query)
    names = [_plain(entry.label), _plain(entry.kind)]
    keywords = [_plain(word) for word in entry.keywords]
    starts = [_plain(word) for word in re.split(r"[\s\-()]+", entry.label)]
    words = [*starts, *(_plain(word) for text in entry.keywords for word in text.split())]
    grades = (
        asked in names,
        asked in keywords[:1],
        any(name.startswith(asked) for name in names),
        any(word.startswith(asked) for word in starts),
        asked in keywords,
        any(asked in name for name in names),
        any(word.startswith(asked) for word in keywords),
        any(asked in word for word in (*keywords, _plain(entry.family))),
        all(any(word.startswith(_plain(part)) for word in words) for part in query.split()),
        _is_scattered(asked, names[0]),
    )
    return next((score for score, fits in enumerate(grades) if fits), None)


def _plain(text: str) -> str:
    """A text without case, spaces and hyphens, if that leaves anything."""
    return re.sub(r"[\W_]+", "", text.casefold()) or text.casefold().strip()


def _is_scattered(asked: str, name: str) -> bool:
    """Whether the letters stand in a name in their order, the first at its beginning."""
    letters = iter(name)
    return name[:1] == asked[:1] and all(letter in letters for letter in asked)


class Palette(QWidget):
    """`activated(kind)` asks for a block; an entry can be dragged onto any widget that takes it.

    `menu_requested` carries the kind on which a menu was asked for, and a place on the screen.
    """

    activated = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__()
        self.theme = theme or dark()
        self._entries: list[PaletteEntry] = []
        self._closed: set[str] = set()
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search blocks")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search blocks")
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._activate_first)
        self.search.installEventFilter(self)
        self.list = _BlockList(self)
        self.list.itemActivated.connect(self._activate)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._ask_for_menu)
        self.list.itemExpanded.connect(lambda item: self._closed.discard(item.text(0)))
        self.list.itemCollapsed.connect(lambda item: self._closed.add(item.text(0)))
        self.nothing = QLabel()
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.nothing.setWordWrap(True)
        self.nothing.setContentsMargins(12, 24, 12, 12)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self._pages)

    def set_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Offer these blocks, grouped by family in the order of first appearance."""
        self._entries = list(entries)
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Draw with another theme's colours."""
        self.theme = theme
        self.list.viewport().update()

    def is_searching(self) -> bool:
        """Whether the list shows the hits of a search, best first and without families."""
        return bool(self.search.text().strip())

    def visible_kinds(self) -> list[str]:
        """The kinds on offer for the current search, in the order of the list."""
        return [entry.kind for entry in map(entry_of, self._rows()) if entry is not None]

    def item_rect(self, kind: str) -> QRect:
        """Where an entry stands in `list.viewport()`, opened and scrolled into view.

        Raises KeyError for a kind that the list does not show.
        """
        for item in self.list.findItems("", Qt.MatchFlag.MatchContains | _DEEP):
            entry = entry_of(item)
            if entry is not None and entry.kind == kind:
                self.list.scrollToItem(item)
                return self.list.visualItemRect(item)
        raise KeyError(kind)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Down lead from the search field into the list, and Escape clear the search."""
        if watched is self.search and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.key() == Qt.Key.Key_Down:
                rows = [item for item in self._rows() if entry_of(item) is not None]
                if rows:
                    self.list.setCurrentItem(rows[0])
                    self.list.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if pressed and event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _fill(self) -> None:
        query = self.search.text().strip()
        self.list.clear()
        if query:
            self._fill_hits(query)
        else:
            self._fill_groups()
        self._pages.setCurrentWidget(self.list)
        if query and self.list.topLevelItemCount() == 0:
            self.nothing.setText(f"No block matches “{query}”")
            self._pages.setCurrentWidget(self.nothing)

    def _fill_hits(self, query: str) -> None:
        scored = [(match_score(query, entry), entry) for entry in self._entries]
        hits = [(score, entry) for score, entry in scored if score is not None]
        for _, entry in sorted(hits, key=lambda hit: (hit[0], hit[1].label.casefold())):
            self.list.addTopLevelItem(_entry_item(entry))

    def _fill_groups(self) -> None:
        for family in dict.fromkeys(entry.family for entry in self._entries):
            group = QTreeWidgetItem([family])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            group.addChildren(
                [_entry_item(entry) for entry in self._entries if entry.family == family]
            )
            self.list.addTopLevelItem(group)
            group.setExpanded(family not in self._closed)

    def _rows(self) -> list[QTreeWidgetItem]:
        """All rows but those in closed groups, from top to bottom."""
        rows = []
        for index in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(index)
            if item is not None:
                rows.append(item)
                count = item.childCount() if item.isExpanded() else 0
                children = (item.child(child) for child in range(count))
                rows += [child for child in children if child is not None]
        return rows

    def _activate(self, item: QTreeWidgetItem) -> None:
        entry = entry_of(item)
        if entry is not None:
            self.activated.emit(entry.kind)

    def _ask_for_menu(self, place: QPoint) -> None:
        item = self.list.itemAt(place)
        entry = entry_of(item) if item is not None else None
        if entry is not None:
            self.menu_requested.emit(entry.kind, self.list.viewport().mapToGlobal(place))

    def _activate_first(self) -> None:
        kinds = self.visible_kinds()
        if kinds and self.is_searching():
            self.activated.emit(kinds[0])


def entry_of(item: QTreeWidgetItem) -> PaletteEntry | None:
    """The entry of a row; None for the title of a family."""
    data = item.data(0, ENTRY_ROLE)
    return data if isinstance(data, PaletteEntry) else None


def _entry_item(entry: PaletteEntry) -> QTreeWidgetItem:
    item = QTreeWidgetItem([entry.label])
    item.setData(0, ENTRY_ROLE, entry)
    item.setToolTip(0, entry.tooltip)
    return item


class _BlockList(QTreeWidget):
    """The list itself: families that open and close, and entries that can be dragged away."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette
        self.setAccessibleName("Blocks")
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setItemDelegate(RowDelegate(self, palette))
        self._pressed: PaletteEntry | None = None
        self._press_at = QPoint()
        self._drag: BlockDrag | None = None
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.itemClicked.connect(self._toggle)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        item = self.itemAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = entry_of(item) if left and item is not None else None
        self._press_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin a drag once the pointer has left the place of the press, then carry it on."""
        way = event.position().toPoint() - self._press_at
        far = way.manhattanLength() >= QApplication.startDragDistance()
        if self._drag is None and self._pressed is not None and far:
            picture = drag_pixmap(
                self._pressed, self._palette.theme, self.font(), self.devicePixelRatioF()
            )
            self._drag = BlockDrag(self._pressed.kind, picture)
        if self._drag is not None:
            self._drag.move(event.globalPosition().toPoint())
        elif self._pressed is None:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag, self._pressed = self._drag, None, None
        if drag is not None:
            drag.drop(event.globalPosition().toPoint())
        else:
            super().mouseReleaseEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._cancel_drag()
        super().hideEvent(event)

    def _cancel_drag(self) -> bool:
        drag, self._drag, self._pressed = self._drag, None, None
        if drag is not None:
            drag.cancel()
        return drag is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._cancel_drag():
            return
        item = self.currentItem()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if enter and item is not None and entry_of(item) is None:
            item.setExpanded(not item.isExpanded())
        elif enter and item is not None:
            self.itemActivated.emit(item, 0)
        else:
            super().keyPressEvent(event)

    def _toggle(self, item: QTreeWidgetItem) -> None:
        if entry_of(item) is None:
            item.setExpanded(not item.isExpanded())
