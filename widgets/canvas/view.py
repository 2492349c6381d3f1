"""The node canvas: shows a `Graph` and turns mouse, keys and drops into signals.

It never changes a document; its owner answers the signals with a new graph.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from widgets.canvas.gestures import Pointer, begin_gesture
from widgets.canvas.graph import End, Graph
from widgets.canvas.graph_view import GraphView
from widgets.canvas.hits import Hit, hit_at
from widgets.canvas.hover import Hover, cursor_for, tooltip_for
from widgets.canvas.keys import handle_key
from widgets.canvas.mime import BLOCK_MIME
from widgets.canvas.node_layout import HEADER, MIN_WIDTH
from widgets.theme import Theme

_DROP_SIZE = QPointF(MIN_WIDTH, HEADER + 48)


def _anything(source: End, target: End) -> str | None:
    return None


def _nothing(node: str, target: End) -> bool:
    return False


class Canvas(GraphView):
    """The widget. `connection_refusal(source, target)` says why a wire must not be drawn.

    `may_insert(node, target)` says whether a node may be dropped into the wire that ends at
    `target`. `add_requested` carries the scene point at which something shall be added, and
    `follow_requested` the node that something shall follow.
    """

    moved = Signal(object)
    nudged = Signal(object)
    connect_requested = Signal(object, object)
    disconnect_requested = Signal(object)
    reconnect_requested = Signal(object, object, object)
    delete_requested = Signal(object, object)
    bridge_requested = Signal(object)
    insert_requested = Signal(str, float, float, object)
    add_requested = Signal(float, float)
    follow_requested = Signal(str)
    block_dropped = Signal(str, float, float)
    wire_dropped = Signal(object, bool, float, float)
    rename_requested = Signal(str)
    node_activated = Signal(str)
    context_menu_requested = Signal(QPoint, str)

    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self.connection_refusal: Callable[[End, End], str | None] = _anything
        self.may_insert: Callable[[str, End], bool] = _nothing
        self.space_held = False
        self._space_tapped = False
        self._painted = QRect()
        self._hover = Hover(self.graph_scene)
        self._pointer: Pointer | None = None
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def refusal_text(self) -> str:
        """Why the wire being dragged cannot end where it is now; empty where it can."""
        return self.gesture.reason if self.gesture is not None else ""

    @property
    def has_gesture(self) -> bool:
        """Whether a mouse gesture is under way."""
        return self.gesture is not None

    def show_graph(self, graph: Graph) -> None:
        """Show `graph`; only what differs is touched, and the selection is kept."""
        self._hover.show(Hit())
        super().show_graph(graph)
        self._refresh_cursor()

    def request_delete(self) -> bool:
        """Ask for the removal of what is selected; False where nothing is."""
        nodes, wires = self.selected_nodes(), self.selected_wires()
        if nodes or wires:
            self.delete_requested.emit(nodes, wires)
        return bool(nodes or wires)

    def request_bridge(self) -> bool:
        """Ask for the selected nodes to go and their wires to be joined; False for no node."""
        nodes = self.selected_nodes()
        if nodes:
            self.bridge_requested.emit(nodes)
        return bool(nodes)

    def request_add(self) -> None:
        """Ask for something to be added at the pointer, or in the middle of the view.

        During a mouse gesture nothing is asked.
        """
        if self.gesture is not None:
            return
        at = self._pointer.view if self._pointer is not None else None
        inside = at is not None and self.viewport().rect().contains(at.toPoint())
        scene = self.scene_point(at) if at is not None and inside else self._center()
        self.add_requested.emit(scene.x(), scene.y())

    def cancel_gesture(self) -> bool:
        """Give up the mouse gesture under way; False where there is none."""
        gesture, self.gesture = self.gesture, None
        if gesture is not None:
            gesture.cancel()
            self._refresh_overlay()
            self._refresh_cursor()
        return gesture is not None

    # --- mouse ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._space_tapped = False
        if self.gesture is None:
            self.gesture = begin_gesture(self, event.button(), self._pointer_of(event))
            self._refresh_overlay()
            self._refresh_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = self._pointer_of(event)
        if self.gesture is not None and event.buttons():
            self.gesture.move(self._pointer)
            self._refresh_overlay()
        elif self.gesture is not None:
            self.cancel_gesture()
        self._refresh_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held = Qt.MouseButton.LeftButton | Qt.MouseButton.MiddleButton
        if self.gesture is None or event.buttons() & held:
            return
        # The gesture is over before its signals go out: their receivers may show another graph.
        gesture, self.gesture = self.gesture, None
        self._refresh_overlay()
        gesture.release(self._pointer_of(event))
        self._refresh_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer_of(event)
        hit = hit_at(self.graph_scene, pointer.scene, self.zoom)
        left = event.button() == Qt.MouseButton.LeftButton and not self.space_held
        if not left or hit.kind not in ("node", "frame", "empty"):
            self.mousePressEvent(event)
        elif hit.kind == "empty":
            self.add_requested.emit(pointer.scene.x(), pointer.scene.y())
        elif hit.frame is not None:
            self.rename_requested.emit(hit.frame.view.id)
        elif hit.node is not None:
            signal = self.rename_requested if hit.on_title else self.node_activated
            signal.emit(hit.node.view.id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        selected = self.selected_nodes()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            at = self.node_rect(selected[-1]).center() if selected else self._center()
            place = self.viewport().mapToGlobal(self.mapFromScene(at))
            self.context_menu_requested.emit(place, selected[-1] if selected else "")
            return
        hit = hit_at(self.graph_scene, self.scene_point(QPointF(event.pos())), self.zoom)
        if hit.node is not None:
            node = hit.node.view.id
            if node not in selected:
                self.select([node])
            self.context_menu_requested.emit(event.globalPos(), node)
        else:
            if hit.wire is not None:
                self.graph_scene.select([], [hit.wire])
            frame = hit.frame.view.id if hit.frame is not None else ""
            self.context_menu_requested.emit(event.globalPos(), frame)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._hover.show(Hit())
        super().leaveEvent(event)

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._space_tapped = self.gesture is None and not event.isAutoRepeat()
            self.space_held = True
            self._refresh_cursor()
        elif not handle_key(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.space_held = False
            self._refresh_cursor()
            tapped, self._space_tapped = self._space_tapped, False
            if tapped:
                self.request_add()
        else:
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.space_held = self._space_tapped = False
        super().focusOutEvent(event)

    # --- drops from the palette ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if event.mimeData().hasFormat(BLOCK_MIME):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        if not data.hasFormat(BLOCK_MIME):
            event.ignore()
            return
        event.acceptProposedAction()
        kind = bytes(data.data(BLOCK_MIME).data()).decode("utf-8")
        corner = self.scene_point(event.position()) - _DROP_SIZE / 2
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.block_dropped.emit(kind, round(corner.x()), round(corner.y()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = hit_at(self.graph_scene, self.scene_point(QPointF(event.pos())), self.zoom)
            text = "" if self.gesture is not None else tooltip_for(hit, self.graph_scene)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Leave Tab to `keyPressEvent`; Shift+Tab leads on to the next widget."""
        return not forward and QWidget.focusNextPrevChild(self, forward)

    # --- helpers ---

    def _pointer_of(self, event: QMouseEvent) -> Pointer:
        position = event.position()
        return Pointer(position, self.scene_point(position), event.modifiers())

    def _center(self) -> QPointF:
        return self.scene_point(QPointF(self.viewport().rect().center()))

    def _refresh_overlay(self) -> None:
        """Repaint where the gesture has painted and where it paints now."""
        rect = QRect()
        if self.gesture is not None:
            rect = self.gesture.painted_rect().toAlignedRect()
        if not (rect.isNull() and self._painted.isNull()):
            self.viewport().update(rect.united(self._painted))
        self._painted = rect

    def _refresh_cursor(self) -> None:
        """Highlight what is under the pointer and choose the cursor's shape."""
        gesture, shape = self.gesture, Qt.CursorShape.ArrowCursor
        if gesture is not None:
            self._hover.show(Hit())
            shape = gesture.cursor or shape
        elif self.space_held:
            shape = Qt.CursorShape.OpenHandCursor
        elif self._pointer is not None:
            point = self.scene_point(self._pointer.view)
            hit = hit_at(self.graph_scene, point, self.zoom)
            self._hover.show(hit)
            shape = cursor_for(hit)
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)
