"""A wire with one end at a port and the other one loose: what mouse and keyboard do alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.graph import End
from widgets.canvas.node_item import PortKey
from widgets.canvas.wire_item import loose_path

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


@dataclass(frozen=True)
class Candidate:
    """A port at which the wire could end; `refusal` says why it must not, or is empty."""

    end: End
    at: QPointF
    refusal: str


class LooseWire(Gesture):
    """Base of the gestures that wire a fixed port to one of `candidates`; `found` is the choice."""

    def __init__(self, canvas: Canvas, start: Pointer, fixed: End, from_output: bool) -> None:
        super().__init__(canvas, start)
        self.fixed, self.from_output = fixed, from_output
        self.candidates: list[Candidate] = []
        self.found: Candidate | None = None

    def wire_to(self, end: End) -> tuple[End, End]:
        """Source and target of the wire between the fixed port and `end`."""
        return (self.fixed, end) if self.from_output else (end, self.fixed)

    def refusal(self, end: End) -> str:
        """Why the wire must not end at a port; empty where it may."""
        return self.canvas.connection_refusal(*self.wire_to(end)) or ""

    def judge(self) -> None:
        """Ask of every port whether the wire may end there, and let the possible ones glow."""
        self.candidates = []
        for node_id, item in self.canvas.graph_scene.nodes.items():
            marks: dict[PortKey, bool] = {}
            places = item.layout.inputs if self.from_output else item.layout.outputs
            for name, local in places.items():
                end = End(node_id, name)
                reason = self.refusal(end)
                self.candidates.append(Candidate(end, item.pos() + local, reason))
                marks[not self.from_output, name] = not reason
            if node_id == self.fixed.node:
                marks[self.from_output, self.fixed.port] = True
            item.mark_ports(marks)

    def unmark(self) -> None:
        """Let all ports look as usual."""
        for item in self.canvas.graph_scene.nodes.values():
            item.mark_ports(None)

    def curve_to(self, loose: QPointF) -> QPainterPath:
        """The wire to a scene point, in viewport coordinates."""
        node = self.canvas.graph_scene.nodes[self.fixed.node]
        path = loose_path(node, (self.from_output, self.fixed.port), loose)
        return self.canvas.viewportTransform().map(path)

    def paint_curve(self, painter: QPainter, curve: QPainterPath, color: QColor) -> None:
        """Paint the wire with a dot at its loose end."""
        painter.setPen(QPen(color, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(curve)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(curve.pointAtPercent(1.0 if self.from_output else 0.0), 4.5, 4.5)
