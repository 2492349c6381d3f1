"""What lies under a point of the canvas."""

import math
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt

from widgets.canvas.frame_item import FrameItem
from widgets.canvas.graph import Port
from widgets.canvas.node_item import NodeItem, PortKey
from widgets.canvas.node_layout import HEADER
from widgets.canvas.note_item import NoteItem
from widgets.canvas.scene import CanvasScene, WireKey
from widgets.canvas.wire_item import WireItem

OVERVIEW_ZOOM = 0.3
PORT_REACH = 12.0
WIRE_REACH = 6.0
EDGE_PIXELS = 5.0
CORNER_PIXELS = 12.0

HitKind = Literal["empty", "node", "port", "wire", "note", "frame"]
NO_EDGE = Qt.Edge(0)


@dataclass(frozen=True)
class Hit:
    """The topmost thing under a point; the fields of other kinds are None or empty.

    `fixes` says that a click would take a problem away. `edges` are those of the note that the
    point is at, two at a corner.
    """

    kind: HitKind = "empty"
    node: NodeItem | None = None
    port: PortKey | None = None
    wire: WireKey | None = None
    note: NoteItem | None = None
    edges: Qt.Edge = NO_EDGE
    frame: FrameItem | None = None
    on_title: bool = False
    on_badge: bool = False
    fixes: bool = False

    def port_view(self) -> Port | None:
        """The port's description, where a port was hit."""
        if self.node is None or self.port is None:
            return None
        return next(port for key, port in self.node.ports() if key == self.port)


def hit_at(scene: CanvasScene, point: QPointF, zoom: float) -> Hit:
    """What lies at a scene point; ports win over nodes, then come wires, notes and frames.

    Reaches grow as the canvas is zoomed out, so that targets stay comfortable on the screen.
    Ports, wires and notes' edges cannot be hit in the overview, where ports are not drawn; nor does
    a click on a badge mend anything there, because badges are too small to be meant.
    """
    scale = max(1.0, min(2.0, 1 / zoom))
    reach = PORT_REACH * scale
    area = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
    found = scene.items(
        area, Qt.ItemSelectionMode.IntersectsItemBoundingRect, Qt.SortOrder.DescendingOrder
    )
    nodes = [item for item in found if isinstance(item, NodeItem)]
    if zoom >= OVERVIEW_ZOOM:
        hit = _port_hit(nodes, point, reach)
        if hit is not None:
            return hit
    for node in nodes:
        local = point - node.pos()
        if node.layout.rect.contains(local):
            badge = node.layout.badge.adjusted(-3, -3, 3, 3)
            on_badge = bool(node.view.badge) and badge.contains(local)
            fixes = on_badge and bool(node.view.fix) and zoom >= OVERVIEW_ZOOM
            on_title = local.y() <= HEADER
            return Hit("node", node=node, on_title=on_title, on_badge=on_badge, fixes=fixes)
    wires = [item for item in found if isinstance(item, WireItem) and not item.hidden]
    if zoom >= OVERVIEW_ZOOM:
        near = [(wire.distance_to(point), wire) for wire in wires]
        distance, nearest = min(near, key=lambda pair: pair[0], default=(math.inf, None))
        if nearest is not None and distance <= WIRE_REACH / zoom:
            return Hit("wire", wire=(nearest.view.source, nearest.view.target))
    for note in found:
        if isinstance(note, NoteItem) and note.rect.contains(point):
            edges = _edges_at(note.rect, point, zoom) if zoom >= OVERVIEW_ZOOM else NO_EDGE
            return Hit("note", note=note, edges=edges)
    for frame in found:
        if isinstance(frame, FrameItem) and frame.title_rect().contains(point):
            return Hit("frame", frame=frame, on_title=True)
    return Hit()


def _port_hit(nodes: list[NodeItem], point: QPointF, reach: float) -> Hit | None:
    best, result = reach, None
    for node in nodes:
        local = point - node.pos()
        near = node.port_near(local, best)
        if near is not None:
            best, result = near[0], Hit("port", node=node, port=near[1])
        if result is None and node.layout.rect.contains(local):
            return None
    return result


def _edges_at(rect: QRectF, point: QPointF, zoom: float) -> Qt.Edge:
    """The edges of a card that a press at a point inside it would drag."""
    corner = rect.bottomRight() - point
    if max(corner.x(), corner.y()) * zoom <= CORNER_PIXELS:
        return Qt.Edge.RightEdge | Qt.Edge.BottomEdge
    # A small card must keep room to be moved.
    reach = min(EDGE_PIXELS / zoom, rect.width() / 6, rect.height() / 6)
    distances = {
        Qt.Edge.LeftEdge: point.x() - rect.left(),
        Qt.Edge.RightEdge: rect.right() - point.x(),
        Qt.Edge.TopEdge: point.y() - rect.top(),
        Qt.Edge.BottomEdge: rect.bottom() - point.y(),
    }
    edges = NO_EDGE
    for edge, distance in distances.items():
        if distance <= reach:
            edges |= edge
    return edges
