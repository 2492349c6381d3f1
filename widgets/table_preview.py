"""What the data looks like before it is used: the first rows of a table, the first pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QWidget

from widgets.pictures.colormaps import rgb_of, to_image

_THUMBNAIL = 72
_CAPTION = 20
_GAP = 8
_WIDEST_COLUMN = 220


class TablePreview(QTableWidget):
    """The first rows of a table, read-only; the column to learn is bold and marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setHighlightSections(False)
        self.setAccessibleName("First rows of the data")

    def set_rows(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], target: str = ""
    ) -> None:
        """Show ``rows``, each with one text for each column of ``header``.

        ``target`` is the column to learn, ``""`` if there is none.
        """
        self.clear()
        self.setColumnCount(len(header))
        self.setRowCount(len(rows))
        for column, name in enumerate(header):
            is_target = name == target
            numbers = all(_is_number(row[column]) for row in rows)
            self.setHorizontalHeaderItem(column, self._header(name, is_target, numbers))
            for line, row in enumerate(rows):
                self.setItem(line, column, self._cell(row[column], is_target, numbers))
        self.resizeColumnsToContents()
        for column in range(len(header) - 1):
            self.setColumnWidth(column, min(self.columnWidth(column) + 12, _WIDEST_COLUMN))

    def _header(self, name: str, is_target: bool, numbers: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(f"{name} (target)" if is_target else name)
        item.setTextAlignment(_alignment(numbers))
        if is_target:
            item.setFont(_bold(self))
        return item

    def _cell(self, text: str, is_target: bool, numbers: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(text or "missing")
        item.setTextAlignment(_alignment(numbers))
        item.setToolTip(text)
        if is_target:
            item.setFont(_bold(self))
        if not text:
            item.setForeground(self.palette().placeholderText())
        return item


class ImageStrip(QWidget):
    """The first pictures of a data set, in rows, each above its class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images: list[QImage] = []
        self._captions: tuple[str, ...] = ()
        self.setMinimumSize(_THUMBNAIL, _THUMBNAIL + _CAPTION)

    def set_images(self, images: np.ndarray, captions: Sequence[str] = ()) -> None:
        """Show ``images`` [N, H, W, C] with ``captions``, one for each or none.

        Raises ValueError for another rank.
        """
        if images.ndim != 4:
            raise ValueError(f"pictures need an array [N, H, W, C], not {images.shape}")
        self._images = [to_image(rgb_of(image)) for image in images]
        self._captions = tuple(captions)
        self.setAccessibleName(f"{len(images)} pictures")
        self._fit_height()
        self.update()

    def thumbnail_rects(self) -> list[QRectF]:
        """Where the pictures are, in logical pixels."""
        columns = max(1, int((self.width() + _GAP) // (_THUMBNAIL + _GAP)))
        down = _THUMBNAIL + _CAPTION + _GAP
        return [
            QRectF((i % columns) * (_THUMBNAIL + _GAP), i // columns * down, _THUMBNAIL, _THUMBNAIL)
            for i in range(len(self._images))
        ]

    def sizeHint(self) -> QSize:
        """One row of six."""
        return QSize(6 * (_THUMBNAIL + _GAP), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the rows need at this width."""
        self._fit_height()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures with hard pixels and their captions."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        for at, (rect, image) in enumerate(zip(self.thumbnail_rects(), self._images, strict=True)):
            painter.drawImage(_inside(rect, image), image)
            if at < len(self._captions):
                below = QRectF(rect.left(), rect.bottom(), rect.width(), _CAPTION)
                text = painter.fontMetrics().elidedText(
                    self._captions[at], Qt.TextElideMode.ElideRight, _THUMBNAIL
                )
                painter.drawText(below, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()

    def _fit_height(self) -> None:
        rects = self.thumbnail_rects()
        bottom = rects[-1].bottom() if rects else _THUMBNAIL
        self.setMinimumHeight(int(bottom) + _CAPTION)


def _inside(rect: QRectF, image: QImage) -> QRectF:
    """The largest part of ``rect`` with the proportions of ``image``, in its middle."""
    scale = min(rect.width() / image.width(), rect.height() / image.height())
    made = QRectF(0, 0, image.width() * scale, image.height() * scale)
    made.moveCenter(rect.center())
    return made


def _alignment(numbers: bool) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if numbers else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _is_number(text: str) -> bool:
    try:
        float(text or "nan")
    except ValueError:
        return False
    return True


def _bold(widget: QWidget) -> QFont:
    font = widget.font()
    font.setWeight(QFont.Weight.DemiBold)
    return font
