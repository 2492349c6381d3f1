"""One node on the canvas: a rounded card with a tinted header, texts, ports and a badge."""

import math
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from widgets.canvas import node_paint
from widgets.canvas.graph import NodeView, Port
from widgets.canvas.live import Live
from widgets.canvas.node_layout import HEADER, PADDING, RADIUS, Layouter, NodeLayout
from widgets.canvas.style import Style

TEXT_ZOOM = 0.35
_MARGIN = 13.0

PortKey = tuple[bool, str]
"""Whether it is an output, and its name."""


class NodeItem(QGraphicsItem):
    """Draws one `NodeView`; what it shows is changed with `show_view` and the `set_` methods.

    `heading` is the way that its wires leave and arrive: 1 to the right, -1 to the left. `live` is
    what it shows beside, while something runs.
    """

    heading = 1

    def __init__(self, view: NodeView, layouter: Layouter, style: Style) -> None:
        super().__init__()
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)
        self._layouter = layouter
        self.style = style
        self.view = view
        self.layout = layouter(view)
        self.live: Live | None = None
        self.selected = False
        self.hovered = False
        self.hovered_port: PortKey | None = None
        self.port_marks: Mapping[PortKey, bool] | None = None
        self.connected: dict[PortKey, int] = {}
        self._card = QRectF()
        self._card_of: NodeLayout | None = None
        self._center: QPointF | None = None
        self.setPos(*view.position)

    def show_view(self, view: NodeView) -> None:
        """Show another state of the same node; its position is left to the caller."""
        old, self.view = self.view, view
        if replace(old, position=view.position, badge_text=view.badge_text) == view:
            return
        self._lay_out()

    def set_live(self, live: Live | None) -> bool:
        """Show something live, or None for nothing; the answer is whether the size changed."""
        if live == self.live:
            return False
        resized = (live is None) != (self.live is None)
        self.live = live
        self._lay_out() if resized else self.update()
        return resized

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
        return self._corner + (self.layout.outputs if output else self.layout.inputs)[name]

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
        if name in places:
            return self._corner + places[name]
        edge = QPointF(self.layout.rect.width() if output else 0.0, HEADER / 2)
        return self._corner + edge

    def ports(self) -> list[tuple[PortKey, Port]]:
        """All ports, inputs first."""
        inputs = [((False, port.name), port) for port in self.view.inputs]
        return inputs + [((True, port.name), port) for port in self.view.outputs]

    def setPos(self, x: float, y: float) -> None:  # type: ignore[override]
        super().setPos(x, y)
        self._corner = QPointF(x, y)
        self._card_of = None

    def scene_rect(self) -> QRectF:
        """The card's rectangle in scene coordinates, without ports and shadow."""
        # Kept, because pictures of the whole graph ask every node for it at every frame.
        if self._card_of is not self.layout:
            self._card, self._card_of = self.layout.rect.translated(self._corner), self.layout
            self._center = None
        return self._card

    def scene_center(self) -> QPointF:
        """The middle of `scene_rect`."""
        card = self.scene_rect()
        if self._center is None:
            self._center = card.center()
        return self._center

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
        """Paint the node; `decorated` adds selection, hover and what is live, which a picture in
        a file leaves out.
        """
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        view, selected = self.view, self.selected and decorated
        live = self.live if decorated else None
        layout = self.layout if live is self.live else self._layouter(view)
        family = style.family(view.color_key, view.muted)
        self._draw_behind(painter, layout.rect, style, selected)
        if view.muted:
            node_paint.draw_muted_card(painter, layout, self._layouter.fonts, family, style)
        else:
            node_paint.draw_card(painter, layout, family, style)
        if live is not None:
            node_paint.draw_live(painter, layout, live, style)
        self._draw_outline(painter, layout.rect, style, selected, decorated)
        if view.share is not None:
            node_paint.draw_bar(painter, layout.bar, view.share, family, style)
        if with_text:
            if view.icon:
                node_paint.draw_icon(painter, view, layout.icon, family, as_lines=not decorated)
            if not layout.frost.isNull():
                node_paint.draw_frost(painter, layout.frost, style, as_lines=not decorated)
            if view.copies > 1:
                node_paint.draw_chip(painter, layout.chip, style)
            node_paint.draw_texts(painter, layout, self._layouter.fonts, style, view.muted)
        if view.badge:
            node_paint.draw_badge(painter, layout.badge, view.badge, style)
        self._draw_ports(painter, style, decorated)

    def _lay_out(self) -> None:
        self.prepareGeometryChange()
        self.layout = self._layouter(self.view, live=self.live is not None)
        self.update()

    def _draw_behind(self, painter: QPainter, rect: QRectF, style: Style, selected: bool) -> None:
        """The halo of a selected node, the shadow of another, and the cards of a pile."""
        painter.setPen(Qt.PenStyle.NoPen)
        if selected:
            painter.setBrush(style.selection_halo)
            painter.drawRoundedRect(rect.adjusted(-4, -4, 4, 4), RADIUS + 4, RADIUS + 4)
        elif not self.view.muted:
            painter.setBrush(style.shadow)
            painter.drawRoundedRect(rect.adjusted(-0.5, 1, 0.5, 3), RADIUS + 1, RADIUS + 1)
        if self.view.container:
            node_paint.draw_pile(painter, rect, style)
            painter.setPen(Qt.PenStyle.NoPen)

    def _draw_outline(
        self, painter: QPainter, rect: QRectF, style: Style, selected: bool, decorated: bool
    ) -> None:
        pen = style.muted_pen if self.view.muted else style.border_pen
        if selected:
            pen = style.selected_pen
        elif self.hovered and decorated and not self.view.muted:
            pen = style.hover_pen
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS - 0.5, RADIUS - 0.5)

    def _draw_ports(self, painter: QPainter, style: Style, decorated: bool) -> None:
        optional = {port.name for port in self.view.inputs if port.optional}
        strip = style.family(self.view.color_key, self.view.muted).strip
        marks = self.port_marks if decorated else None
        for output, places in ((False, self.layout.inputs), (True, self.layout.outputs)):
            for name, center in places.items():
                key = (output, name)
                mark = marks.get(key, False) if marks is not None else None
                hovered = decorated and self.hovered_port == key
                color = strip if output else style.wire
                if mark or (hovered and mark is None):
                    color = style.accent
                    node_paint.draw_glow(painter, style, center)
                painter.setOpacity(0.3 if mark is False else 1.0)
                filled = self.connected.get(key, 0) > 0
                node_paint.draw_port(painter, style, center, color, filled, name in optional)
                painter.setOpacity(1.0)
