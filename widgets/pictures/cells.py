"""A picture made of cells: the mouse or the arrow keys choose one, and it is told in words."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from widgets.pictures.described import Described

Cell = tuple[int, ...]
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CellPicture(Described):
    """Base of pictures whose cells can be pointed at.

    ``cell_changed`` carries the cell pointed at, a tuple of numbers counted from 0, or None.
    """

    cell_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cell: Cell | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @abstractmethod
    def cell_at(self, where: QPointF) -> Cell | None:
        """The cell at a point of the widget."""

    @abstractmethod
    def cell_rect(self, cell: Cell) -> QRectF:
        """Where a cell is, in logical pixels; empty for one that is not drawn."""

    @abstractmethod
    def moved(self, cell: Cell | None, right: int, down: int) -> Cell | None:
        """The cell so many steps from another one; the first one from None."""

    @abstractmethod
    def words(self, cell: Cell) -> str:
        """What is told of a cell."""

    @property
    def cell(self) -> Cell | None:
        """The cell pointed at."""
        return self._cell

    def point_at(self, cell: Cell | None) -> None:
        """Point at a cell, and tell it."""
        if cell != self._cell:
            self._cell = cell
            self.setAccessibleDescription(self.words(cell) if cell else "")
            self.update()
            self.cell_changed.emit(cell)

    def describe(self, where: QPointF) -> str:
        """What is told of the cell at a point of the widget, ``""`` beside them."""
        cell = self.cell_at(where)
        return self.words(cell) if cell else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at what is under the mouse."""
        self.point_at(self.cell_at(event.position()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Point at nothing."""
        self.point_at(None)
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Point at nothing."""
        self.point_at(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys go from cell to cell."""
        step = _ARROWS.get(Qt.Key(event.key()))
        cell = self.moved(self._cell, *step) if step else None
        if cell is None:
            super().keyPressEvent(event)
            return
        self.point_at(cell)

    def renew_cell(self) -> None:
        """Other values are shown: tell the cell anew, or point at nothing if it is gone."""
        cell, self._cell = self._cell, None
        if cell is not None:
            gone = self.cell_rect(cell).isEmpty()
            self.point_at(None if gone else cell)
            if gone:
                self.cell_changed.emit(None)

    def draw_cell(self, painter: QPainter) -> None:
        """Outline the cell pointed at, seen on every ground."""
        if self._cell is None:
            return
        rect = self.cell_rect(self._cell)
        if rect.isEmpty():
            return
        outline(painter, rect)

    def draw_focus(self, painter: QPainter) -> None:
        """Show that the arrow keys come here."""
        if self.hasFocus():
            pen = QPen(self.palette().highlight().color(), 1)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))


def outline(painter: QPainter, rect: QRectF) -> None:
    """A white frame within a black one, around at least a few pixels."""
    wide = max(rect.width(), 3.0), max(rect.height(), 3.0)
    frame = QRectF(0, 0, *wide)
    frame.moveCenter(rect.center())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(Qt.GlobalColor.black, 3))
    painter.drawRect(frame)
    painter.setPen(QPen(Qt.GlobalColor.white, 1))
    painter.drawRect(frame)


def underline(painter: QPainter, rect: QRectF) -> None:
    """A white line within a black one along the lower edge: seen on any ground."""
    painter.fillRect(rect.adjusted(0, rect.height() - 5, 0, 0), Qt.GlobalColor.black)
    painter.fillRect(rect.adjusted(1, rect.height() - 4, -1, -1), Qt.GlobalColor.white)
