"""The canvas as screen readers see it: a list of nodes, notes and frames, and nodes' ports in it.

Qt makes nothing of the items of a graphics view, so the objects here stand in for them. What they
say comes from ``spoken.py``; when it is said is decided in ``voice.py``.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from functools import cache

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QAccessible, QAccessibleInterface, QWindow
from PySide6.QtWidgets import QAccessibleWidget

from widgets.canvas import spoken
from widgets.canvas.graph import End, Port
from widgets.canvas.graph_view import GraphView
from widgets.canvas.hits import hit_at
from widgets.canvas.node_item import NodeItem, PortKey
from widgets.canvas.node_paint import PORT_RADIUS

Role = QAccessible.Role


class _Part(QAccessibleInterface):
    """Something on a canvas. Every answer looks the thing up, which may have gone meanwhile."""

    def __init__(self, home: CanvasInterface) -> None:
        super().__init__()
        self.home = home

    @abstractmethod
    def name(self, view: GraphView) -> str:
        """What is spoken of it."""

    @abstractmethod
    def place(self, view: GraphView) -> QRectF:
        """Its rectangle in scene coordinates."""

    def parts(self) -> list[_Part]:
        """What is inside it."""
        return []

    def object(self) -> QObject:
        return None  # type: ignore[return-value]

    def window(self) -> QWindow:
        return self.home.window()

    def parent(self) -> QAccessibleInterface:
        return self.home

    def child(self, index: int) -> QAccessibleInterface:
        parts = self.parts()
        return parts[index] if 0 <= index < len(parts) else None  # type: ignore[return-value]

    def childCount(self) -> int:
        return len(self.parts())

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        parts = self.parts()
        return parts.index(child) if child in parts else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        found = (part for part in self.parts() if part.rect().contains(x, y))
        return next(found, None)  # type: ignore[return-value]

    def rect(self) -> QRect:
        view = self.home.view
        if view is None or not self.isValid():
            return QRect()
        shown = view.viewportTransform().mapRect(self.place(view)).toAlignedRect()
        return shown.translated(view.viewport().mapToGlobal(QPoint()))

    def text(self, kind: QAccessible.Text) -> str:
        view = self.home.view
        if kind != QAccessible.Text.Name or view is None or not self.isValid():
            return ""
        return self.name(view)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Nothing can be written into it from outside."""

    def state(self) -> QAccessible.State:
        state, view = QAccessible.State(), self.home.view
        if view is None or not self.isValid():
            state.invalid = 1
        elif not view.visible_rect().intersects(self.place(view)):
            state.offscreen = 1
        return state


class ItemPart(_Part):
    """A node or note, which can be selected, or a frame."""

    def __init__(self, home: CanvasInterface, item: str) -> None:
        super().__init__(home)
        self.item = item
        self._ports: dict[PortKey, PortPart] = {}

    def isValid(self) -> bool:
        view = self.home.view
        return view is not None and self.item in self.home.places()

    def role(self) -> QAccessible.Role:
        view = self.home.view
        if view is None or self.item in view.graph_scene.nodes:
            return Role.ListItem
        return Role.Note if self.item in view.graph_scene.notes else Role.Grouping

    def name(self, view: GraphView) -> str:
        return spoken.item_text(self.item, view.graph)

    def place(self, view: GraphView) -> QRectF:
        frame = view.graph_scene.frames.get(self.item)
        return view.graph_scene.rect_of(self.item) if frame is None else frame.rect

    def state(self) -> QAccessible.State:
        state, view = super().state(), self.home.view
        if view is None or state.invalid or self.item in view.graph_scene.frames:
            return state
        state.selectable = state.multiSelectable = state.focusable = state.movable = 1
        state.selected = int(self.item in view.graph_scene.chosen())
        state.focused = int(self.home.current() == self.item)
        return state

    def parts(self) -> list[_Part]:
        """The ports of a node, inputs first."""
        node = self.node()
        keys = [key for key, _ in node.ports()] if node is not None else []
        for key in self._ports.keys() - set(keys):
            delete(self._ports.pop(key))
        return [self._port(key) for key in keys]

    def node(self) -> NodeItem | None:
        """The node that it stands for; None for a note or frame."""
        view = self.home.view
        return view.graph_scene.nodes.get(self.item) if view is not None else None

    def drop(self) -> None:
        """End it and its ports, because the item is gone."""
        for part in (*self._ports.values(), self):
            delete(part)
        self._ports = {}

    def _port(self, key: PortKey) -> PortPart:
        if key not in self._ports:
            self._ports[key] = PortPart(self, key)
        return self._ports[key]


