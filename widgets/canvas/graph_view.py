"""The picture part of the canvas: shows a `Graph`, its selection and its view, without input."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmapCache, QRegion, QResizeEvent

from widgets.canvas import spoken
from widgets.canvas.annotations import Annotations
from widgets.canvas.empty_state import EmptyState
from widgets.canvas.export import WHOLE, Picture, render_to
from widgets.canvas.gestures.base import Gesture
from widgets.canvas.graph import End, Graph
from widgets.canvas.grid import DotGrid
from widgets.canvas.held_wire import HeldWire
from widgets.canvas.hits import OVERVIEW_ZOOM
from widgets.canvas.live import Live, LiveScale
from widgets.canvas.live_legend import LiveLegend
from widgets.canvas.minimap import Minimap
from widgets.canvas.moving_nodes import glide_from, places_to_leave
from widgets.canvas.navigation import NavigableView
from widgets.canvas.overview import draw_overview
from widgets.canvas.scene import CanvasScene
from widgets.canvas.style import Style
from widgets.theme import Theme, dark

_CACHE_KILOBYTES = 64 * 1024
_MARGIN = 12


class GraphView(NavigableView):
    """Shows one graph; `gesture`, while there is one, paints its own marks on top."""

    selection_changed = Signal(object)

    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__()
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), _CACHE_KILOBYTES))
        self.graph_scene = CanvasScene(Style(theme or dark()))
        self.graph_scene.selection_listener = self._selection_has_changed
        self.setScene(self.graph_scene)
        self.gesture: Gesture | None = None
        self._held: HeldWire | None = None
        self._annotations: Annotations | None = None
        self._grid = DotGrid()
        self._legend = LiveLegend(self, self.graph_scene.fonts, self.graph_scene.look)
        self.minimap = Minimap(self)
        self.empty_state = EmptyState(self.viewport(), self.graph_scene.look.theme)
        self.centerOn(0, 0)
        self.setAccessibleName("Design canvas")
        self._describe()

    @property
    def graph(self) -> Graph:
        """The graph shown."""
        return self.graph_scene.graph

    @property
    def _is_empty(self) -> bool:
        return not (self.graph_scene.nodes or self.graph_scene.notes)

    def show_graph(self, graph: Graph, glide: bool = False) -> None:
        """Show `graph`; only what differs is touched, and the selection is kept.

        With `glide`, nodes move to their new places in a moment that the eye can follow.
        """
        self.glide.finish()
        places = places_to_leave(self, graph) if glide else {}
        self.graph_scene.show(graph)
        if self.gesture is not None:
            self.gesture.refresh()
        if self.zoom < OVERVIEW_ZOOM or self._annotations is not None:
            self.viewport().update()
        self.empty_state.want(self._is_empty)
        self._describe()
        self.minimap.graph_changed()
        if places:
            glide_from(self, places)

    def set_live(self, live: Mapping[str, Live], scale: LiveScale | None = None) -> None:
        """Let exactly these nodes show something beside the graph, at their lower ends.

        Nodes grow once for it, and shrink when they are left out. ``scale`` explains the levels
        in a corner.
        """
        self.graph_scene.set_live(live)
        self._legend.show_scale(scale if self.graph_scene.live else None)
        self._place_legend()
        if self.zoom < OVERVIEW_ZOOM:
            self.viewport().update()

    @property
    def annotations(self) -> Annotations | None:
        """What is laid over a node and its wires, if anything."""
        return self._annotations

    def annotate(self, annotations: Annotations | None) -> None:
        """Lay texts over a node and its wires, in place of those before; None lays none."""
        if annotations != self._annotations:
            self._annotations = annotations
            self.viewport().update()

    def visible_nodes(self) -> list[str]:
        """The ids of the nodes that are in view, even in part."""
        area = self.visible_rect()
        items = self.graph_scene.nodes.items()
        return [node for node, item in items if item.scene_rect().intersects(area)]

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.graph_scene.set_style(Style(theme))
        self.minimap.graph_changed()
        self._legend.set_style(self.graph_scene.look)
        self.empty_state.set_theme(theme)
        self.viewport().update()

    def preview(self, positions: dict[str, tuple[float, float]]) -> None:
        """Move nodes and notes on the screen only, as during a drag."""
        area = self.graph_scene.place(positions)
        self.minimap.graph_changed()
        if self.zoom < OVERVIEW_ZOOM or self._annotations is not None:
            self.viewport().update()
        else:
            # Painted as one rectangle: clipping to what each node and wire covers costs more.
            drawn = self.viewportTransform().mapRect(area).toAlignedRect()
            self.viewport().update(drawn.adjusted(-4, -4, 4, 4))

    def hold_wire(self, held: HeldWire | None) -> None:
        """Show a wire whose one end is still open, in place of the one before; None shows none."""
        for wire in (self._held, held):
            if wire is not None:
                rect = wire.painted_rect(self.graph_scene, self.viewportTransform())
                self.viewport().update(rect)
        self._held = held

    def port_position(self, node: str, port: str, output: bool) -> QPointF:
        """The centre of a port in scene coordinates; raises KeyError where there is none."""
        return self.graph_scene.nodes[node].port_at((output, port))

    def node_rect(self, node: str) -> QRectF:
        """A node's card in scene coordinates; raises KeyError where there is none."""
        return self.graph_scene.nodes[node].scene_rect()

    def badge_rect(self, node: str) -> QRectF:
        """A node's badge in scene coordinates; raises KeyError where there is no such node."""
        item = self.graph_scene.nodes[node]
        return item.layout.badge.translated(item.pos())

    def render_to(self, path: str | Path, picture: Picture = WHOLE) -> None:
        """Write a picture as SVG, PNG or PDF; raises InputError where that is impossible."""
        render_to(self.graph_scene, Path(path), picture)

    def select(self, ids: Iterable[str]) -> None:
        """Select exactly these nodes and notes."""
        self.graph_scene.select(ids)

    def selected_nodes(self) -> list[str]:
        """The ids of the selected nodes."""
        return list(self.graph_scene.selected)

    def selected_notes(self) -> list[str]:
        """The ids of the selected notes."""
        return list(self.graph_scene.selected_notes)

    def selected_wires(self) -> list[End]:
        """The input ends of the selected wires."""
        return [target for _, target in self.graph_scene.selected_wires]

    def fit_all(self) -> None:
        """Bring the whole graph into view, at 100 % at most."""
        self.glide.finish()
        self.show_rect(self.graph_scene.content_rect())

    def fit_selection(self) -> None:
        """Bring the selected nodes and notes into view, or everything where none is selected."""
        chosen = self.graph_scene.chosen()
        if chosen:
            self.glide.finish()
            self.show_rect(self.graph_scene.content_rect(chosen))
        else:
            self.fit_all()

    def center_on(self, item: str) -> None:
        """Bring one node or note to the centre; raises KeyError for an unknown one."""
        self.glide.finish()
        self.travel(self.graph_scene.rect_of(item).center(), self.zoom)

    def reveal(self, item: str) -> None:
        """Select one node or note and bring it into view where it is not."""
        self.select([item])
        self.glide.finish()
        self.uncover(self.graph_scene.rect_of(item))

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self._grid.draw(painter, QRectF(rect), self.zoom, self.graph_scene.look)

    def paintEvent(self, event: QPaintEvent) -> None:
        overview = self.zoom < OVERVIEW_ZOOM
        # An empty region keeps the base class's book-keeping but paints no single item.
        super().paintEvent(QPaintEvent(QRegion()) if overview else event)
        painter = QPainter(self.viewport())
        if overview:
            area = self.mapToScene(event.rect().adjusted(-1, -1, 1, 1)).boundingRect()
            painter.setTransform(self.viewportTransform())
            self.drawBackground(painter, area)
            draw_overview(painter, self.graph_scene, self.viewportTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._annotations is not None:
            self._annotations.paint(painter, self.graph_scene, self.viewportTransform())
        if self._held is not None:
            self._held.paint(painter, self.graph_scene, self.viewportTransform())
        if self.gesture is not None:
            self.gesture.paint(painter)
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.minimap.view_changed()
        # What is painted in viewport coordinates must not scroll with the picture.
        marked = self.gesture is not None and not self.gesture.painted_rect().isNull()
        if marked or self._held is not None or self._annotations is not None:
            self.viewport().update()
        self.empty_state.place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.minimap.view_changed()
        self._place_legend()

    def _place_legend(self) -> None:
        corner = self.viewport().geometry().bottomLeft()
        self._legend.move(corner.x() + _MARGIN, corner.y() - self._legend.height() - _MARGIN)

    def _selection_has_changed(self, ids: list[str]) -> None:
        self.minimap.graph_changed()
        if self.zoom < OVERVIEW_ZOOM:
            self.viewport().update()
        self._describe()
        self.selection_changed.emit(ids)

    def _describe(self) -> None:
        self.setAccessibleDescription(spoken.canvas_text(self.graph_scene.chosen(), self.graph))
