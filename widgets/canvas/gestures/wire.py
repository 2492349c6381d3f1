"""Drawing a new wire from a port, and picking up the wire at a connected input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from widgets.canvas.gestures.base import Pointer
from widgets.canvas.gestures.label import label_rect, paint_label
from widgets.canvas.gestures.loose_wire import Candidate, LooseWire
from widgets.canvas.graph import End
from widgets.canvas.node_item import NodeItem, PortKey

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

SNAP_PIXELS = 24.0
REFUSE_PIXELS = 14.0


class DragWire(LooseWire):
    """Drags the loose end of a wire; the other end is fixed at a port.

    From an output or a free input a new wire is drawn; from a connected input its wire is picked
    up. All ports are judged once, when the drag begins.
    """

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: Canvas, start: Pointer, node: NodeItem, port: PortKey) -> None:
        from_output, name = port
        fixed = End(node.view.id, name)
        self._picked = None if from_output else canvas.graph_scene.wire_into(fixed)
        if self._picked is not None:
            from_output, fixed = True, self._picked.view.source
        super().__init__(canvas, start, fixed, from_output)
        self._loose = start.view
        self._by_node: dict[str, list[Candidate]] = {}

    @property
    def reason(self) -> str:
        """Why the port under the pointer cannot be taken; empty where nothing is wrong."""
        return self.found.refusal if self.found is not None else ""

    def refusal(self, end: End) -> str:
        """Why the wire must not end at a port; a wire may go back to where it was picked up."""
        back = self._picked is not None and end == self._picked.view.target
        return "" if back else super().refusal(end)

    def judge(self) -> None:
        """Judge all ports, and keep them by their nodes."""
        super().judge()
        self._by_node = {}
        for candidate in self.candidates:
            self._by_node.setdefault(candidate.end.node, []).append(candidate)

    def begin_drag(self) -> None:
        """Judge all ports, let the possible ones glow, and lift a picked-up wire."""
        if self._picked is not None:
            self.canvas.graph_scene.hide_wire(self._picked, True)
        self.judge()

    def drag(self, pointer: Pointer) -> None:
        """Follow the pointer and catch a port nearby."""
        self._loose = pointer.view
        self.found = self._candidate_near(pointer.view)

    def drop(self, pointer: Pointer) -> None:
        """Ask for the change that this drop means."""
        self._clear()
        canvas, found, picked = self.canvas, self.found, self._picked
        if found is not None and found.refusal:
            return
        if picked is not None:
            old = picked.view.target
            if found is None:
                canvas.disconnect_requested.emit(old)
            elif found.end != old:
                canvas.reconnect_requested.emit(old, picked.view.source, found.end)
        elif found is not None:
            canvas.connect_requested.emit(*self.wire_to(found.end))
        else:
            at = pointer.scene
            canvas.wire_dropped.emit(self.fixed, self.from_output, at.x(), at.y())

    def cancel(self) -> None:
        """Show everything as before."""
        if self.dragging:
            self._clear()

    def refresh(self) -> None:
        """Judge the ports of the new graph, or give up where the wire's own end is gone."""
        scene = self.canvas.graph_scene
        picked = self._picked
        wires = scene.wires.values()
        if self.fixed.node not in scene.nodes or (picked is not None and picked not in wires):
            self.canvas.cancel_gesture()
        elif self.dragging:
            self.judge()

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
        self.paint_curve(painter, self._curve(), style.error if self.reason else style.accent)
        if self.reason:
            paint_label(painter, self._label_rect(), self.reason, style)

    def _clear(self) -> None:
        self.unmark()
        if self._picked is not None:
            self.canvas.graph_scene.hide_wire(self._picked, False)

    def _candidate_near(self, point: QPointF) -> Candidate | None:
        """The port to take: a possible one within the snap distance, or a refusing one hit."""
        to_view = self.canvas.viewportTransform()
        best, found = SNAP_PIXELS, None
        for candidate in self._candidates_around(self.canvas.scene_point(point)):
            at = to_view.map(candidate.at)
            distance = math.hypot(at.x() - point.x(), at.y() - point.y())
            reach = min(best, REFUSE_PIXELS) if candidate.refusal else best
            if distance < reach:
                best, found = distance, candidate
        return found

    def _candidates_around(self, point: QPointF) -> Iterator[Candidate]:
        """The ports of the nodes near a scene point; a design has too many to look at them all."""
        reach = SNAP_PIXELS / self.canvas.zoom
        area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        mode = Qt.ItemSelectionMode.IntersectsItemBoundingRect
        for item in self.canvas.graph_scene.items(area, mode):
            if isinstance(item, NodeItem):
                yield from self._by_node.get(item.view.id, ())

    def _curve(self) -> QPainterPath:
        """The wire as it would lie now, in viewport coordinates."""
        snapped = self.found is not None and not self.found.refusal
        loose = self.found.at if self.found and snapped else self.canvas.scene_point(self._loose)
        return self.curve_to(loose)

    def _label_rect(self) -> QRectF:
        if not self.reason:
            return QRectF()
        return label_rect(self._loose, self.reason, self.canvas.viewport().rect())
