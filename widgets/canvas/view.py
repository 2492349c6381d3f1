"""The node canvas: shows a `Graph` and turns mouse, keys and drops into signals.

It never changes a document; its owner answers the signals with a new graph.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from widgets.canvas import accessible
from widgets.canvas.auto_scroll import AutoScroll
from widgets.canvas.drops import BlockDrops
from widgets.canvas.focus_ring import WIDTH as RING_WIDTH
from widgets.canvas.focus_ring import FocusRing
from widgets.canvas.gestures import Pointer, begin_gesture
from widgets.canvas.gestures.key_wire import KeyWire
from widgets.canvas.graph import End, Graph
from widgets.canvas.graph_view import GraphView
from widgets.canvas.hits import Hit, hit_at
from widgets.canvas.hover import Hover, cursor_for, tooltip_for
from widgets.canvas.in_place import InPlace
from widgets.canvas.keys import handle_key
from widgets.canvas.menus import ask_for_menu
from widgets.canvas.voice import Voice
from widgets.canvas.wire_walk import WireWalk
from widgets.theme import Theme


def _anything(source: End, target: End) -> str | None:
    return None


def _nothing(node: str, target: End) -> bool:
    return False


def _no_text(node: str) -> str:
    return ""


class Canvas(GraphView):
    """The widget. `connection_refusal(source, target)` says why a wire must not be drawn.

    `may_insert(node, target)` says whether a node may be dropped into the wire that ends at
    `target`, and `may_insert_kind(kind, target)` the same of a new node; `node_tooltip(node)` says
    what only the owner knows of a node. Where a signal carries a wire, it is the wire's input end.
    `add_requested` carries the scene point at which something shall be added, `follow_requested`
    the node that something shall follow, `fix_requested` a node whose problem shall be mended,
    `reroute_requested` the wire and the scene point where it shall have a dot. Where ids are
    carried, those of notes stand among those of nodes. `renamed` carries the id of a node or a
    frame and its new name, `note_added` text, rectangle and colour of a new note, and
    `note_changed` a note's id, text (empty when the user emptied it) and rectangle. `announced`
    carries what a screen reader has been given to speak.
    """

    moved = Signal(object)
    nudged = Signal(object)
    connect_requested = Signal(object, object)
    disconnect_requested = Signal(object)
    reconnect_requested = Signal(object, object, object)
    delete_requested = Signal(object, object)
    bridge_requested = Signal(object)
    cut_requested = Signal(object)
    reroute_requested = Signal(object, float, float)
    insert_requested = Signal(str, float, float, object)
    insert_kind_requested = Signal(str, float, float, object)
    add_requested = Signal(float, float)
    follow_requested = Signal(str)
    block_dropped = Signal(str, float, float)
    wire_dropped = Signal(object, bool, float, float)
    fix_requested = Signal(str)
    renamed = Signal(str, str)
    note_added = Signal(str, object, str)
    note_changed = Signal(str, str, object)
    node_activated = Signal(str)
    context_menu_requested = Signal(QPoint, str)
    wire_menu_requested = Signal(QPoint, object)
    announced = Signal(str)

    def __init__(self, theme: Theme | None = None) -> None:
        accessible.install()
        super().__init__(theme)
        self.connection_refusal: Callable[[End, End], str | None] = _anything
        self.may_insert: Callable[[str, End], bool] = _nothing
        self.may_insert_kind: Callable[[str, End], bool] = _nothing
        self.wire_walk = WireWalk(self)
        self.node_tooltip: Callable[[str], str] = _no_text
        self.space_held = False
        self._space_tapped = False
        self._painted = QRect()
        self._hover = Hover(self.graph_scene)
        self._pointer: Pointer | None = None
        self._button = Qt.MouseButton.NoButton
        self._menu_is_meant = True
        self.auto_scroll = AutoScroll(self)
        self._drops = BlockDrops(self)
        self.menu_at: QPointF | None = None
        self.in_place = InPlace(self)
        self.voice = Voice(self)
        self._ring = FocusRing()
        self.setViewportMargins(RING_WIDTH, RING_WIDTH, RING_WIDTH, RING_WIDTH)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def refusal_text(self) -> str:
        """Why the wire being dragged cannot end where it is now; empty where it can."""
        return self.gesture.reason if self.gesture is not None else ""

    @property
    def has_gesture(self) -> bool:
        """Whether a gesture of the mouse or the keyboard is under way."""
        return self.gesture is not None

    def show_graph(self, graph: Graph, glide: bool = False) -> None:
        """Show `graph`; only what differs is touched, and the selection is kept.

        With `glide`, nodes move to their new places in a moment that the eye can follow.
        """
        self._hover.show(Hit())
        super().show_graph(graph, glide)
        self.in_place.follow()
        self.voice.follow()
        self._refresh_cursor()

    def set_theme(self, theme: Theme) -> None:
        """Draw everything in another theme."""
        self.in_place.finish()
        super().set_theme(theme)
        self.update()

    def request_delete(self) -> bool:
        """Ask for the removal of what is selected; False where nothing is."""
        items, wires = self.graph_scene.chosen(), self.selected_wires()
        if items or wires:
            self.delete_requested.emit(items, wires)
        return bool(items or wires)

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
        if self.gesture is None:
            at = self._wanted_place()
            self.add_requested.emit(at.x(), at.y())

    def add_note(self) -> None:
        """Let the user write a note at the pointer, or in the middle of the view."""
        if self.gesture is None:
            self.in_place.new_note(self._wanted_place())

    def request_wire(self, from_output: bool) -> bool:
        """Begin wiring by keyboard at the only selected node; False where that has no such port."""
        selected = self.selected_nodes()
        node = self.graph_scene.nodes[selected[0]] if len(selected) == 1 else None
        if self.gesture is not None or node is None:
            return False
        if not (node.view.outputs if from_output else node.view.inputs):
            return False
        self.gesture = gesture = KeyWire(self, node, from_output)
        self._refresh_cursor()
        gesture.begin()
        self.refresh_overlay()
        return True

    def move_gesture(self, pointer: Pointer) -> None:
        """Move the gesture under way to where the pointer is now."""
        if self.gesture is not None:
            self.gesture.move(pointer)
            self.refresh_overlay()

    def cancel_gesture(self) -> bool:
        """Give up the gesture under way; False where there is none."""
        gesture, self.gesture = self.gesture, None
        self.auto_scroll.end()
        if gesture is not None:
            gesture.cancel()
            self.refresh_overlay()
            self._refresh_cursor()
        return gesture is not None

    # --- mouse ---

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
        self._ring.touch()
        self.update()
        self.in_place.finish()
        self.glide.finish()
        self._space_tapped = False
        self._menu_is_meant = True
        if self.gesture is not None and self.gesture.by_keys:
            self.cancel_gesture()
        if self.gesture is None:
            self._button = event.button()
            self.gesture = begin_gesture(self, event.button(), self._pointer_of(event))
            self.refresh_overlay()
            self._refresh_cursor()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = self._pointer_of(event)
        if self.gesture is not None and not self.gesture.by_keys:
            if event.buttons():
                self.move_gesture(self._pointer)
                if self.gesture is not None and self.gesture.scrolls:
                    self.auto_scroll.follow(self._pointer)
            else:
                self.cancel_gesture()
        self._refresh_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.gesture is None or self.gesture.by_keys or event.button() != self._button:
            return
        # Where the menu comes with the release, it is not meant after a drag.
        self._menu_is_meant = event.button() != Qt.MouseButton.RightButton
        # The gesture is over before its signals go out: their receivers may show another graph.
        gesture, self.gesture = self.gesture, None
        self.auto_scroll.end()
        self.refresh_overlay()
        gesture.release(self._pointer_of(event))
        self._refresh_cursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        pointer = self._pointer_of(event)
        hit = hit_at(self.graph_scene, pointer.scene, self.zoom)
        left = event.button() == Qt.MouseButton.LeftButton and not self.space_held
        at = pointer.scene.x(), pointer.scene.y()
        if not left or hit.kind == "port":
            self.mousePressEvent(event)
        elif hit.kind == "empty":
            self.add_requested.emit(*at)
        elif hit.wire is not None:
            self.reroute_requested.emit(hit.wire[1], *at)
        elif hit.frame is not None:
            self.in_place.rename(hit.frame.view.id)
        elif hit.note is not None:
            self.in_place.edit_note(hit.note.view.id)
        elif hit.node is not None:
            act = self.in_place.rename if hit.on_title else self.node_activated.emit
            act(hit.node.view.id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if self.gesture is None and (self._menu_is_meant or not by_mouse):
            ask_for_menu(self, event)

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer = None
        self._hover.show(Hit())
        super().leaveEvent(event)

    # --- keys ---

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.glide.finish()
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

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._ring.arrive(event.reason())
        self.update()
        self.voice.tell_focus()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        self.space_held = self._space_tapped = False
        if self.gesture is not None and self.gesture.by_keys:
            self.cancel_gesture()
        super().focusOutEvent(event)

    # --- drops from the palette ---

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.over(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.drop(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._ring.paint(self, self.graph_scene.look)
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hit = hit_at(self.graph_scene, self.scene_point(QPointF(event.pos())), self.zoom)
            text = ""
            if self.gesture is None:
                text = tooltip_for(hit, self.graph_scene, self.node_tooltip)
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Leave Tab to `keyPressEvent`; Shift+Tab leads on, unless the keyboard draws a wire."""
        if self.gesture is not None and self.gesture.by_keys:
            return False
        return not forward and QWidget.focusNextPrevChild(self, forward)

    def refresh_overlay(self) -> None:
        """Repaint where the gesture has painted and where it paints now."""
        rect = QRect()
        if self.gesture is not None:
            rect = self.gesture.painted_rect().toAlignedRect()
        if not (rect.isNull() and self._painted.isNull()):
            self.viewport().update(rect.united(self._painted))
        self._painted = rect

    # --- helpers ---

    def _pointer_of(self, event: QMouseEvent) -> Pointer:
        position = event.position()
        return Pointer(position, self.scene_point(position), event.modifiers())

    def _center(self) -> QPointF:
        return self.scene_point(QPointF(self.viewport().rect().center()))

    def _wanted_place(self) -> QPointF:
        """Where something new is wanted: where the menu was asked for, at the pointer, or amid."""
        at = self._pointer.view if self._pointer is not None else None
        if self.menu_at is not None:
            return self.menu_at
        if at is not None and self.viewport().rect().contains(at.toPoint()):
            return self.scene_point(at)
        return self._center()

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
