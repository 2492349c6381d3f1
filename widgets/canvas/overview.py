"""The zoomed-out picture: everything drawn in a few batches instead of item by item."""

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from widgets.canvas.scene import CanvasScene
from widgets.canvas.wire_item import WireItem


def draw_overview(painter: QPainter, scene: CanvasScene, transform: QTransform) -> None:
    """Paint frames and notes as boxes, wires as straight pieces, nodes in their family's colour."""
    style = scene.look
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setTransform(transform)
    for frame in scene.frames.values():
        frame.draw(painter, style, with_text=False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for note in scene.notes.values():
        painter.fillRect(note.rect, style.hue(note.view.color).overview)
    lines = _pieces(wire for wire in scene.wires.values() if wire.isVisible())
    if lines:
        painter.setPen(QPen(style.wire, 0))
        painter.drawLines(lines)
    hovered = _pieces(wire for wire in scene.wires.values() if wire.hovered)
    if hovered:
        pen = QPen(style.wire_active, 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(hovered)
    if scene.selected_wires:
        painter.setPen(QPen(style.accent, 0))
        painter.drawLines(_pieces(scene.wires[key] for key in scene.selected_wires))
    rects: dict[str, list[QRectF]] = {}
    for item in scene.nodes.values():
        rects.setdefault(item.view.color_key, []).append(item.scene_rect())
    painter.setPen(Qt.PenStyle.NoPen)
    for key, group in rects.items():
        painter.setBrush(style.family(key).overview)
        painter.drawRects(group)
    _draw_marks(painter, scene)
    painter.resetTransform()


def _pieces(wires: Iterable[WireItem]) -> list[QLineF]:
    return [piece for wire in wires for piece in wire.pieces]


def _draw_marks(painter: QPainter, scene: CanvasScene) -> None:
    """Selection outlines, and a dot of the badge's colour on nodes with problems."""
    style = scene.look
    for item in scene.nodes.values():
        if item.view.badge:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(style.badge_color(item.view.badge))
            painter.drawEllipse(item.layout.badge.translated(item.pos()).adjusted(-12, -8, 4, 8))
    selected = scene.chosen()
    if selected:
        painter.setBrush(style.selection_halo)
        painter.setPen(QPen(style.accent, 0))
        painter.drawRects([scene.rect_of(item) for item in selected])
