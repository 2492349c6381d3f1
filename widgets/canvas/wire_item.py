"""One wire on the canvas: a Bézier curve from an output port to an input port."""

import math
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.graph import WireView
from widgets.canvas.node_item import NodeItem, PortKey
from widgets.canvas.obstacles import Obstacles, bounds_of
from widgets.canvas.style import Style
from widgets.canvas.wire_way import Point, way_round

_SAMPLES = 28
_RADIUS = 14.0
_CLEARANCE = 22.0
_BELOW = 90.0
_NO_LINE = QLineF()


def control_points(start: QPointF, end: QPointF) -> tuple[QPointF, QPointF]:
    """The inner control points of a curve that leaves to the right and arrives from the left."""
    dx, dy = end.x() - start.x(), end.y() - start.y()
    reach = max(dx * 0.5, min(48.0, abs(dy) * 0.5))
    return QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y())


def wire_path(start: QPointF, end: QPointF) -> QPainterPath:
    """The way of a wire: a curve to the right, or a detour between the rows to the left."""
    if end.x() < start.x():
        return _rounded(_detour(start, end))
    path = QPainterPath(start)
    path.cubicTo(*control_points(start, end), end)
    return path


def turned_path(start: QPointF, end: QPointF, leaves: int, arrives: int) -> QPainterPath:
    """The way of a wire that `leaves` and `arrives` to the right (1) or to the left (-1)."""
    if leaves == arrives == 1:
        return wire_path(start, end)
    if leaves == arrives:
        mirror = QTransform.fromScale(-1, 1)
        return mirror.map(wire_path(mirror.map(start), mirror.map(end)))
    sides = (start.x(), end.x())
    x = max(sides) + _CLEARANCE if leaves == 1 else min(sides) - _CLEARANCE
    return _rounded([start, QPointF(x, start.y()), QPointF(x, end.y()), end])


def loose_path(node: NodeItem, port: PortKey, loose: QPointF) -> QPainterPath:
    """The way of a wire between a port of a node and a loose end, in scene coordinates."""
    fixed = node.anchor(port)
    if port[0]:
        return turned_path(fixed, loose, node.heading, 1)
    return turned_path(loose, fixed, 1, node.heading)


def _detour(start: QPointF, end: QPointF) -> list[QPointF]:
    """The corners of a way back, half-way between the two heights or, if they are near, below."""
    out, back = start.x() + _CLEARANCE, end.x() - _CLEARANCE
    near = abs(end.y() - start.y()) < 4 * _RADIUS
    level = max(start.y(), end.y()) + _BELOW if near else (start.y() + end.y()) / 2
    corners = [QPointF(out, start.y()), QPointF(out, level), QPointF(back, level)]
    return [start, *corners, QPointF(back, end.y()), end]


def _rounded(points: list[QPointF]) -> QPainterPath:
    """A line through level and upright pieces, its corners rounded."""
    path = QPainterPath(points[0])
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(points[-1])
    return path


def _along(corners: list[QPointF]) -> QPainterPath:
    """A way that `way_round` found: level pieces joined by curves, or pieces at right angles."""
    if len(corners) > 6:
        return _rounded(corners)
    path = QPainterPath(corners[0])
    for before, after in zip(corners[1::2], corners[2::2], strict=False):
        path.lineTo(before)
        middle = (before.x() + after.x()) / 2
        path.cubicTo(QPointF(middle, before.y()), QPointF(middle, after.y()), after)
    path.lineTo(corners[-1])
    return path


def _towards(corner: QPointF, other: QPointF) -> QPointF:
    """Where the rounding of a corner begins, on the way to another point."""
    line = QLineF(corner, other)
    reach = min(_RADIUS, line.length() / 2)
    return line.pointAt(reach / line.length()) if line.length() else corner


def _meet(points: list[tuple[float, float]], line: QLineF) -> bool:
    """Whether a line crosses one of the lines between a row of points."""
    x, y, dx, dy = line.x1(), line.y1(), line.dx(), line.dy()
    ax, ay = points[0]
    before = dx * (ay - y) - dy * (ax - x)
    for bx, by in points[1:]:
        side = dx * (by - y) - dy * (bx - x)
        if (side > 0) != (before > 0):
            share = before / (before - side)
            along = (ax + (bx - ax) * share - x) * dx + (ay + (by - ay) * share - y) * dy
            if 0 <= along <= dx * dx + dy * dy:
                return True
        ax, ay, before = bx, by, side
    return False


def _beside(rect: QRectF, line: QLineF) -> bool:
    """Whether all of a rectangle lies on one side of a line that goes on in both directions."""
    across, along = line.dx(), line.dy()
    start = across * line.y1() - along * line.x1()
    heights = (across * rect.top() - start, across * rect.bottom() - start)
    ways = (along * rect.left(), along * rect.right())
    sides = [height - way > 0 for height in heights for way in ways]
    return all(sides) or not any(sides)


