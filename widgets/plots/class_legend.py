"""Says which mark is which class, or which colour which value."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.fonts import smaller
from widgets.pictures.colormaps import table
from widgets.pictures.described import Described
from widgets.plots.marks import class_color, class_shape, paint_cross, paint_mark
from widgets.theme import Theme, dark

_LEFT = 16.0
_BAR = 12.0


class ClassLegend(Described):
    """Lines of a mark and a name, in columns as there is room; or a bar of colours."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._classes: tuple[str, ...] = ()
        self._notes: tuple[tuple[str, str], ...] = ()
        self._range: tuple[str, str] | None = None
        self._title = ""
        self.setFont(smaller(self.font()))
        self.setMinimumHeight(40)
        self.setAccessibleName("Legend")

    def show_classes(
        self, title: str, classes: Sequence[str], notes: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Name the classes; a note is ``wrong``, ``filled`` or ``hollow`` with its words."""
        self._title, self._classes, self._range = title, tuple(classes), None
        self._notes = tuple(notes)
        self._say(", ".join(self._classes))

    def show_range(
        self, title: str, low: str, high: str, notes: Sequence[tuple[str, str]] = ()
    ) -> None:
        """Name the ends of the bar of colours."""
        self._title, self._classes, self._range = title, (), (low, high)
        self._notes = tuple(notes)
        self._say(f"from {low} to {high}")

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its lines."""
        line = self.fontMetrics().height() + 2
        rows = min(len(self._classes), 12) + len(self._notes) + (3 if self._range else 1)
        return QSize(120, rows * line)

    def describe(self, where: QPointF) -> str:
        """All the names, as some may not have room."""
        return "\n".join((self._title, *self._classes, *(self._range or ())))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the lines."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = self.fontMetrics()
        line = metrics.height() + 2
        painter.setPen(QColor(self._theme.text_muted))
        painter.drawText(QRectF(0, 0, self.width(), line), 0, self._short(self._title, 0))
        top = float(line)
        if self._range:
            top = self._paint_bar(painter, top, line)
        top = self._paint_classes(painter, top, line)
        for kind, words in self._notes:
            self._paint_note(painter, kind, words, QPointF(0, top), line)
            top += line
        painter.end()

    def _paint_classes(self, painter: QPainter, top: float, line: int) -> float:
        count = len(self._classes)
        if not count:
            return top
        room = max(1, int((self.height() - top - len(self._notes) * line) // line))
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(name) for name in self._classes) + _LEFT + 8
        columns = max(1, min(int(self.width() // widest), -(-count // room)))
        places = room * columns
        shown = count if count <= places else max(places - 1, 0)
        rows = min(room, -(-min(count, places) // columns))
        for number in range(shown):
            column, row = divmod(number, rows)
            corner = QPointF(column * self.width() / columns, top + row * line)
            mark = corner + QPointF(6, line / 2)
            color = class_color(self._theme, number)
            paint_mark(painter, mark, class_shape(number), color, self._theme.base)
            self._write(painter, self._classes[number], corner, line, self.width() / columns)
        if shown < count:
            column, row = divmod(shown, rows)
            corner = QPointF(column * self.width() / columns, top + row * line)
            self._write(painter, f"+{count - shown} more", corner, line, self.width() / columns)
        return top + rows * line

    def _paint_note(
        self, painter: QPainter, kind: str, words: str, corner: QPointF, line: int
    ) -> None:
        mark = corner + QPointF(6, line / 2)
        muted = self._theme.text_muted
        paint_mark(painter, mark, "circle", muted, self._theme.base, kind == "hollow")
        if kind == "wrong":
            paint_cross(painter, mark, self._theme.text)
        self._write(painter, words, corner, line, self.width())

    def _paint_bar(self, painter: QPainter, top: float, line: int) -> float:
        low, high = self._range or ("", "")
        bar = QRectF(0, top + 1, min(self.width() - 1, 140), _BAR)
        blend = QLinearGradient(bar.topLeft(), bar.topRight())
        for stop in range(9):
            blend.setColorAt(stop / 8, QColor(*table("viridis")[round(stop / 8 * 255)].tolist()))
        painter.fillRect(bar, blend)
        painter.setPen(QColor(self._theme.text))
        box = QRectF(bar.left(), bar.bottom() + 1, bar.width(), line)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight, high)
        return box.bottom() + 2

    def _write(
        self, painter: QPainter, text: str, corner: QPointF, line: int, width: float
    ) -> None:
        painter.setPen(QColor(self._theme.text))
        box = QRectF(corner.x() + _LEFT, corner.y(), width - _LEFT, line)
        shown = self._short(text, _LEFT, width)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)

    def _short(self, text: str, left: float, width: float | None = None) -> str:
        room = (self.width() if width is None else width) - left
        return self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room))

    def _say(self, names: str) -> None:
        self.setAccessibleDescription(f"{self._title}: {names}")
        self.updateGeometry()
        self.update()
