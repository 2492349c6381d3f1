"""Find node: a slim bar over the canvas in which nodes are searched by name, block or shape."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from core.design.analysis import NodeReport
from core.design.flat import place_of
from core.design.outlook import outlook
from designer.session import Session
from widgets.canvas.view import Canvas
from widgets.palette import match_score
from widgets.palette_rows import PaletteEntry
from widgets.row_ground import paint_row_ground
from widgets.speech import SpokenHits
from widgets.theme import Theme, dark

_WIDTH, _ROW, _ROWS, _TOP = 420, 30, 9, 12
# More than this many hits nobody reads, and making their rows would be felt while typing.
_MOST = 100
_ID, _REPORT = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS - 1,
    Qt.Key.Key_PageUp: 1 - _ROWS,
}
_KEPT_OPEN = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
_Index = QModelIndex | QPersistentModelIndex


class FindNode(QFrame):
    """A field and its hits, best first. Enter or a click goes to a node, Escape closes."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.session, self.canvas, self.theme = session, canvas, dark()
        self.setProperty("role", "card")
        self.setAccessibleName("Find node")
        self.search = QLineEdit()
        self.search.setAccessibleName("Name, block or shape of a node")
        self.search.setPlaceholderText("Find a node by its name, block or shape")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._fill)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Nodes found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setItemDelegate(_NodeDelegate(self))
        self.list.itemClicked.connect(self._go)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setContentsMargins(6, 2, 6, 4)
        self.spoken = SpokenHits(self.search, self.list)
        # A click beside the field would otherwise give the focus to the canvas.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self.search)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.search, self.list, self.note):
            column.addWidget(widget)
        canvas.installEventFilter(self)
        session.changed.connect(self._refresh)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw the rows in the colours of ``theme``."""
        self.theme = theme
        self.list.setStyleSheet(f"QListWidget {{ background: {theme.surface}; border: none; }}")

    def open(self) -> None:
        """Show the bar with the cursor in it; what was searched last is there to be typed over."""
        self._fill()
        self.show()
        self.raise_()
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()
        self.spoken.tell()

    def hits(self) -> list[str]:
        """The ids of the nodes shown, best first."""
        return [self.list.item(row).data(_ID) for row in range(self.list.count())]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Answer the field's keys, close when the focus leaves it, and follow the canvas' size."""
        if watched is self.canvas:
            if event.type() == QEvent.Type.Resize:
                self._place()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(Qt.Key(event.key()))
        elif (
            isinstance(event, QFocusEvent)
            and event.type() == QEvent.Type.FocusOut
            and event.reason() not in _KEPT_OPEN
        ):
            self.hide()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keep the keys that the field does not want from acting on the canvas."""
        event.accept()

    def _key(self, key: Qt.Key) -> bool:
        if key in _STEPS:
            last = self.list.count() - 1
            self.list.setCurrentRow(max(0, min(last, self.list.currentRow() + _STEPS[key])))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go(self.list.currentItem())
        elif key == Qt.Key.Key_Escape:
            self._close()
        else:
            return False
        return True

    def _go(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._close()
            path, node = place_of(item.data(_ID))
            self.session.go_to(path)
            self.canvas.reveal(node)

    def _close(self) -> None:
        self.hide()
        self.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _refresh(self, *_: object) -> None:
        if self.isVisible():
            self._fill()

    def _fill(self, *_: object) -> None:
        query = self.search.text().strip()
        reports = self._reports()
        found = _found(query, reports)
        self.list.clear()
        for report in found[:_MOST]:
            item = QListWidgetItem(_spoken(report))
            item.setData(_ID, report.node.id)
            item.setData(_REPORT, report)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.setVisible(bool(found))
        self.list.setFixedHeight(_ROW * min(max(1, len(found)), _ROWS) + 2)
        nothing = f"No node matches “{query}”" if reports else "There are no nodes yet"
        more = f"and {len(found) - _MOST:,} more" if len(found) > _MOST else ""
        self.note.setText(more if found else nothing)
        self.note.setVisible(bool(self.note.text()))
        if not found:
            self.spoken.say(nothing)
        self._place()

    def _reports(self) -> list[NodeReport]:
        """The nodes of the outermost level, and those in groups, of repeated ones the first."""
        whole = self.session.analysis_of_whole
        outer = outlook(whole, self.session.whole, ()).nodes
        inner = (r for i, r in whole.nodes.items() if "/" in i and "~" not in i)
        return [*outer.values(), *inner]

    def _place(self) -> None:
        """Stand at the top of the canvas, in its middle."""
        width = min(_WIDTH, self.canvas.width() - 2 * _TOP)
        self.setFixedWidth(max(160, width))
        self.adjustSize()
        self.move((self.canvas.width() - self.width()) // 2, _TOP)


class _NodeDelegate(QStyledItemDelegate):
    """Draws a node's name with its block behind it, and its shape at the right."""

    def __init__(self, bar: FindNode) -> None:
        super().__init__(bar)
        self._bar = bar

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, report, rect = self._bar.theme, index.data(_REPORT), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, rect, theme, option.state)
        painter.setPen(Qt.PenStyle.NoPen)
        family = report.block.family if report.block else ""
        painter.setBrush(QColor(theme.family_color(family)))
        painter.drawRoundedRect(QRectF(rect.left() + 12, rect.center().y() - 5, 10, 10), 3, 3)
        painter.setFont(option.font)
        _paint_words(painter, rect.adjusted(32, 0, -12, 0), report, theme)
        painter.restore()


def _paint_words(painter: QPainter, room: QRectF, report: NodeReport, theme: Theme) -> None:
    shape, name = _shape(report), report.node.name
    metrics = painter.fontMetrics()
    painter.setPen(QColor(theme.text_muted))
    _text(painter, room, shape, Qt.AlignmentFlag.AlignRight)
    room.setWidth(room.width() - metrics.horizontalAdvance(shape) - 16)
    behind = room.adjusted(metrics.horizontalAdvance(name) + 10, 0, 0, 0)
    _text(painter, behind, _block(report))
    painter.setPen(QColor(theme.text))
    _text(painter, room, name)


def _text(
    painter: QPainter,
    room: QRectF,
    text: str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    if room.width() > 12:
        shown = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, int(room.width()) + 1
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | side), shown)


def _found(query: str, reports: list[NodeReport]) -> list[NodeReport]:
    """The nodes that answer a query, best first and otherwise in computing order."""
    if not query:
        return reports
    scored = [(_score(query, report), report) for report in reports]
    hits = [(score, report) for score, report in scored if score is not None]
    return [report for _, report in sorted(hits, key=lambda hit: hit[0])]


def _score(query: str, report: NodeReport) -> int | None:
    block = report.block
    family = block.family if block else ""
    # Of other words only the commonest: the rest tell of what such a block may be, not of the node.
    words = (_block(report), *(block.keywords[:1] if block else ()), _shape(report))
    entry = PaletteEntry(report.node.block, report.node.name, family, "", family, words)
    return match_score(query, entry)


def _block(report: NodeReport) -> str:
    return report.block.label if report.block else f"{report.node.block} (unknown)"


def _shape(report: NodeReport) -> str:
    return next((str(tensor) for tensor in report.outputs.values()), "")


def _spoken(report: NodeReport) -> str:
    """The row as a screen reader says it."""
    return ", ".join(part for part in (report.node.name, _block(report), _shape(report)) if part)