class WireItem(QGraphicsItem):
    """Draws one `WireView`; `reroute` follows the nodes at its ends, round the ``obstacles``.

    ``line`` joins the ends.
    """

    def __init__(
        self,
        view: WireView,
        source: NodeItem,
        target: NodeItem,
        style: Style,
        obstacles: Obstacles,
    ) -> None:
        super().__init__()
        self.view = view
        self.source = source
        self.target = target
        self.style = style
        self.obstacles = obstacles
        self.selected = False
        self.hovered = False
        self.hidden = False
        self.line = _NO_LINE
        self._corners: list[Point] = []
        self._path: QPainterPath | None = None
        self._pieces: list[QLineF] | None = None
        self._headings = (0, 0)
        self._direct = False
        self._samples: list[tuple[float, float]] = []
        self.reroute()
        self.setZValue(-1.0)

    def ends(self) -> tuple[QPointF, QPointF]:
        """Where its ports stand now."""
        start = self.source.anchor((True, self.view.source.port))
        return start, self.target.anchor((False, self.view.target.port))

    def reroute(self, anew: bool = False, direct: bool = False) -> None:
        """Draw the curve between where its ports stand now.

        Where neither has moved, or both alike, the way is kept; ``anew`` looks for one all the
        same. ``direct`` leaves out the search until the next time.
        """
        start, end = self.ends()
        line, headings = QLineF(start, end), (self.source.heading, self.target.heading)
        anew = anew or headings != self._headings or (self._direct and not direct)
        old = self.line
        if line == old and not anew:
            return
        self.prepareGeometryChange()
        self.line, self._headings = line, headings
        self._path = self._pieces = None
        if not anew and start - old.p1() == end - old.p2():
            way = start - old.p1()
            self._corners = [(x + way.x(), y + way.y()) for x, y in self._corners]
        else:
            self._direct = direct
            self._find_way(start, end)
        self._bounds = self._around(start, end).adjusted(-3, -3, 3, 3)
        self.bounds = bounds_of(self._bounds)
        self._samples = []

    @property
    def path(self) -> QPainterPath:
        """The curve in scene coordinates; made when it is first asked for."""
        if self._path is None:
            if self._corners:
                self._path = _along([QPointF(*corner) for corner in self._corners])
            else:
                self._path = turned_path(self.line.p1(), self.line.p2(), *self._headings)
        return self._path

    @property
    def pieces(self) -> list[QLineF]:
        """The straight lines that stand for the wire's way where it is drawn small."""
        if self._pieces is None:
            corners = pairwise(self._corners)
            self._pieces = [QLineF(*a, *b) for a, b in corners if a != b] or [self.line]
        return self._pieces

    def _find_way(self, start: QPointF, end: QPointF) -> None:
        self._corners = []
        if not self._direct and self._headings == (1, 1):
            nodes = (self.view.source.node, self.view.target.node)
            way = way_round(start.toTuple(), end.toTuple(), nodes, self.obstacles)
            self._corners = way or []

    def _around(self, start: QPointF, end: QPointF) -> QRectF:
        """A rectangle around the curve; without the curve itself where its corners tell."""
        corners = self._corners
        if not corners and self._headings == (1, 1) and start.x() <= end.x():
            corners = [p.toTuple() for p in (start, *control_points(start, end), end)]
        if not corners:
            return self.path.boundingRect()
        across, down = [x for x, _ in corners], [y for _, y in corners]
        left, top = min(across), min(down)
        return QRectF(left, top, max(across) - left, max(down) - top)

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self.style = style
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Draw with or without the accent, above other wires while selected."""
        self.selected = selected
        self.setZValue(-0.5 if selected else -1.0)
        self.update()

    def set_hidden(self, hidden: bool) -> None:
        """Leave the wire out, as while another one is dragged in its place."""
        self.hidden = hidden
        self.setVisible(not hidden)

    def set_hovered(self, hovered: bool) -> None:
        """Show that the pointer is over the wire."""
        if hovered != self.hovered:
            self.hovered = hovered
            self.update()

    def distance_to(self, point: QPointF) -> float:
        """The distance of a scene point from the curve, in scene pixels (within about 1 px)."""
        x, y = point.x(), point.y()
        best = math.inf
        samples = self._sampled()
        ax, ay = samples[0]
        for bx, by in samples[1:]:
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            share = ((x - ax) * dx + (y - ay) * dy) / length if length else 0.0
            share = min(1.0, max(0.0, share))
            best = min(best, math.hypot(x - ax - share * dx, y - ay - share * dy))
            ax, ay = bx, by
        return best

    def crosses(self, line: QLineF, straight: bool = False) -> bool:
        """Whether a line (scene coordinates) meets the curve, or the `straight` pieces for it.

        The straight ones are what the overview draws.
        """
        if straight:
            corners = [self.line.p1(), *(piece.p2() for piece in self.pieces)]
            return _meet([corner.toTuple() for corner in corners], line)
        return not _beside(self._bounds, line) and _meet(self._sampled(), line)

    def _sampled(self) -> list[tuple[float, float]]:
        """Points along the curve, so near to each other that lines between them follow it."""
        if not self._samples:
            at = self.path.pointAtPercent
            count = max(_SAMPLES, round(self.path.length() / _RADIUS))
            points = [at(step / count) for step in range(count + 1)]
            self._samples = [(p.x(), p.y()) for p in points]
        return self._samples

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
