"""The zoomed-out picture: everything drawn in a few batches instead of item by item."""

from collections.abc import Iterable

from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from widgets.canvas.parts import Layer
from widgets.canvas.scene import CanvasScene
from widgets.canvas.style import Style
from widgets.canvas.wire_item import WireItem

DOT_ZOOM = 0.08
DOT = 4.0

# How much of a node the level shown live takes up, and what parts it from the family's colour;
# what is drawn near would not be seen.
_BAND, _GAP = 0.4, 8.0


def draw_overview(
    painter: QPainter,
    scene: CanvasScene,
    transform: QTransform,
    dot_zoom: float = DOT_ZOOM,
    dot: float = DOT,
) -> None:
    """Paint frames and notes as boxes, wires as straight pieces, nodes in their family's colour.

    Below the scale ``dot_zoom`` nodes are dots of ``dot`` pixels.
    """
    dots = transform.m11() < dot_zoom
    style = scene.look
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setTransform(transform)
    for frame in scene.frames.values():
        frame.draw(painter, style, with_text=False)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for note in scene.notes.values():
        painter.fillRect(note.rect, style.hue(note.view.color).overview)
    painter.setPen(QPen(style.wire, 0))
    for layer in scene.parts.layers():
        # Where nodes are dots, a wire's way round them could not be told from a straight line.
        painter.drawLines(layer.lines if dots else layer.pieces)
    hovered = _pieces([wire for wire in scene.wires.values() if wire.hovered])
    if hovered:
        pen = QPen(style.wire_active, 2)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(hovered)
    if scene.selected_wires:
        painter.setPen(QPen(style.accent, 0))
        painter.drawLines(_pieces(scene.wires[key] for key in scene.selected_wires))
    for layer in scene.parts.layers():
        _draw_nodes(painter, layer, style, dot if dots else 0.0)
    _draw_marks(painter, scene)
    painter.resetTransform()


def _draw_nodes(painter: QPainter, layer: Layer, style: Style, dot: float) -> None:
    """Nodes in their family's colour, as dots of a size or, where that is 0, as rectangles."""
    if not dot:
        painter.setPen(Qt.PenStyle.NoPen)
        for key, cards in layer.cards.items():
            painter.setBrush(style.family(key).overview)
            painter.drawRects(cards)
        return
    for key, centers in layer.centers.items():
        pen = QPen(style.family(key).overview, dot, c=Qt.PenCapStyle.SquareCap)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawPoints(centers)


def _pieces(wires: Iterable[WireItem]) -> list[QLineF]:
    return [piece for wire in wires for piece in wire.pieces]


def _draw_marks(painter: QPainter, scene: CanvasScene) -> None:
    """Selection outlines, the levels shown live, and a dot of the badge's colour on nodes with
    problems.
    """
    style = scene.look
    for node in scene.live:
        item = scene.nodes.get(node)
        if item is not None and item.live is not None and item.live.tint is not None:
            card = item.scene_rect()
            band = card.adjusted(0, card.height() * (1 - _BAND), 0, 0)
            painter.fillRect(band.adjusted(0, -_GAP, 0, 0), style.background)
            painter.fillRect(band, style.gauge_color(item.live.tint))
    painter.setPen(Qt.PenStyle.NoPen)
    for layer in scene.parts.layers():
        for badge, box in layer.badges:
            painter.setBrush(style.badge_color(badge))
            painter.drawEllipse(box.adjusted(-12, -8, 4, 8))
    selected = scene.chosen()
    if selected:
        painter.setBrush(style.selection_halo)
        painter.setPen(QPen(style.accent, 0))
        painter.drawRects([scene.rect_of(item) for item in selected])
