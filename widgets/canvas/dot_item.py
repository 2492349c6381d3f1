"""A dot on the canvas: a node that only passes a wire on, drawn as a knot in it."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from widgets.canvas.graph import NodeView
from widgets.canvas.node_item import NodeItem, PortKey
from widgets.canvas.node_layout import Layouter, NodeLayout
from widgets.canvas.node_paint import draw_badge
from widgets.canvas.style import Style, faded

# The box is two steps of the grid wide, so that aligned dots stand level with aligned ports.
DOT_SIZE = 16.0
_CENTER = QPointF(DOT_SIZE / 2, DOT_SIZE / 2)
_RADIUS = 7.0
_HANDLE_WAY = 15.0
_HANDLE_RADIUS = 4.0
_HANDLE_SHARE = 0.75
_MARGIN = 16.0
_BADGE = QRectF(DOT_SIZE - 3, -DOT_SIZE + 3, 14, 14)


class DotItem(NodeItem):
    """Draws a `NodeView` of shape ``dot``.

    Both wires end in its middle, so that they run on smoothly. It is moved by its body; a wire is
    taken hold of by the handles beside it, which show while the pointer is near.
    """

    def __init__(self, view: NodeView, layouter: Layouter, style: Style) -> None:
        super().__init__(view, DotLayouter(layouter), style)

    def port_near(self, point: QPointF, reach: float) -> tuple[float, PortKey] | None:
        """The handle near a point of the dot's own coordinates, unless its body is there."""
        if _distance(point, _CENTER) <= DOT_SIZE / 2:
            return None
        limit = reach * _HANDLE_SHARE
        near = [
            (_distance(point, self._handle(output)), (output, name))
            for output, places in ((False, self.layout.inputs), (True, self.layout.outputs))
            for name in places
        ]
        return min((pair for pair in near if pair[0] < limit), default=None)

    def turn(self, backwards: bool) -> bool:
        """Let the wires run through to the left, or to the right; False where they do already."""
        heading = -1 if backwards else 1
        changed, self.heading = heading != self.heading, heading
        if changed:
            self.update()
        return changed

    def boundingRect(self) -> QRectF:
        return self.layout.rect.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)

    def draw(
        self, painter: QPainter, style: Style, with_text: bool, decorated: bool = True
    ) -> None:
        """Paint the dot; `decorated` adds selection, hover and glow, which a picture leaves out."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        marks = self.port_marks if decorated else None
        possible = marks is not None and any(marks.values())
        if decorated and (self.selected or possible):
            painter.setBrush(style.selection_halo if self.selected else faded(style.accent, 0.30))
            painter.drawEllipse(_CENTER, _RADIUS + 5, _RADIUS + 5)
        painter.setBrush(style.background)
        painter.drawEllipse(_CENTER, _RADIUS + 1.5, _RADIUS + 1.5)
        painter.setOpacity(0.3 if marks is not None and not possible else 1.0)
        color = style.wire
        if decorated and (self.selected or possible):
            color = style.accent
        elif decorated and self.hovered:
            color = style.wire_active
        painter.setBrush(color)
        painter.drawEllipse(_CENTER, _RADIUS, _RADIUS)
        if not any(count for (output, _), count in self.connected.items() if not output):
            painter.setBrush(style.surface)
            painter.drawEllipse(_CENTER, _RADIUS - 2, _RADIUS - 2)
        painter.setOpacity(1.0)
        if decorated and self.hovered and marks is None:
            self._draw_handles(painter, style)
        if self.view.badge:
            draw_badge(painter, self.layout.badge, self.view.badge, style)

    def _draw_handles(self, painter: QPainter, style: Style) -> None:
        for (output, name), _ in self.ports():
            at, chosen = self._handle(output), self.hovered_port == (output, name)
            painter.setPen(Qt.PenStyle.NoPen)
            if chosen:
                painter.setBrush(faded(style.accent, 0.30))
                painter.drawEllipse(at, _HANDLE_RADIUS + 4, _HANDLE_RADIUS + 4)
            painter.setBrush(style.background)
            painter.drawEllipse(at, _HANDLE_RADIUS + 1.5, _HANDLE_RADIUS + 1.5)
            painter.setBrush(style.accent if chosen else style.wire_active)
            painter.drawEllipse(at, _HANDLE_RADIUS, _HANDLE_RADIUS)

    def _handle(self, output: bool) -> QPointF:
        side = self.heading if output else -self.heading
        return _CENTER + QPointF(_HANDLE_WAY * side, 0)


class DotLayouter(Layouter):
    """Places the ports of dots in their middle, and no text."""

    def __init__(self, cards: Layouter) -> None:
        super().__init__(cards.fonts)

    def __call__(self, view: NodeView, live: bool = False) -> NodeLayout:
        """The layout of one dot, which shows nothing live."""
        return replace(
            super().__call__(view),
            rect=QRectF(0, 0, DOT_SIZE, DOT_SIZE),
            texts=(),
            inputs={port.name: _CENTER for port in view.inputs},
            outputs={port.name: _CENTER for port in view.outputs},
            badge=_BADGE,
        )


def _distance(first: QPointF, second: QPointF) -> float:
    return math.hypot(first.x() - second.x(), first.y() - second.y())
