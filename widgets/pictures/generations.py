"""Rows of small pictures, one row a moment of a training, the newest on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from widgets.fonts import smaller
from widgets.theme import Theme, dark

_GAP = 4.0
_LARGEST = 76.0
_LEAST = 18.0
_MARGIN = 10.0


@dataclass(frozen=True)
class Generation:
    """The pictures of one moment, and when that was."""

    label: str
    pictures: tuple[QImage, ...]


class _Rows(QWidget):
    """The rows; as high as they need to be."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = dark()
        self.generations: tuple[Generation, ...] = ()
        self._small = smaller(self.font())

    def rects(self, number: int) -> list[QRectF]:
        """Where the pictures of a row are."""
        pictures = self.generations[number].pictures
        wide, high = self._tile()
        top = number * (high + self._line() + _GAP) + self._line()
        return [QRectF(_MARGIN + i * (wide + _GAP), top, wide, high) for i in range(len(pictures))]

    def needed_height(self) -> int:
        """The height of all rows."""
        high = self._tile()[1]
        return round(len(self.generations) * (high + self._line() + _GAP) + _GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what can be seen of the rows."""
        painter = QPainter(self)
        painter.setFont(self._small)
        for number, generation in enumerate(self.generations):
            rects = self.rects(number)
            if not rects or not rects[0].adjusted(0, -40, 0, 0).intersects(QRectF(event.rect())):
                continue
            newest = self.theme.text if number == 0 else self.theme.text_muted
            painter.setPen(QColor(newest))
            line = self._line()
            box = QRectF(_MARGIN, rects[0].top() - line, self.width() - 2 * _MARGIN, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, generation.label)
            for rect, picture in zip(rects, generation.pictures, strict=True):
                painter.drawImage(rect, picture)
        painter.end()

    def _line(self) -> float:
        return self.fontMetrics().height() + 3.0

    def _tile(self) -> tuple[float, float]:
        if not self.generations or not self.generations[0].pictures:
            return _LEAST, _LEAST
        pictures = self.generations[0].pictures
        count = len(pictures)
        wide = (self.width() - 2 * _MARGIN - _GAP * (count - 1)) / count
        wide = min(max(wide, _LEAST), _LARGEST)
        return wide, wide * pictures[0].height() / max(pictures[0].width(), 1)


class GenerationGrid(QScrollArea):
    """Shows generations, newest first; each column is of one seed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _Rows()
        self.setWidget(self._rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Generated samples")

    def show_generations(self, generations: Sequence[Generation]) -> None:
        """Show these, newest first."""
        self._rows.generations = tuple(generations)
        newest = generations[0].label if generations else "none"
        self.setAccessibleDescription(f"{len(generations)} rows, the newest {newest}")
        self._fit()

    def generations(self) -> tuple[Generation, ...]:
        """What is shown."""
        return self._rows.generations

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of ``theme``."""
        self._rows.theme = theme
        self._rows.update()

    def sizeHint(self) -> QSize:
        """Room for a few rows."""
        return QSize(400, 220)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the rows into the new width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.viewport().width()
        self._rows.resize(width, self._rows.height())
        self._rows.resize(width, max(self._rows.needed_height(), 1))
        self._rows.update()
