"""One wire on the canvas: a Bézier curve from an output port to an input port."""

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.graph import WireView
from widgets.canvas.node_item import NodeItem
from widgets.canvas.style import Style

_SAMPLES = 28


def control_points(start: QPointF, end: QPointF) -> tuple[QPointF, QPointF]:
    """The inner control points of a curve that leaves to the right and arrives from the left."""
    dx, dy = end.x() - start.x(), end.y() - start.y()
    forwards = max(dx * 0.5, min(48.0, abs(dy) * 0.5))
    reach = forwards if dx >= 0 else min(220.0, 48.0 - dx * 0.4)
    return QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y())


def wire_path(start: QPointF, end: QPointF) -> QPainterPath:
    """The curve of a wire between two points."""
    path = QPainterPath(start)
    path.cubicTo(*control_points(start, end), end)
    return path


class WireItem(QGraphicsItem):
    """Draws one `WireView`; `reroute` follows the nodes at its ends."""

    def __init__(self, view: WireView, source: NodeItem, target: NodeItem, style: Style) -> None:
        super().__init__()
        self.view = view
        self.source = source
        self.target = target
        self.style = style
        self.selected = False
        self.hovered = False
        self.line = QLineF()
        self._samples: list[tuple[float, float]] = []
        self.reroute()
        self.setZValue(-1.0)

    def reroute(self) -> None:
        """Draw the curve anew between where its ports stand now."""
        start = self.source.anchor((True, self.view.source.port))
        end = self.target.anchor((False, self.view.target.port))
        line = QLineF(start, end)
        if line == self.line:
            return
        self.prepareGeometryChange()
        self.line = line
        self.path = wire_path(start, end)
        self._bounds = self.path.boundingRect().adjusted(-3, -3, 3, 3)
        self._samples = []

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self.style = style
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Draw with or without the accent, above other wires while selected."""
        self.selected = selected
        self.setZValue(-0.5 if selected else -1.0)
        self.update()

    def set_hovered(self, hovered: bool) -> None:
        """Show that the pointer is over the wire."""
        if hovered != self.hovered:
            self.hovered = hovered
            self.update()

    def distance_to(self, point: QPointF) -> float:
        """The distance of a scene point from the curve, in scene pixels (within about 1 px)."""
        if not self._samples:
            at = self.path.pointAtPercent
            points = [at(step / _SAMPLES) for step in range(_SAMPLES + 1)]
            self._samples = [(p.x(), p.y()) for p in points]
        x, y = point.x(), point.y()
        best = math.inf
        ax, ay = self._samples[0]
        for bx, by in self._samples[1:]:
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            share = ((x - ax) * dx + (y - ay) * dy) / length if length else 0.0
            share = min(1.0, max(0.0, share))
            best = min(best, math.hypot(x - ax - share * dx, y - ay - share * dy))
            ax, ay = bx, by
        return best

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        style = self.style
        if self.selected:
            self.draw(painter, style.wire_selected_pen)
        else:
            self.draw(painter, style.wire_hover_pen if self.hovered else style.wire_pen)

    def draw(self, painter: QPainter, pen: QPen) -> None:
        """Paint the curve with `pen`."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen)
        painter.drawPath(self.path)
