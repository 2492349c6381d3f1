"""The panel that lists the steps of undo and redo and jumps between them."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPen, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from designer.session import Session
from widgets.row_ground import paint_row_ground
from widgets.theme import Theme, dark

_Index = QModelIndex | QPersistentModelIndex
_ROW, _LINE, _TEXT = 28, 18, 36
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class HistoryPanel(QWidget):
    """The session's steps, oldest first. A click or Enter goes to a step.

    The present step has a filled dot and bold text; undone ones are muted, with a hollow dot.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session, self.theme = session, dark()
        self._model = _Steps(self)
        self.list = QListView()
        self.list.setAccessibleName("History")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_StepDelegate(self))
        self.list.clicked.connect(self._jump)
        self.list.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        session.changed.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Draw the steps in the colours of ``theme``."""
        self.theme = theme
        self.list.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Enter go to the step that the arrow keys have reached."""
        pressed = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if pressed and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            self._jump(self.list.currentIndex())
            return True
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the present step into view."""
        super().showEvent(event)
        self._show()

    def _jump(self, index: QModelIndex) -> None:
        if index.isValid():
            self.session.jump(index.row())

    def _show(self, *_: object) -> None:
        self._model.show_steps(self.session.steps, self.session.at)
        present = self._model.index(self.session.at)
        self.list.setCurrentIndex(present)
        self.list.scrollTo(present)


class _Steps(QAbstractListModel):
    """The names of the steps, and which one is the present."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.steps: tuple[str, ...] = ()
        self.at = 0

    def show_steps(self, steps: tuple[str, ...], at: int) -> None:
        """Show these; the same ones again change nothing."""
        if (steps, at) != (self.steps, self.at):
            self.beginResetModel()
            self.steps, self.at = steps, at
            self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.steps)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        step = self.steps[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return step
        if role == Qt.ItemDataRole.AccessibleTextRole:
            here = ", present" if index.row() == self.at else ""
            return step + (", undone" if index.row() > self.at else here)
        return None


class _StepDelegate(QStyledItemDelegate):
    """Draws the steps as dots on a line that ends in what was undone."""

    def __init__(self, panel: HistoryPanel) -> None:
        super().__init__(panel)
        self._panel = panel

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, _Steps)
        theme, rect = self._panel.theme, QRectF(option.rect)
        ahead, last = index.row() - model.at, len(model.steps) - 1
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_row_ground(painter, rect, theme, option.state, inset=4)
        _paint_line(painter, rect, theme, index.row() > 0, index.row() < last)
        _paint_dot(painter, rect, theme, ahead)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold if ahead == 0 else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(theme.text_muted if ahead > 0 else theme.text))
        room = rect.adjusted(_TEXT, 0, -8, 0)
        shown = painter.fontMetrics().elidedText(
            model.steps[index.row()], Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
        painter.restore()


def _paint_line(painter: QPainter, rect: QRectF, theme: Theme, above: bool, below: bool) -> None:
    """The line through all steps, left open around the dot."""
    middle, open_by = QPointF(rect.left() + _LINE, rect.center().y()), QPointF(0, 7)
    painter.setPen(QPen(QColor(theme.border), 2))
    if above:
        painter.drawLine(QPointF(middle.x(), rect.top()), middle - open_by)
    if below:
        painter.drawLine(middle + open_by, QPointF(middle.x(), rect.bottom()))


def _paint_dot(painter: QPainter, rect: QRectF, theme: Theme, ahead: int) -> None:
    """A step's dot; ``ahead`` says how far the step is after the present one."""
    color = QColor(theme.accent if ahead == 0 else theme.text_muted)
    painter.setPen(QPen(color, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush if ahead > 0 else color)
    radius = 5.0 if ahead == 0 else 3.5
    painter.drawEllipse(QPointF(rect.left() + _LINE, rect.center().y()), radius, radius)
