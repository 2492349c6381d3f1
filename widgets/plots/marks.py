"""How classes are told apart in a plot: by a colour and a shape each, so that neither is alone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache, lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPolygonF

from widgets.colors import mix
from widgets.theme import Theme

SIZE = 8.0
_PIXELS = QImage.Format.Format_ARGB32_Premultiplied
_SHAPES = ("circle", "square", "triangle", "diamond", "wedge")
# The second time round the colours are nearer to that of text.
_SHIFT = 0.5


def class_color(theme: Theme, number: int) -> str:
    """The colour of a class, ``#rrggbb``; after so many as a theme has come others like them."""
    cycle, place = divmod(number, len(theme.curve_colors))
    color = theme.curve_colors[place]
    return mix(color, theme.text, 1 - _SHIFT) if cycle % 2 else color


def class_shape(number: int) -> str:
    """The name of a class's shape."""
    return _SHAPES[number % len(_SHAPES)]


@cache
def outline(shape: str, size: float = SIZE) -> QPainterPath:
    """A shape around 0, about so many pixels wide."""
    path, half = QPainterPath(), size / 2
    corners = {
        "triangle": ((0, -half), (half, half * 0.8), (-half, half * 0.8)),
        "diamond": ((0, -half * 1.2), (half * 1.2, 0), (0, half * 1.2), (-half * 1.2, 0)),
        "wedge": ((-half, -half * 0.8), (half, -half * 0.8), (0, half)),
    }
    if shape in corners:
        path.addPolygon(QPolygonF([QPointF(x, y) for x, y in corners[shape]]))
        path.closeSubpath()
    elif shape == "square":
        path.addRect(QRectF(-half * 0.88, -half * 0.88, size * 0.88, size * 0.88))
    else:
        path.addEllipse(QPointF(0, 0), half, half)
    return path


def size_for(count: int) -> float:
    """How wide marks are, in pixels, where there are so many."""
    return SIZE if count <= 150 else 0.8 * SIZE if count <= 400 else 0.7 * SIZE


def paint_mark(
    painter: QPainter,
    at: QPointF,
    shape: str,
    color: str,
    edge: str,
    hollow: bool = False,
    size: float = SIZE,
) -> None:
    """Paint a mark at a point; a ``hollow`` one has only its outline in its colour."""
    painter.save()
    painter.translate(at)
    painter.setPen(QPen(QColor(color if hollow else edge), 1.5 if hollow else 0.8))
    painter.setBrush(QColor(edge) if hollow else QColor(color))
    painter.drawPath(outline(shape, size))
    painter.restore()


@lru_cache(maxsize=1024)
def stamp(shape: str, color: str, edge: str, hollow: bool, size: float, ratio: float) -> QImage:
    """The picture of a mark with the point in its middle, for so many pixels a logical one.

    Hundreds of marks are painted several times as fast by it.
    """
    side = math.ceil(size * 1.2) + 4
    image = QImage(round(side * ratio), round(side * ratio), _PIXELS)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_mark(painter, QPointF(side / 2, side / 2), shape, color, edge, hollow, size)
    painter.end()
    return image


def paint_cross(painter: QPainter, at: QPointF, color: str, size: float = SIZE) -> None:
    """A cross over a mark: it is wrong."""
    paint_crosses(painter, (at,), color, size)


def paint_crosses(
    painter: QPainter, places: Iterable[QPointF], color: str, size: float = SIZE
) -> None:
    """Crosses over marks, all at once."""
    reach = size * 0.6
    pen = QPen(QColor(color), 1.3)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    strokes = [(QPointF(-reach, -reach * way), QPointF(reach, reach * way)) for way in (1, -1)]
    painter.drawLines([QLineF(at + a, at + b) for at in places for a, b in strokes])
