"""The scale of a map's colours, with its ends written beside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.pictures.colormaps import table, to_image
from widgets.pictures.image_pane import ImagePane

_BAR = 12
_GAP = 5
_HEIGHT = 130


class ColorBar(QWidget):
    """An upright bar from the lowest value below to the highest on top.

    It is as high as the picture ``beside`` it, where there is one.
    """

    def __init__(self, beside: ImagePane | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._beside = beside
        self._colormap, self._low, self._high = "diverging", -1.0, 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_scale(self, colormap: str, low: float, high: float) -> None:
        """Show the colours of a map that runs from ``low`` to ``high``."""
        self._colormap, self._low, self._high = colormap, low, high
        self.setAccessibleName(f"Colours from {low:.3g} to {high:.3g}")
        self.setToolTip(f"Colours from {low:.4g} to {high:.4g}")
        self.updateGeometry()
        self.update()

    def texts(self) -> tuple[str, str, str]:
        """What is written at the top, in the middle and at the bottom."""
        middle = (self._low + self._high) / 2
        return f"{self._high:.2g}", f"{middle:.2g}", f"{self._low:.2g}"

    def sizeHint(self) -> QSize:
        """Room for the bar and its widest text."""
        widest = max(self.fontMetrics().horizontalAdvance(text) for text in self.texts())
        return QSize(_BAR + _GAP + widest + 2, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """As wide as it wants to be, but no higher than three lines."""
        return QSize(self.sizeHint().width(), 3 * self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar and its texts."""
        painter = QPainter(self)
        line = painter.fontMetrics().height()
        bar = QRectF(0, 0, _BAR, self.height())
        if self._beside is not None:
            picture = self._beside.image_rect()
            bar = QRectF(0, picture.top(), _BAR, max(picture.height(), 3.0 * line))
        painter.drawImage(bar, to_image(table(self._colormap)[::-1, None]))
        painter.setPen(self.palette().placeholderText().color())
        tops = (bar.top(), bar.center().y() - line / 2, bar.bottom() - line)
        for top, text in zip(tops, self.texts(), strict=True):
            where = QRectF(_BAR + _GAP, top, self.width(), line)
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()
