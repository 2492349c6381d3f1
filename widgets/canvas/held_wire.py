"""A wire that was dropped on nothing and stays in sight while its owner asks what shall take it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTransform

from widgets.canvas.graph import End
from widgets.canvas.scene import CanvasScene
from widgets.canvas.wire_item import loose_path

_DOT = 4.5


@dataclass(frozen=True)
class HeldWire:
    """The port where the wire is fixed, and its loose end in scene coordinates."""

    fixed: End
    from_output: bool
    loose: QPointF

    def curve(self, scene: CanvasScene, to_view: QTransform) -> QPainterPath:
        """The wire in viewport coordinates; empty where its node is gone."""
        node = scene.nodes.get(self.fixed.node)
        if node is None:
            return QPainterPath()
        return to_view.map(loose_path(node, (self.from_output, self.fixed.port), self.loose))

    def painted_rect(self, scene: CanvasScene, to_view: QTransform) -> QRect:
        """Where `paint` draws."""
        return self.curve(scene, to_view).boundingRect().adjusted(-6, -6, 6, 6).toAlignedRect()

    def paint(self, painter: QPainter, scene: CanvasScene, to_view: QTransform) -> None:
        """Paint the wire with a dot at its loose end."""
        curve = self.curve(scene, to_view)
        if curve.isEmpty():
            return
        accent = scene.look.accent
        painter.setPen(QPen(accent, 2.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(curve)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        painter.drawEllipse(to_view.map(self.loose), _DOT, _DOT)
