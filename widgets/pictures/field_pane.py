"""An image in which the part is outlined that a unit sees."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent

from widgets.pictures.cells import outline, underline
from widgets.pictures.image_pane import ImagePane

Box = tuple[tuple[int, int], tuple[int, int]]


class FieldPane(ImagePane):
    """``box`` is (first row, row behind the last), and the same of columns, in pixels.

    ``other`` is a second one, which is underlined.
    """

    box: Box | None = None
    other: Box | None = None

    def set_box(self, box: Box | None, other: Box | None = None) -> None:
        """Outline a part of the image, or none, and another one."""
        if (box, other) != (self.box, self.other):
            self.box, self.other = box, other
            told = f"rows {_range(box[0])}, columns {_range(box[1])}" if box else ""
            self.setAccessibleDescription(told)
            self.update()

    def box_rect(self) -> QRectF:
        """Where the outline is, in logical pixels; empty without one."""
        return self._rect(self.box)

    def _rect(self, box: Box | None) -> QRectF:
        if box is None or self.image().isNull():
            return QRectF()
        whole, (rows, columns) = self.image_rect(), box
        wide = whole.width() / self.image().width()
        tall = whole.height() / self.image().height()
        return QRectF(
            whole.left() + columns[0] * wide,
            whole.top() + rows[0] * tall,
            (columns[1] - columns[0]) * wide,
            (rows[1] - rows[0]) * tall,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the image and the outline."""
        super().paintEvent(event)
        painter = QPainter(self)
        rect, other = self.box_rect(), self._rect(self.other)
        if not rect.isEmpty():
            outline(painter, rect)
        if not other.isEmpty():
            underline(painter, other)
        painter.end()


def _range(ends: tuple[int, int]) -> str:
    return f"{ends[0]} to {ends[1] - 1}"
