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
ICON = 18.0
CHIP = 15.0
FROST = 12.0
BAR = 3.0
THUMBNAIL = 26.0
GAUGE = 7.0
_GAP_BETWEEN_LABELS = 24.0
_GAP_BELOW_PORTS = 4.0
_GAP_ABOVE_BAR = 4.0
_GAP_ABOVE_THUMBNAIL = 5.0
_GAP_ABOVE_GAUGE = 7.0
_ICON_ROOM = ICON + 8.0
_FROST_ROOM = FROST + 6.0


@dataclass(frozen=True, slots=True)
class PlacedText:
    """One line of text with the left end of its baseline."""

    role: TextRole
    at: QPointF
    text: str


@dataclass(frozen=True, slots=True)
class NodeLayout:
    """The geometry of one node; the top-left corner is (0, 0).

    ``icon`` and ``frost`` (behind the subtitle of a frozen node) are corners of squares, ``chip``
    is the box around how many copies there are, ``bar`` the track of the share, ``thumbnail`` and
    ``gauge`` the room of what is shown live (a level only where there is a share); null where the
    node has none of it.
    """

    rect: QRectF
    header: QPainterPath
    strip: QPainterPath
    rule_y: float
    texts: tuple[PlacedText, ...]
    inputs: Mapping[str, QPointF]
    outputs: Mapping[str, QPointF]
    badge: QRectF
    icon: QPointF
    frost: QPointF
    chip: QRectF
    bar: QRectF
    thumbnail: QRectF
    gauge: QRectF


# Where nothing is.
_NOTHING = QRectF()
_NOWHERE = QPointF()


def copies_text(view: NodeView) -> str:
    """How often a node stands behind itself, as its chip says it."""
    return f"× {view.copies}"


def _header_path(width: float, height: float, closed: bool) -> QPainterPath:
    """The top `height` pixels of the card; with rounded lower corners where nothing follows."""
    card = QPainterPath()
    below = 0.0 if closed else 2 * RADIUS
    card.addRoundedRect(QRectF(0, 0, width, HEADER + below), RADIUS, RADIUS)
    top = QPainterPath()
    top.addRect(QRectF(0, 0, width, height))
    return card.intersected(top)


