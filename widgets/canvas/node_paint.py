"""How the parts of a node are painted, in its coordinates; `NodeItem` says which and when."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets import icons
from widgets.canvas.graph import NodeView
from widgets.canvas.live import Live
from widgets.canvas.node_layout import FROST, HEADER, ICON, RADIUS, NodeLayout
from widgets.canvas.style import FamilyColors, Fonts, Style, faded, readable_on

PORT_RADIUS = 5.0
_PILE = (5.0, 4.0)
_HALO = 3.0


def draw_pile(painter: QPainter, rect: QRectF, style: Style) -> None:
    """The lower edges of two more cards, behind the node's own."""
    inset, step = _PILE
    painter.setPen(style.border_pen)
    painter.setBrush(style.label_surface)
    for depth in (2, 1):
        edge = rect.adjusted(inset * depth, RADIUS, -inset * depth, step * depth)
        painter.drawRoundedRect(edge.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


def draw_card(painter: QPainter, layout: NodeLayout, family: FamilyColors, style: Style) -> None:
    """The card without its outline."""
    painter.setBrush(style.surface)
    painter.drawRoundedRect(layout.rect, RADIUS, RADIUS)
    painter.fillPath(layout.header, family.header)
    painter.fillPath(layout.strip, family.strip)
    if layout.rule_y:
        painter.fillRect(QRectF(0, HEADER - 1, layout.rect.width(), 1), style.divider)


def draw_muted_card(
    painter: QPainter, layout: NodeLayout, fonts: Fonts, family: FamilyColors, style: Style
) -> None:
    """A faded card with lines from the first input to the outputs, that leave the texts free."""
    painter.setBrush(style.muted_surface)
    painter.drawRoundedRect(layout.rect, RADIUS, RADIUS)
    painter.fillPath(layout.strip, family.strip)
    if layout.inputs:
        # In the middle of a row of pixels, or a level line would be smeared over two.
        half = QPointF(0, 0.5)
        start = next(iter(layout.inputs.values())) + half
        painter.setPen(style.wire_pen)
        for end in layout.outputs.values():
            painter.drawLine(start, end + half)
    for line in layout.texts:
        metrics = fonts.metrics[line.role]
        wide = fonts.width(line.role, line.text)
        behind = QRectF(line.at.x(), line.at.y() - metrics.ascent(), wide, metrics.height())
        painter.fillRect(behind.adjusted(-_HALO, 0, _HALO, 0), style.muted_surface)
    if not layout.icon.isNull():
        behind = QRectF(layout.icon.x(), layout.icon.y(), ICON, ICON)
        painter.fillRect(behind.adjusted(-_HALO, 0, _HALO, 0), style.muted_surface)


def draw_chip(painter: QPainter, box: QRectF, style: Style) -> None:
    """The box around the number of copies."""
    painter.setPen(style.border_pen)
    painter.setBrush(style.label_surface)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), box.height() / 2, box.height() / 2)


def draw_texts(
    painter: QPainter, layout: NodeLayout, fonts: Fonts, style: Style, muted: bool
) -> None:
    """All lines of text."""
    title = style.muted if muted else style.text
    for line in layout.texts:
        painter.setFont(fonts.fonts[line.role])
        painter.setPen(title if line.role == "title" else style.muted)
        painter.drawText(line.at, line.text)


def draw_icon(
    painter: QPainter, view: NodeView, at: QPointF, family: FamilyColors, as_lines: bool
) -> None:
    """The node's icon in its family's colour."""
    paint = icons.paint_lines if as_lines else icons.paint
    paint(painter, view.icon, family.icon, at, ICON)


def draw_frost(painter: QPainter, at: QPointF, style: Style, as_lines: bool) -> None:
    """The snowflake of a node that does not learn."""
    paint = icons.paint_lines if as_lines else icons.paint
    paint(painter, "frozen", style.muted.name(), at, FROST)


def draw_bar(
    painter: QPainter, track: QRectF, share: float, family: FamilyColors, style: Style
) -> None:
    """A share (0..1) as the filled part of a track; the least one is still seen."""
    painter.fillRect(track, style.track)
    filled = max(2.0, min(1.0, share) * track.width()) if share > 0 else 0.0
    painter.fillRect(QRectF(track.left(), track.top(), filled, track.height()), family.strip)


def draw_live(painter: QPainter, layout: NodeLayout, live: Live, style: Style) -> None:
    """The thumbnail, and the level as a colour along the lower edge and as a mark on it."""
    picture = live.thumbnail
    if picture is not None and not picture.isNull():
        room = layout.thumbnail
        scale = min(room.width() / picture.width(), room.height() / picture.height())
        wide, high = picture.width() * scale, picture.height() * scale
        left = room.left() + (room.width() - wide) / 2
        painter.drawImage(
            QRectF(left, room.top() + (room.height() - high) / 2, wide, high), picture
        )
    if live.tint is not None and not layout.gauge.isNull():
        box = layout.gauge
        painter.save()
        painter.setClipRect(box)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.gauge_color(live.tint))
        painter.drawRoundedRect(box.adjusted(1, -2 * RADIUS, -1, -1), RADIUS - 1, RADIUS - 1)
        painter.restore()
        inner = box.width() - 4 * RADIUS
        x = box.left() + 2 * RADIUS + inner * (live.tint + 1) / 2
        painter.fillRect(QRectF(x - 1.5, box.top() - 2, 3, box.height() + 1), style.text)


def draw_badge(painter: QPainter, box: QRectF, badge: str, style: Style) -> None:
    """A round mark for an error, a triangle for a warning, each with an exclamation mark."""
    color = style.badge_color(badge)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    center = box.center()
    if badge == "error":
        painter.drawEllipse(box)
    else:
        center += QPointF(0, 1.5)
        painter.setPen(QPen(color, 2, j=Qt.PenJoinStyle.RoundJoin))
        painter.drawPolygon(
            [
                QPointF(box.center().x(), box.top() + 1.5),
                QPointF(box.right() - 0.5, box.bottom() - 1.5),
                QPointF(box.left() + 0.5, box.bottom() - 1.5),
            ]
        )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(readable_on(color))
    painter.drawRoundedRect(QRectF(center.x() - 0.9, center.y() - 4.5, 1.8, 5.5), 0.9, 0.9)
    painter.drawEllipse(QPointF(center.x(), center.y() + 3.3), 1.1, 1.1)


def draw_port(
    painter: QPainter, style: Style, center: QPointF, color: QColor, filled: bool, optional: bool
) -> None:
    """One port; a ring where nothing is connected, a thinner one where nothing has to be."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.background)
    painter.drawEllipse(center, PORT_RADIUS + 1.5, PORT_RADIUS + 1.5)
    painter.setBrush(color)
    painter.drawEllipse(center, PORT_RADIUS, PORT_RADIUS)
    if not filled:
        painter.setBrush(style.surface)
        radius = PORT_RADIUS - (1.0 if optional else 1.8)
        painter.drawEllipse(center, radius, radius)


def draw_glow(painter: QPainter, style: Style, center: QPointF) -> None:
    """The light around a port that a wire may end at, or that the pointer is over."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(style.accent, 0.30))
    painter.drawEllipse(center, PORT_RADIUS + 5.5, PORT_RADIUS + 5.5)
