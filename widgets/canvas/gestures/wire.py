"""Drawing a new wire from a port, and picking up the wire at a connected input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.gestures.label import label_rect, paint_label
from widgets.canvas.graph import End
from widgets.canvas.node_item import NodeItem, PortKey
from widgets.canvas.wire_item import WireItem, wire_path

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

SNAP_PIXELS = 24.0
REFUSE_PIXELS = 14.0


@dataclass(frozen=True)
class Candidate:
    """A port at which the dragged wire could end; `refusal` says why it must not, or is empty."""

    end: End
    at: QPointF
    refusal: str


class DragWire(Gesture):
    """Drags the loose end of a wire; the other end is fixed at a port.

    From an output or a free input a new wire is drawn; from a connected input its wire is picked
    up. All ports are judged once, when the drag begins.
    """

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: Canvas, start: Pointer, node: NodeItem, port: PortKey) -> None:
        super().__init__(canvas, start)
        self._from_output, name = port
        self._fixed = End(node.view.id, name)
        self._picked: WireItem | None = None
        self._candidates: list[Candidate] = []
        self._found: Candidate | None = None
        self._loose = start.view
        if not self._from_output:
            self._picked = canvas.graph_scene.wire_into(self._fixed)
        if self._picked is not None:
            self._from_output, self._fixed = True, self._picked.view.source

    @property
    def reason(self) -> str:
        """Why the port under the pointer cannot be taken; empty where nothing is wrong."""
        return self._found.refusal if self._found is not None else ""

    def begin_drag(self) -> None:
        """Judge all ports, let the possible ones glow, and lift a picked-up wire."""
        if self._picked is not None:
            self._picked.setVisible(False)
        self._judge()

    def drag(self, pointer: Pointer) -> None:
        """Follow the pointer and catch a port nearby."""
        self._loose = pointer.view
        self._found = self._candidate_near(pointer.view)

    def drop(self, pointer: Pointer) -> None:
        """Ask for the change that this drop means."""
        self._clear()
        canvas, found, picked = self.canvas, self._found, self._picked
        if found is not None and found.refusal:
            return
        if picked is not None:
            old = picked.view.target
            if found is None:
                canvas.disconnect_requested.emit(old)
            elif found.end != old:
                canvas.reconnect_requested.emit(old, picked.view.source, found.end)
        elif found is not None:
            ends = (self._fixed, found.end) if self._from_output else (found.end, self._fixed)
            canvas.connect_requested.emit(*ends)
        else:
            at = pointer.scene
            canvas.wire_dropped.emit(self._fixed, self._from_output, at.x(), at.y())

    def cancel(self) -> None:
        """Show everything as before."""
        if self.dragging:
            self._clear()

    def refresh(self) -> None:
        """Judge the ports of the new graph, or give up where the wire's own end is gone."""
        scene = self.canvas.graph_scene
        picked = self._picked
        wires = scene.wires.values()
        if self._fixed.node not in scene.nodes or (picked is not None and picked not in wires):
            self.canvas.cancel_gesture()
        elif self.dragging:
            self._judge()

    def painted_rect(self) -> QRectF:
        """Around the wire and the label."""
        if not self.dragging:
            return QRectF()
        curve = self._curve().boundingRect().adjusted(-6, -6, 6, 6)
        return curve.united(self._label_rect()).adjusted(-3, -3, 3, 3)

    def paint(self, painter: QPainter) -> None:
        """Paint the wire as it would lie, in the error colour with the reason where refused."""
        if not self.dragging:
            return
        style = self.canvas.graph_scene.look
        color = style.error if self.reason else style.accent
        painter.setPen(QPen(color, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        curve = self._curve()
        painter.drawPath(curve)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(curve.pointAtPercent(1.0 if self._from_output else 0.0), 4.5, 4.5)
        if self.reason:
            paint_label(painter, self._label_rect(), self.reason, style)

    def _judge(self) -> None:
        scene = self.canvas.graph_scene
        refusal = self.canvas.connection_refusal
        self._candidates = []
        for node_id, item in scene.nodes.items():
            marks: dict[PortKey, bool] = {}
            places = item.layout.inputs if self._from_output else item.layout.outputs
            for name, local in places.items():
                end = End(node_id, name)
                ends = (self._fixed, end) if self._from_output else (end, self._fixed)
                reason = None
                if self._picked is None or end != self._picked.view.target:
                    reason = refusal(*ends)
                self._candidates.append(Candidate(end, item.pos() + local, reason or ""))
                marks[not self._from_output, name] = not reason
            if node_id == self._fixed.node:
                marks[self._from_output, self._fixed.port] = True
            item.mark_ports(marks)

    def _clear(self) -> None:
        for item in self.canvas.graph_scene.nodes.values():
            item.mark_ports(None)
        if self._picked is not None:
            self._picked.setVisible(True)

    def _candidate_near(self, point: QPointF) -> Candidate | None:
        """The port to take: a possible one within the snap distance, or a refusing one hit."""
        to_view = self.canvas.viewportTransform()
        best, found = SNAP_PIXELS, None
        for candidate in self._candidates:
            at = to_view.map(candidate.at)
            distance = math.hypot(at.x() - point.x(), at.y() - point.y())
            reach = min(best, REFUSE_PIXELS) if candidate.refusal else best
            if distance < reach:
                best, found = distance, candidate
        return found

    def _curve(self) -> QPainterPath:
        """The wire as it would lie now, in viewport coordinates."""
        scene, to_view = self.canvas.graph_scene, self.canvas.viewportTransform()
        fixed = scene.nodes[self._fixed.node].anchor((self._from_output, self._fixed.port))
        loose = self.canvas.scene_point(self._loose)
        if self._found is not None and not self._found.refusal:
            loose = self._found.at
        ends = (fixed, loose) if self._from_output else (loose, fixed)
        return to_view.map(wire_path(*ends))

    def _label_rect(self) -> QRectF:
        if not self.reason:
            return QRectF()
        return label_rect(self._loose, self.reason, self.canvas.viewport().rect())
