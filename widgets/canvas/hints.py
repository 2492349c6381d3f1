"""The hint on an empty canvas."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter

from widgets.canvas.style import Style


def draw_empty_hint(painter: QPainter, area: QRectF, lines: tuple[str, str], style: Style) -> None:
    """Paint a line and a smaller, muted one in the middle of `area`."""
    first, second = QFont(), QFont()
    first.setPixelSize(17)
    first.setWeight(QFont.Weight.DemiBold)
    second.setPixelSize(13)
    middle = area.center().y()
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    inner = area.adjusted(24, 0, -24, 0)
    for font, color, top, line in (
        (first, style.text, middle - 34, lines[0]),
        (second, style.muted, middle, lines[1]),
    ):
        painter.setFont(font)
        painter.setPen(color)
        painter.drawText(QRectF(inner.left(), top, inner.width(), 32), flags, line)
