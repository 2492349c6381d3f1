"""A small text beside the pointer, for example why a wire cannot end here."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets.canvas.style import Style

_MAX_WIDTH = 300
_PADDING = 9.0
_OFFSET = QPointF(16, 18)
_FLAGS = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def label_rect(pointer: QPointF, text: str, area: QRect) -> QRectF:
    """Where the label for `text` stands: below right of the pointer, but inside `area`."""
    bounds = QRectF(0, 0, _MAX_WIDTH, 1000)
    size = QFontMetricsF(_font()).boundingRect(bounds, _FLAGS, text).size()
    rect = QRectF(pointer + _OFFSET, size).adjusted(0, 0, 2 * _PADDING + 1, 2 * _PADDING - 4)
    if rect.right() > area.right() - 6:
        rect.moveRight(max(pointer.x() - _OFFSET.x(), rect.width() + 6))
    if rect.bottom() > area.bottom() - 6:
        rect.moveBottom(pointer.y() - _OFFSET.y())
    return rect


def paint_label(
    painter: QPainter, rect: QRectF, text: str, style: Style, edge: QColor | None = None
) -> None:
    """Paint the label on a raised surface with a border in `edge`, the error colour by default."""
    painter.setPen(QPen(edge or style.error, 1))
    painter.setBrush(style.label_surface)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
    painter.setFont(_font())
    painter.setPen(style.text)
    painter.drawText(rect.adjusted(_PADDING, 0, -_PADDING, 0), _FLAGS, text)


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(12)
    return font
