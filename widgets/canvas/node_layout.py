"""Where everything stands inside a node: its size, texts and ports, in the node's coordinates."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from widgets.canvas.graph import NodeView, Port
from widgets.canvas.style import Fonts, TextRole

MIN_WIDTH, MAX_WIDTH = 152.0, 264.0
HEADER = 48.0
RADIUS = 8.0
STRIP = 3.0
PORT_ROW = 22.0
DETAIL_ROW = 17.0
PADDING = 14.0
BADGE = 16.0
_GAP_BETWEEN_LABELS = 24.0
_GAP_BELOW_PORTS = 4.0


@dataclass(frozen=True, slots=True)
class PlacedText:
    """One line of text with the left end of its baseline."""

    role: TextRole
    at: QPointF
    text: str


@dataclass(frozen=True, slots=True)
class NodeLayout:
    """The geometry of one node; the top-left corner is (0, 0)."""

    rect: QRectF
    header: QPainterPath
    strip: QPainterPath
    rule_y: float
    texts: tuple[PlacedText, ...]
    inputs: Mapping[str, QPointF]
    outputs: Mapping[str, QPointF]
    badge: QRectF


def _header_path(width: float, height: float, closed: bool) -> QPainterPath:
    """The top `height` pixels of the card; with rounded lower corners where nothing follows."""
    card = QPainterPath()
    below = 0.0 if closed else 2 * RADIUS
    card.addRoundedRect(QRectF(0, 0, width, HEADER + below), RADIUS, RADIUS)
    top = QPainterPath()
    top.addRect(QRectF(0, 0, width, height))
    return card.intersected(top)


class Layouter:
    """Places nodes' contents; header shapes are shared by nodes of one width."""

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        self._headers: dict[tuple[float, bool], tuple[QPainterPath, QPainterPath]] = {}

    def __call__(self, view: NodeView) -> NodeLayout:
        """The layout of one node."""
        width = self._width(view)
        rows = max(len(side) if len(side) > 1 else 0 for side in (view.inputs, view.outputs))
        gap = _GAP_BELOW_PORTS if rows and view.detail else 0.0
        body = rows * PORT_ROW + gap + len(view.detail) * DETAIL_ROW
        height = HEADER + (body + 14 if body else 0)
        texts = [*self._header_texts(view, width)]
        both = len(view.inputs) > 1 and len(view.outputs) > 1
        room = (width - 2 * PADDING - _GAP_BETWEEN_LABELS) / 2 if both else width - 2 * PADDING
        inputs = self._ports(view.inputs, 0.0, room, texts)
        outputs = self._ports(view.outputs, width, room, texts)
        top = HEADER + 7 + rows * PORT_ROW + gap
        for row, line in enumerate(view.detail):
            y = self.fonts.baseline("detail", top + row * DETAIL_ROW, DETAIL_ROW)
            text = self.fonts.fitted("detail", line, width - 2 * PADDING)
            texts.append(PlacedText("detail", QPointF(PADDING, y), text))
        header, strip = self._shapes(width, closed=not body)
        badge = QRectF(width - BADGE - 10, 9, BADGE, BADGE)
        rect = QRectF(0, 0, width, height)
        rule_y = HEADER if body else 0.0
        return NodeLayout(rect, header, strip, rule_y, tuple(texts), inputs, outputs, badge)

    def _shapes(self, width: float, closed: bool) -> tuple[QPainterPath, QPainterPath]:
        key = (width, closed)
        if key not in self._headers:
            whole = _header_path(width, HEADER, closed)
            self._headers[key] = (whole, _header_path(width, STRIP, closed))
        return self._headers[key]

    def _width(self, view: NodeView) -> float:
        fonts = self.fonts
        badge = BADGE + 6 if view.badge else 0
        wanted = [
            fonts.width("title", view.title) + badge,
            fonts.width("subtitle", view.subtitle) + badge,
            *(fonts.width("detail", line) for line in view.detail),
        ]
        labels = sum(
            max(fonts.width("port", port.label) for port in side)
            for side in (view.inputs, view.outputs)
            if len(side) > 1
        )
        if labels:
            wanted.append(labels + _GAP_BETWEEN_LABELS)
        width = max(wanted) + 2 * PADDING + 2
        # Whole steps of 8 px keep right edges aligned and let nodes share header shapes.
        return min(MAX_WIDTH, max(MIN_WIDTH, -(-width // 8) * 8))

    def _header_texts(self, view: NodeView, width: float) -> list[PlacedText]:
        room = width - 2 * PADDING - (BADGE + 6 if view.badge else 0)
        fonts = self.fonts
        title_top, title_height = (8.0, 19.0) if view.subtitle else (0.0, HEADER + 2)
        title = fonts.fitted("title", view.title, room)
        at = QPointF(PADDING, fonts.baseline("title", title_top, title_height))
        texts = [PlacedText("title", at, title)]
        if view.subtitle:
            subtitle = fonts.fitted("subtitle", view.subtitle, room)
            at = QPointF(PADDING, fonts.baseline("subtitle", 26.0, 15.0))
            texts.append(PlacedText("subtitle", at, subtitle))
        return texts

    def _ports(
        self, ports: tuple[Port, ...], x: float, room: float, texts: list[PlacedText]
    ) -> dict[str, QPointF]:
        if len(ports) == 1:
            return {ports[0].name: QPointF(x, HEADER / 2)}
        placed = {}
        for row, port in enumerate(ports):
            top = HEADER + 7 + row * PORT_ROW
            placed[port.name] = QPointF(x, top + PORT_ROW / 2)
            label = self.fonts.fitted("port", port.label, room)
            left = x - PADDING - self.fonts.width("port", label) if x else PADDING
            baseline = self.fonts.baseline("port", top, PORT_ROW)
            texts.append(PlacedText("port", QPointF(left, baseline), label))
        return placed
