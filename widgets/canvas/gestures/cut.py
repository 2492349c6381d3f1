"""Cutting wires by a line drawn across them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.gestures.label import label_rect, paint_label
from widgets.canvas.hits import OVERVIEW_ZOOM
from widgets.canvas.scene import WireKey
from widgets.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas


def is_cut(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> bool:
    """Whether a press begins a cut: Alt and the left button, or Ctrl and the right one.

    Many window managers keep Alt and a drag for themselves.
    """
    alt, ctrl = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
    return (button, modifiers) in (
        (Qt.MouseButton.LeftButton, alt),
        (Qt.MouseButton.RightButton, ctrl),
    )


class CutWires(Gesture):
    """Draws a straight line from the press to the pointer; the wires it crosses are cut."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: Canvas, start: Pointer) -> None:
        super().__init__(canvas, start)
        self._end = start
        self._crossed: dict[WireKey, None] = {}

    def drag(self, pointer: Pointer) -> None:
        """Draw the line to the pointer and highlight what it crosses."""
        self._end = pointer
        self._show(self._crossing(QLineF(self.start.scene, pointer.scene)))

    def drop(self, pointer: Pointer) -> None:
        """Ask for the crossed wires to be cut."""
        targets = [target for _, target in self._crossed]
        self._show({})
        if targets:
            self.canvas.cut_requested.emit(targets)

    def cancel(self) -> None:
        """Cut nothing."""
        self._show({})

    def refresh(self) -> None:
        """Look at the wires of the new graph."""
        if self.dragging:
            self.drag(self._end)

    def painted_rect(self) -> QRectF:
        """Around the line and the label."""
        if not self.dragging:
            return QRectF()
        line = self._line()
        box = QRectF(line.p1(), line.p2()).normalized().adjusted(-4, -4, 4, 4)
        return box.united(self._label_rect().adjusted(-3, -3, 3, 3))

    def paint(self, painter: QPainter) -> None:
        """Paint the line, and how many wires it cuts."""
        if not self.dragging:
            return
        style = self.canvas.graph_scene.look
        painter.setPen(QPen(style.error, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(self._line())
        if self._crossed:
            paint_label(painter, self._label_rect(), self._label(), style)

    def _crossing(self, line: QLineF) -> dict[WireKey, None]:
        scene = self.canvas.graph_scene
        straight = self.canvas.zoom < OVERVIEW_ZOOM
        # A box without an area would meet nothing.
        box = QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1)
        near = scene.items(box, Qt.ItemSelectionMode.IntersectsItemBoundingRect)
        return {
            (item.view.source, item.view.target): None
            for item in near
            if isinstance(item, WireItem) and not item.hidden and item.crosses(line, straight)
        }

    def _show(self, crossed: dict[WireKey, None]) -> None:
        changed, self._crossed = crossed.keys() ^ self._crossed.keys(), crossed
        wires = self.canvas.graph_scene.wires
        for key in changed & wires.keys():
            wires[key].set_hovered(key in crossed)
        if changed and self.canvas.zoom < OVERVIEW_ZOOM:
            self.canvas.viewport().update()

    def _line(self) -> QLineF:
        """The line in viewport coordinates."""
        return QLineF(self.canvas.viewportTransform().map(self.start.scene), self._end.view)

    def _label(self) -> str:
        count = len(self._crossed)
        return f"Cut {count} wire" if count == 1 else f"Cut {count} wires"

    def _label_rect(self) -> QRectF:
        if not self._crossed:
            return QRectF()
        return label_rect(self._end.view, self._label(), self.canvas.viewport().rect())