class Layouter:
    """Places nodes' contents.

    What nodes of one form have alike are the same objects: a large graph is made and thrown away
    in less time, and nobody may change them in place.
    """

    def __init__(self, fonts: Fonts) -> None:
        self.fonts = fonts
        self._shapes_of: dict[tuple[float, bool], tuple[QPainterPath, QPainterPath, QRectF]] = {}
        self._points: dict[tuple[float, float], QPointF] = {}

    def __call__(self, view: NodeView, live: bool = False) -> NodeLayout:
        """The layout of one node; ``live`` makes room at its lower end for what is shown live.

        To grow little it then leaves all details but the first out.
        """
        width = self._width(view)
        details = view.detail[:1] if live else view.detail
        rows = max(len(side) if len(side) > 1 else 0 for side in (view.inputs, view.outputs))
        gap = _GAP_BELOW_PORTS if rows and details else 0.0
        texts = [*self._header_texts(view, width)]
        both = len(view.inputs) > 1 and len(view.outputs) > 1
        room = (width - 2 * PADDING - _GAP_BETWEEN_LABELS) / 2 if both else width - 2 * PADDING
        inputs = self._ports(view.inputs, 0.0, room, texts)
        outputs = self._ports(view.outputs, width, room, texts)
        top = HEADER + 7 + rows * PORT_ROW + gap
        for row, line in enumerate(details):
            y = self.fonts.baseline("detail", top + row * DETAIL_ROW, DETAIL_ROW)
            text = self.fonts.fitted("detail", line, width - 2 * PADDING)
            texts.append(PlacedText("detail", self._point(PADDING, y), text))
        end = top + len(details) * DETAIL_ROW
        bar, thumbnail, gauge, end = self._below(view, live, width, end)
        body = bool(rows or view.detail or live or view.share is not None)
        header, strip, badge = self._shapes(width, closed=not body)
        chip = self._chip(view, width)
        if not chip.isNull():
            y = self.fonts.baseline("port", chip.top(), CHIP)
            at = self._point(chip.left() + 6, y)
            texts.append(PlacedText("port", at, copies_text(view)))
        return NodeLayout(
            rect=QRectF(0, 0, width, end if body else HEADER),
            header=header,
            strip=strip,
            rule_y=HEADER if body else 0.0,
            texts=tuple(texts),
            inputs=inputs,
            outputs=outputs,
            badge=badge,
            icon=self._point(PADDING, (HEADER + STRIP - ICON) / 2),
            frost=self._frost(view, texts),
            chip=chip,
            bar=bar,
            thumbnail=thumbnail,
            gauge=gauge,
        )

    def _below(
        self, view: NodeView, live: bool, width: float, top: float
    ) -> tuple[QRectF, QRectF, QRectF, float]:
        """Bar, thumbnail and gauge below the texts, which end at ``top``; and where all ends."""
        bar, thumbnail, gauge = _NOTHING, _NOTHING, _NOTHING
        inner = width - 2 * PADDING
        if view.share is not None:
            bar = QRectF(PADDING, top + _GAP_ABOVE_BAR, inner, BAR)
            top = bar.bottom() + 1
        if live:
            thumbnail = QRectF(PADDING, top + _GAP_ABOVE_THUMBNAIL, inner, THUMBNAIL)
            top = thumbnail.bottom()
        if live and view.share is not None:
            gauge = QRectF(0, top + _GAP_ABOVE_GAUGE, width, GAUGE)
            return bar, thumbnail, gauge, gauge.bottom()
        return bar, thumbnail, gauge, top + 7

    def _chip(self, view: NodeView, width: float) -> QRectF:
        """The box that says how many copies there are, on the line of the subtitle."""
        if view.copies <= 1:
            return _NOTHING
        wide = self.fonts.width("port", copies_text(view)) + 12
        return QRectF(width - wide - 10, HEADER - CHIP - 5, wide, CHIP)

    def _shapes(self, width: float, closed: bool) -> tuple[QPainterPath, QPainterPath, QRectF]:
        """Header, strip and the place of the badge."""
        key = (width, closed)
        if key not in self._shapes_of:
            header, strip = (_header_path(width, height, closed) for height in (HEADER, STRIP))
            badge = QRectF(width - BADGE - 10, 9, BADGE, BADGE)
            self._shapes_of[key] = (header, strip, badge)
        return self._shapes_of[key]

    def _point(self, x: float, y: float) -> QPointF:
        known = self._points.get((x, y))
        if known is None:
            known = self._points[(x, y)] = QPointF(x, y)
        return known

    def _width(self, view: NodeView) -> float:
        fonts = self.fonts
        badge = BADGE + 6 if view.badge else 0
        icon = _ICON_ROOM if view.icon else 0
        chip = self._chip_room(view)
        frost = _FROST_ROOM if view.frozen else 0
        wanted = [
            fonts.width("title", view.title) + icon + badge,
            fonts.width("subtitle", view.subtitle) + frost + icon + max(badge, chip),
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

    def _frost(self, view: NodeView, texts: list[PlacedText]) -> QPointF:
        """Where the snowflake of a frozen node stands: behind its subtitle."""
        line = next((t for t in texts if t.role == "subtitle"), None)
        if line is None or not view.frozen:
            return _NOWHERE
        behind = line.at.x() + self.fonts.width("subtitle", line.text) + _FROST_ROOM - FROST
        return self._point(behind, 26.0 + (15.0 - FROST) / 2)

    def _chip_room(self, view: NodeView) -> float:
        return self._chip(view, 0.0).width() + 2 if view.copies > 1 else 0.0

    def _header_texts(self, view: NodeView, width: float) -> list[PlacedText]:
        left = PADDING + (_ICON_ROOM if view.icon else 0)
        badge, chip = BADGE + 6 if view.badge else 0, self._chip_room(view)
        room = width - left - PADDING
        beside_title = badge if view.subtitle else max(badge, chip)
        fonts = self.fonts
        title_top, title_height = (8.0, 19.0) if view.subtitle else (0.0, HEADER + 2)
        title = fonts.fitted("title", view.title, room - beside_title)
        at = self._point(left, fonts.baseline("title", title_top, title_height))
        texts = [PlacedText("title", at, title)]
        if view.subtitle:
            frost = _FROST_ROOM if view.frozen else 0
            subtitle = fonts.fitted("subtitle", view.subtitle, room - max(badge, chip) - frost)
            at = self._point(left, fonts.baseline("subtitle", 26.0, 15.0))
            texts.append(PlacedText("subtitle", at, subtitle))
        return texts

    def _ports(
        self, ports: tuple[Port, ...], x: float, room: float, texts: list[PlacedText]
    ) -> dict[str, QPointF]:
        if len(ports) == 1:
            return {ports[0].name: self._point(x, HEADER / 2)}
        placed = {}
        for row, port in enumerate(ports):
            top = HEADER + 7 + row * PORT_ROW
            placed[port.name] = self._point(x, top + PORT_ROW / 2)
            label = self.fonts.fitted("port", port.label, room)
            left = x - PADDING - self.fonts.width("port", label) if x else PADDING
            baseline = self.fonts.baseline("port", top, PORT_ROW)
            texts.append(PlacedText("port", self._point(left, baseline), label))
        return placed
