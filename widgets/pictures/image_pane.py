"""One picture that fills its room without being distorted or smoothed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.pictures.colormaps import to_image

_NAME_HEIGHT = 20


class ImagePane(QWidget):
    """A picture with hard pixels and its name below it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._image = QImage()
        self.setMinimumSize(60, 80)
        self.setAccessibleName(name)

    def set_pixels(self, rgb: np.ndarray) -> None:
        """Show ``rgb``, uint8 [H, W, 3]."""
        self._image = to_image(rgb)
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
