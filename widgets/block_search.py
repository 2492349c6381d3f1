"""A popup at the cursor in which a block is searched and chosen; it knows only palette entries."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QGuiApplication, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from widgets.palette import match_score
from widgets.palette_rows import ENTRY_ROLE, PaletteEntry, RowDelegate
from widgets.speech import SpokenHits
from widgets.theme import Theme, dark

_WIDTH, _ROW, _MOST_ROWS = 340, 30, 9
_PAGE = _MOST_ROWS - 1
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_PageDown: _PAGE,
    Qt.Key.Key_PageUp: -_PAGE,
}


class BlockSearch(QFrame):
    """A field and its hits, best first. `chosen(kind)` comes after the popup has closed.

    `closed` comes whenever it closes, with a choice or without.
    """

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme | None = None, parent: QWidget | None = None) -> None:
        flags = Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint
        super().__init__(parent, flags | Qt.WindowType.NoDropShadowWindowHint)
        self.theme = theme or dark()
        self._entries: list[PaletteEntry] = []
        self._unfit: list[PaletteEntry] = []
        self._nothing_fits = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowTitle("Add a block")
        self.setAccessibleName("Add a block")
        self.search = QLineEdit()
        self.search.setAccessibleName("Search blocks")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Blocks")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_HitDelegate(self.list, self))
        self.list.itemClicked.connect(self._choose)
        self.nothing = QLabel()
        self.nothing.setProperty("role", "muted")
        self.nothing.setWordWrap(True)
        self.nothing.setContentsMargins(8, 4, 8, 4)
        self.spoken = SpokenHits(self.search, self.list)
        self._build()

    def _build(self) -> None:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.search, self.list, self.nothing):
            column.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(card)
        card.setFixedWidth(_WIDTH)
        outer.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    def set_theme(self, theme: Theme) -> None:
        """Draw with another theme's colours."""
        self.theme = theme
        rules = f"QListWidget {{ background: {theme.surface}; border: none; }}"
        self.list.setStyleSheet(rules)

    def offer(
        self,
        entries: Sequence[PaletteEntry],
        place: QPoint,
        prompt: str = "Search blocks",
        nothing_fits: str = "There is no block to add",
        unfit: Sequence[PaletteEntry] = (),
    ) -> None:
        """Open at a global point and offer these blocks, in this order until something is typed.

        `nothing_fits` is shown where there are none. A search that finds no other block than
        one of the `unfit` says that this one does not fit.
        """
        self._entries, self._nothing_fits = list(entries), nothing_fits
        self._unfit = list(unfit)
        self.search.setPlaceholderText(prompt)
        self.search.clear()
        self._fill()
        self._place(place)
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self.spoken.tell()

    def is_searching(self) -> bool:
        """Whether families are left out of the rows; they always are here."""
        return True

    def visible_kinds(self) -> list[str]:
        """The kinds on offer for what is typed, best first."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [item.data(ENTRY_ROLE).kind for item in items]

    def item_rect(self, kind: str) -> QRect:
        """Where a kind's row stands in `list.viewport()`; raises ValueError if it is not shown."""
        item = self.list.item(self.visible_kinds().index(kind))
        self.list.scrollToItem(item)
        return self.list.visualItemRect(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the field's keys move the choice, take it, or close the popup."""
        pressed = event.type() == QEvent.Type.KeyPress
        if watched is self.search and pressed and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in _STEPS:
                self._step(_STEPS[key])
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.list.currentItem())
                return True
            if key == Qt.Key.Key_Escape:
                self.close()
                return True
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Say that it closed."""
        super().hideEvent(event)
        self.closed.emit()

    def _fill(self) -> None:
        query = self.search.text().strip()
        found = _hits(query, self._entries) if query else self._entries
        self.list.clear()
        for entry in found:
            item = QListWidgetItem(entry.label)
            item.setData(ENTRY_ROLE, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.label}, {entry.family}")
            item.setToolTip(entry.tooltip)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.nothing.setText(self._why_nothing(query) if self._entries else self._nothing_fits)
        self.nothing.setVisible(not found)
        if not found:
            self.spoken.say(self.nothing.text())
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(_ROW * min(max(1, len(found)), _MOST_ROWS) + 2)
        self.adjustSize()

    def _why_nothing(self, query: str) -> str:
        known = _hits(query, self._unfit) if query else []
        return f"{known[0].label} does not fit here" if known else f"No block matches “{query}”"

    def _place(self, place: QPoint) -> None:
        """Put the field under the point, but all of the popup on the screen."""
        corner = place - QPoint(24, 24)
        screen = (QGuiApplication.screenAt(place) or self.screen()).availableGeometry()
        corner.setX(max(screen.left(), min(corner.x(), screen.right() - self.width())))
        corner.setY(max(screen.top(), min(corner.y(), screen.bottom() - self.height())))
        self.move(corner)

    def _step(self, by: int) -> None:
        last = self.list.count() - 1
        row = self.list.currentRow() + by
        if abs(by) == 1:
            row %= max(1, last + 1)
        self.list.setCurrentRow(max(0, min(last, row)))

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            kind = item.data(ENTRY_ROLE).kind
            self.close()
            self.chosen.emit(kind)


class _HitDelegate(RowDelegate):
    """Draws a hit with its family at the right, since no family titles stand above it."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        entry = index.data(ENTRY_ROLE)
        painter.save()
        painter.setFont(option.font)
        painter.setPen(QColor(self._palette.theme.text_muted))
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        room = QRectF(option.rect).adjusted(0, 0, -12, 0)
        texts = (entry.label, entry.family)
        width = sum(painter.fontMetrics().horizontalAdvance(text) for text in texts)
        if width + 64 < room.width():
            painter.drawText(room, flags, entry.family)
        painter.restore()


def _hits(query: str, entries: Sequence[PaletteEntry]) -> list[PaletteEntry]:
    scored = [(match_score(query, entry), entry) for entry in entries]
    hits = [(score, entry) for score, entry in scored if score is not None]
    return [e for _, e in sorted(hits, key=lambda hit: (hit[0], hit[1].label.casefold()))]
