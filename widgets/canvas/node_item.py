"""One node on the canvas: a rounded card with a tinted header, texts, ports and a badge."""

import math
from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas.graph import NodeView, Port
from widgets.canvas.node_layout import HEADER, PADDING, RADIUS, Layouter
from widgets.canvas.style import Style, faded, readable_on

PORT_RADIUS = 5.0
TEXT_ZOOM = 0.35
_MARGIN = 13.0

PortKey = tuple[bool, str]
"""Whether it is an output, and its name."""


class NodeItem(QGraphicsItem):
    """Draws one `NodeView`; what it shows is changed with `show_view` and the `set_` methods.

    `heading` is the way that its wires leave and arrive: 1 to the right, -1 to the left.
    """

    heading = 1

    def __init__(self, view: NodeView, layouter: Layouter, style: Style) -> None:
        super().__init__()
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._layouter = layouter
        self.style = style
        self.view = view
        self.layout = layouter(view)
        self.selected = False
        self.hovered = False
        self.hovered_port: PortKey | None = None
        self.port_marks: Mapping[PortKey, bool] | None = None
        self.connected: dict[PortKey, int] = {}
        self.setPos(*view.position)

    def show_view(self, view: NodeView) -> None:
        """Show another state of the same node; its position is left to the caller."""
        old, self.view = self.view, view
        same_content = (
            (old.title, old.subtitle, old.detail, old.color_key, old.badge)
            == (view.title, view.subtitle, view.detail, view.color_key, view.badge)
        ) and (old.inputs, old.outputs) == (view.inputs, view.outputs)
        if same_content:
            return
        self.prepareGeometryChange()
        self.layout = self._layouter(view)
        self.update()

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self.style = style
        self.update()

    def set_selected(self, selected: bool) -> None:
        """Draw with or without the accent outline, above its neighbours while selected."""
        self.selected = selected
        self.setZValue(1.0 if selected else 0.0)
        self.update()

    def set_hovered(self, hovered: bool, port: PortKey | None = None) -> None:
        """Show that the pointer is over the node, or over one of its ports."""
        if (hovered, port) != (self.hovered, self.hovered_port):
            self.hovered, self.hovered_port = hovered, port
            self.update()

    def mark_ports(self, marks: Mapping[PortKey, bool] | None) -> None:
        """Let ports glow (True) or fade (False) while a wire is dragged; None ends it."""
        if marks != self.port_marks:
            self.port_marks = marks
            self.update()

    def count_wire(self, port: PortKey, change: int) -> None:
        """Add `change` to the number of wires at a port; connected ports are drawn filled."""
        before = self.connected.get(port, 0)
        self.connected[port] = before + change
        if (before > 0) != (before + change > 0):
            self.update()

    def port_at(self, port: PortKey) -> QPointF:
        """The centre of a port in scene coordinates; raises KeyError for an unknown port."""
        output, name = port
        return self.pos() + (self.layout.outputs if output else self.layout.inputs)[name]

    def port_near(self, point: QPointF, reach: float) -> tuple[float, PortKey] | None:
        """The nearest port within `reach` of a point of the node's own coordinates, and how far."""
        best, found = reach, None
        for output, places in ((False, self.layout.inputs), (True, self.layout.outputs)):
            for name, center in places.items():
                distance = math.hypot(point.x() - center.x(), point.y() - center.y())
                if distance < best:
                    best, found = distance, (output, name)
        return (best, found) if found is not None else None

    def anchor(self, port: PortKey) -> QPointF:
        """Where a wire at `port` ends; wires of ports that no longer exist end at the header."""
        output, name = port
        places = self.layout.outputs if output else self.layout.inputs
        edge = QPointF(self.layout.rect.width() if output else 0.0, HEADER / 2)
        return self.pos() + places.get(name, edge)

    def ports(self) -> list[tuple[PortKey, Port]]:
        """All ports, inputs first."""
        inputs = [((False, port.name), port) for port in self.view.inputs]
        return inputs + [((True, port.name), port) for port in self.view.outputs]

    def scene_rect(self) -> QRectF:
        """The card's rectangle in scene coordinates, without ports and shadow."""
        return self.layout.rect.translated(self.pos())

    def title_rect(self) -> QRectF:
        """Where the title stands in the scene; below the node where it is drawn without one."""
        metrics, card = self._layouter.fonts.metrics["title"], self.scene_rect()
        for text in self.layout.texts:
            if text.role == "title":
                at = self.pos() + text.at - QPointF(0, metrics.ascent())
                return QRectF(at.x(), at.y(), card.right() - PADDING - at.x(), metrics.height())
        return QRectF(card.left(), card.bottom() + 4, card.width(), metrics.height())

    def boundingRect(self) -> QRectF:
        return self.layout.rect.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        self.draw(painter, self.style, with_text=zoom >= TEXT_ZOOM)

    def draw(
        self, painter: QPainter, style: Style, with_text: bool, decorated: bool = True
    ) -> None:
        """Paint the node; `decorated` adds selection and hover, which a picture leaves out."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        selected = self.selected and decorated
        rect = self.layout.rect
        painter.setPen(Qt.PenStyle.NoPen)
        if selected:
            painter.setBrush(style.selection_halo)
            painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), RADIUS + 4, RADIUS + 4)
        else:
            painter.setBrush(style.shadow)
            painter.drawRoundedRect(rect.adjusted(-0.5, 1, 0.5, 3), RADIUS + 1, RADIUS + 1)
        painter.setBrush(style.surface)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        family = style.family(self.view.color_key)
        painter.fillPath(self.layout.header, family.header)
        painter.fillPath(self.layout.strip, family.strip)
        if self.layout.rule_y:
            painter.fillRect(QRectF(0, HEADER - 1, rect.width(), 1), style.divider)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        hovered = self.hovered and decorated
        painter.setPen(
            style.selected_pen if selected else style.hover_pen if hovered else style.border_pen
        )
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 0.5, RADIUS - 0.5)
        if with_text:
            self._draw_texts(painter, style)
        if self.view.badge:
            self._draw_badge(painter, style)
        self._draw_ports(painter, style, decorated)

    def _draw_texts(self, painter: QPainter, style: Style) -> None:
        fonts = self._layouter.fonts.fonts
        for line in self.layout.texts:
            painter.setFont(fonts[line.role])
            painter.setPen(style.text if line.role == "title" else style.muted)
            painter.drawText(line.at, line.text)

    def _draw_badge(self, painter: QPainter, style: Style) -> None:
        """A round mark for an error, a triangle for a warning, each with an exclamation mark."""
        box = self.layout.badge
        color = style.badge_color(self.view.badge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        center = box.center()
        if self.view.badge == "error":
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

    def _draw_ports(self, painter: QPainter, style: Style, decorated: bool) -> None:
        optional = {port.name for port in self.view.inputs if port.optional}
        strip = style.family(self.view.color_key).strip
        marks = self.port_marks if decorated else None
        for output, places in ((False, self.layout.inputs), (True, self.layout.outputs)):
            for name, center in places.items():
                key = (output, name)
                mark = marks.get(key, False) if marks is not None else None
                hovered = decorated and self.hovered_port == key
                color = strip if output else style.wire
                if mark or (hovered and mark is None):
                    color = style.accent
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(faded(style.accent, 0.30))
                    painter.drawEllipse(center, PORT_RADIUS + 5.5, PORT_RADIUS + 5.5)
                painter.setOpacity(0.3 if mark is False else 1.0)
                filled = self.connected.get(key, 0) > 0
                self._draw_port(painter, style, center, color, filled, name in optional)
                painter.setOpacity(1.0)

    @staticmethod
    def _draw_port(
        painter: QPainter,
        style: Style,
        center: QPointF,
        color: QColor,
        filled: bool,
        optional: bool,
    ) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.background)
        painter.drawEllipse(center, PORT_RADIUS + 1.5, PORT_RADIUS + 1.5)
        painter.setBrush(color)
        painter.drawEllipse(center, PORT_RADIUS, PORT_RADIUS)
        if not filled:
            painter.setBrush(style.surface)
            radius = PORT_RADIUS - (1.0 if optional else 1.8)
            painter.drawEllipse(center, radius, radius)
