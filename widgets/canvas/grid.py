"""The dot grid behind the nodes."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from widgets.canvas.style import Style

GRID = 8.0
_DOTS = 24.0
_MIN_PIXELS = 20.0


class DotGrid:
    """Draws the dots; their pattern is kept, since panning needs it again at once."""

    def __init__(self) -> None:
        self._dots = QPolygonF()
        self._shape = (0.0, 0, 0)

    def draw(self, painter: QPainter, area: QRectF, zoom: float, style: Style) -> None:
        """Fill `area` (scene coordinates) and dot it; spacing doubles as the canvas zooms out."""
        painter.fillRect(area, style.background)
        step = _DOTS * 2 ** max(0, math.ceil(math.log2(_MIN_PIXELS / (_DOTS * zoom))))
        left, top = math.floor(area.left() / step), math.floor(area.top() / step)
        columns = math.ceil(area.right() / step) - left + 1
        rows = math.ceil(area.bottom() / step) - top + 1
        pen = QPen(style.grid_dots, 2.0, c=Qt.PenCapStyle.SquareCap)
        pen.setCosmetic(True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(pen)
        corner = QPointF(left * step, top * step)
        painter.translate(corner)
        painter.drawPoints(self._pattern(step, columns, rows))
        painter.translate(-corner)

    def _pattern(self, step: float, columns: int, rows: int) -> QPolygonF:
        """At least `columns` by `rows` dots, `step` apart, from (0, 0); clipping does the rest."""
        known_step, known_columns, known_rows = self._shape
        small = columns * rows < 200
        fits = columns <= known_columns <= columns * 2 and rows <= known_rows <= rows * 2
        if known_step == step and fits:
            return self._dots
        dots = QPolygonF(
            [QPointF(column * step, row * step) for row in range(rows) for column in range(columns)]
        )
        if not small:
            self._dots, self._shape = dots, (step, columns, rows)
        return dots