class PortPart(_Part):
    """One port of a node."""

    def __init__(self, owner: ItemPart, key: PortKey) -> None:
        super().__init__(owner.home)
        self._owner, self._key = owner, key

    def isValid(self) -> bool:
        return self._port() is not None

    def parent(self) -> QAccessibleInterface:
        return self._owner

    def role(self) -> QAccessible.Role:
        return Role.StaticText

    def name(self, view: GraphView) -> str:
        port, here = self._port(), End(self._owner.item, self._key[1])
        assert port is not None, "asked only while it is valid"
        wires = [wire.view for wire in view.graph_scene.wires_of[self._owner.item]]
        if self._key[0]:
            others = [wire.target for wire in wires if wire.source == here]
        else:
            others = [wire.source for wire in wires if wire.target == here]
        order = sorted(others, key=lambda end: (end.node, end.port))
        return spoken.port_text(port, self._key[0], order, view.graph.nodes)

    def place(self, view: GraphView) -> QRectF:
        around = QPointF(PORT_RADIUS, PORT_RADIUS)
        center = view.graph_scene.nodes[self._owner.item].port_at(self._key)
        return QRectF(center - around, center + around)

    def _port(self) -> Port | None:
        node = self._owner.node()
        return dict(node.ports()).get(self._key) if node is not None else None


class CanvasInterface(QAccessibleWidget):
    """A canvas; its children are made when they are asked for and ended with their items.

    Qt forgets none of these objects by itself, and must not meet one that Python has freed: so
    they are kept here, and given back with `delete`.
    """

    def __init__(self, canvas: GraphView) -> None:
        super().__init__(canvas, Role.List)
        self._parts: dict[str, ItemPart] = {}
        self._graph: object = None
        self._order: tuple[str, ...] = ()
        self._places: dict[str, int] = {}
        canvas.destroyed.connect(self._drop_all)

    @property
    def view(self) -> GraphView | None:
        """The canvas, as long as there is one."""
        widget = self.widget()
        return widget if isinstance(widget, GraphView) else None

    def places(self) -> dict[str, int]:
        """The ids of nodes, notes and frames, in this order, with their numbers."""
        graph = self.view.graph if self.view is not None else None
        if graph is not self._graph and graph is not None:
            notes, frames = (note.id for note in graph.notes), (frame.id for frame in graph.frames)
            self._graph, self._order = graph, (*graph.nodes, *notes, *frames)
            self._places = {item: place for place, item in enumerate(self._order)}
        return self._places

    def part(self, item: str) -> ItemPart:
        """What stands for a node, note or frame; raises KeyError for an unknown id."""
        if item not in self.places():
            raise KeyError(item)
        if item not in self._parts:
            self._parts[item] = ItemPart(self, item)
        return self._parts[item]

    def known(self) -> list[ItemPart]:
        """What was asked for so far, things that have gone included."""
        return list(self._parts.values())

    def forget(self, parts: Iterable[ItemPart]) -> None:
        """End what stands for things that have gone."""
        for part in parts:
            self._parts.pop(part.item, None)
            part.drop()

    def current(self) -> str:
        """The id of the node or note that keys act on; empty without one, or without the focus."""
        view = self.view
        chosen = view.graph_scene.chosen() if view is not None and view.hasFocus() else []
        return chosen[-1] if chosen else ""

    def childCount(self) -> int:
        return len(self.places()) + super().childCount()

    def child(self, index: int) -> QAccessibleInterface:
        """What is on the canvas, and behind that the widgets over it: a field, the minimap."""
        count = len(self.places())
        return self.part(self._order[index]) if index < count else super().child(index - count)

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        if isinstance(child, ItemPart):
            return self.places().get(child.item, -1)
        place = super().indexOfChild(child)
        return place + len(self.places()) if place >= 0 else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface:
        view = self.view
        if view is None or not self.rect().contains(x, y):
            return None  # type: ignore[return-value]
        over = view.childAt(view.mapFromGlobal(QPoint(x, y)))
        if over is not None and over is not view.viewport():
            return QAccessible.queryAccessibleInterface(over)
        point = view.scene_point(QPointF(view.viewport().mapFromGlobal(QPoint(x, y))))
        hit = hit_at(view.graph_scene, point, view.zoom)
        found = hit.node or hit.note or hit.frame
        return self.part(found.view.id) if found is not None else self

    def focusChild(self) -> QAccessibleInterface:
        current = self.current()
        return self.part(current) if current else super().focusChild()

    def _drop_all(self) -> None:
        self.forget(self.known())


def interface_of(canvas: GraphView) -> CanvasInterface:
    """What stands for a canvas."""
    found = QAccessible.queryAccessibleInterface(canvas)
    assert isinstance(found, CanvasInterface), "every canvas installs the factory"
    return found


def delete(part: QAccessibleInterface) -> None:
    """Take a part out of Qt's books; Qt frees it."""
    QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(part))


@cache
def install() -> None:
    """Let Qt ask here for what stands for a canvas; before the first is made, as Qt asks once."""
    QAccessible.installFactory(_interface_for)


def _interface_for(_class_name: str, thing: QObject) -> QAccessibleInterface | None:
    return CanvasInterface(thing) if isinstance(thing, GraphView) else None
