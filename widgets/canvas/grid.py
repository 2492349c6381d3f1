"""The dot grid behind the nodes."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.style import Style

GRID = 8.0
_DOTS = 24.0
_MIN_PIXELS = 20.0


def draw_grid(painter: QPainter, area: QRectF, zoom: float, style: Style) -> None:
    """Fill `area` (scene coordinates) and dot it; the spacing doubles as the canvas zooms out."""
    painter.fillRect(area, style.background)
    step = _DOTS * 2 ** max(0, math.ceil(math.log2(_MIN_PIXELS / (_DOTS * zoom))))
    columns = range(math.floor(area.left() / step), math.ceil(area.right() / step) + 1)
    rows = range(math.floor(area.top() / step), math.ceil(area.bottom() / step) + 1)
    pen = QPen(style.grid_dots, 2.0)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.SquareCap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(pen)
    painter.drawPoints([QPointF(column * step, row * step) for row in rows for column in columns])
