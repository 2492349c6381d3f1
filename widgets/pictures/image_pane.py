"""One picture that fills its room without being distorted or smoothed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.colormaps import to_image
from widgets.pictures.described import Described

_NAME_HEIGHT = 20


class ImagePane(Described):
    """A picture with hard pixels and its name below it; hovering tells the value there."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._image = QImage()
        self._values: np.ndarray | None = None
        self.setMinimumSize(60, 80)
        self.setAccessibleName(name)

    def set_pixels(self, rgb: np.ndarray, values: np.ndarray | None = None) -> None:
        """Show ``rgb``, uint8 [H, W, 3]; ``values`` [H, W] are what it shows in colours."""
        self._image, self._values = to_image(rgb), values
        self.update()

    def image(self) -> QImage:
        """The picture shown, one pixel for one value."""
        return self._image

    def image_rect(self) -> QRectF:
        """Where the picture is, in logical pixels."""
        room = QSizeF(self.width(), self.height() - _NAME_HEIGHT)
        size = QSizeF(self._image.size()).scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        return QRectF(0, 0, size.width(), size.height()).translated(
            (room.width() - size.width()) / 2, (room.height() - size.height()) / 2
        )

    def set_name(self, name: str) -> None:
        """Write another name below the picture."""
        self._name = name
        self.setAccessibleName(name)
        self.update()

    def describe(self, where: QPointF) -> str:
        """The value under a point of the widget, ``""`` for nothing."""
        rect = self.image_rect()
        if self._values is None or not rect.contains(where):
            return ""
        height, width = self._values.shape
        row = min(int((where.y() - rect.top()) / rect.height() * height), height - 1)
        column = min(int((where.x() - rect.left()) / rect.width() * width), width - 1)
        return f"Row {row}, column {column}: {self._values[row, column]:.4g}"

    def sizeHint(self) -> QSize:
        """A square, and room for the name."""
        return QSize(180, 180 + _NAME_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the picture and its name."""
        painter = QPainter(self)
        rect = self.image_rect()
        painter.drawImage(rect, self._image)
        painter.setPen(self.palette().placeholderText().color())
        below = QRectF(0, rect.bottom(), self.width(), _NAME_HEIGHT)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, self._name)
        painter.end()
