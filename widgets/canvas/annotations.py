"""Texts laid over one node and its wires, in no way part of the graph."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF, QTransform

from widgets.canvas.graph import End
from widgets.canvas.scene import CanvasScene
from widgets.canvas.style import Style
from widgets.canvas.wire_item import WireItem

_RING, _PADDING, _LINE, _APART, _WIDTH = 4.0, 5.0, 15.0, 6.0, 2.5
_ARROW, _STEP = 6.0, 0.02


@dataclass(frozen=True)
class Annotations:
    """A node that is lit up, with lines of ``text`` below it and on the wires into it.

    ``wires`` are named by the ends that they go into. ``backward`` turns their arrows round.
    """

    node: str
    text: tuple[str, ...] = ()
    wires: Mapping[End, tuple[str, ...]] = field(default_factory=dict)
    backward: bool = False

    def paint(self, painter: QPainter, scene: CanvasScene, to_view: QTransform) -> None:
        """Paint on the viewport, in its own pixels, so that texts can be read at any zoom."""
        item = scene.nodes.get(self.node)
        if item is None:
            return
        style = scene.look
        card = to_view.mapRect(item.scene_rect())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(style.accent, _WIDTH))
        painter.drawRoundedRect(card.adjusted(-_RING, -_RING, _RING, _RING), 9, 9)
        taken: list[QRectF] = []
        for wire, lines in self._wires(scene):
            path = to_view.map(wire.path)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(style.accent, _WIDTH))
            painter.drawPath(path)
            self._draw_arrow(painter, path, style)
            if any(lines):
                box = _size(lines, scene)
                box.moveCenter(path.pointAtPercent(0.5))
                box.moveBottom(path.pointAtPercent(0.5).y() - _APART)
                cards = [to_view.mapRect(end.scene_rect()) for end in (wire.source, wire.target)]
                if any(box.intersects(end) for end in cards):
                    # A wire too short for a text that hides neither node.
                    box.moveBottom(min(end.top() for end in cards) - _RING - _APART)
                taken.append(_free(box, taken, upwards=True))
                _draw_text(painter, taken[-1], lines, scene)
        if any(self.text):
            box = _size(self.text, scene)
            box.moveCenter(card.center())
            box.moveTop(card.bottom() + _RING + _APART)
            _draw_text(painter, _free(box, taken), self.text, scene)

    def _wires(self, scene: CanvasScene) -> Iterator[tuple[WireItem, tuple[str, ...]]]:
        for (_, target), wire in scene.wires.items():
            lines = self.wires.get(target)
            if lines is not None and not wire.hidden:
                yield wire, lines

    def _draw_arrow(self, painter: QPainter, path: QPainterPath, style: Style) -> None:
        """An arrow head in the middle of a wire."""
        tip, tail = path.pointAtPercent(0.5 + _STEP), path.pointAtPercent(0.5 - _STEP)
        if self.backward:
            tip, tail = tail, tip
        way = tip - tail
        length = (way.x() ** 2 + way.y() ** 2) ** 0.5
        if not length:
            return
        along = way / length * _ARROW
        across = QPointF(-along.y(), along.x())
        middle = (tip + tail) / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.accent)
        corners = [middle + along, middle - along + across, middle - along - across]
        painter.drawPolygon(QPolygonF(corners))


def _size(lines: tuple[str, ...], scene: CanvasScene) -> QRectF:
    width = max(scene.fonts.width("detail", line) for line in lines)
    return QRectF(0, 0, width + 2 * _PADDING, len(lines) * _LINE + _PADDING)


def _free(box: QRectF, taken: list[QRectF], upwards: bool = False) -> QRectF:
    """The box, moved down or up until it covers none of the others."""
    for other in sorted(taken, key=QRectF.top, reverse=upwards):
        if box.intersects(other):
            if upwards:
                box.moveBottom(other.top() - 2)
            else:
                box.moveTop(other.bottom() + 2)
    return box


def _draw_text(painter: QPainter, box: QRectF, lines: tuple[str, ...], scene: CanvasScene) -> None:
    style = scene.look
    painter.setPen(QPen(style.accent, 1.0))
    painter.setBrush(style.label_surface)
    painter.drawRoundedRect(box, 4, 4)
    painter.setFont(scene.fonts.fonts["detail"])
    painter.setPen(style.text)
    for number, line in enumerate(lines):
        row = QRectF(box.left(), box.top() + _PADDING / 2 + number * _LINE, box.width(), _LINE)
        painter.drawText(row, Qt.AlignmentFlag.AlignCenter, line)
