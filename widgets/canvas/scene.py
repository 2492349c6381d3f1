"""The canvas' items, kept equal to a `Graph` by changing only what differs."""

from collections.abc import Callable, Iterable, Mapping, Set

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from widgets.canvas.changes import Changes, changes
from widgets.canvas.dot_item import DotItem
from widgets.canvas.frame_item import FrameItem
from widgets.canvas.graph import EMPTY, End, Graph, NodeView, WireView
from widgets.canvas.heading import turn_dots
from widgets.canvas.live import Live
from widgets.canvas.node_item import NodeItem
from widgets.canvas.node_layout import Layouter
from widgets.canvas.note_item import NoteItem
from widgets.canvas.obstacles import Obstacles, bounds_of
from widgets.canvas.parts import Parts
from widgets.canvas.style import Fonts, Style
from widgets.canvas.wire_item import WireItem
from widgets.canvas.wires_follow import follow, follow_closely
from widgets.uncollected import uncollected

WireKey = tuple[End, End]
_SPARE = (-2000, -2000, 2000, 2000)
_MANY = 100


class CanvasScene(QGraphicsScene):
    """Nodes, wires, frames and notes by their ids, which of them are selected or show something
    live.

    No node, frame or note has the id of another. `strayed` are the nodes that may stand where the
    graph does not say, as during a drag. `selection_listener` is called with the ids of
    the selected nodes after the set of selected nodes and notes has changed.
    """

    def __init__(self, look: Style) -> None:
        super().__init__()
        self.look = look
        self.fonts = Fonts()
        self.layouter = Layouter(self.fonts)
        self.graph: Graph = EMPTY
        self.nodes: dict[str, NodeItem] = {}
        self.dots: dict[str, DotItem] = {}
        self.wires: dict[WireKey, WireItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.parts = Parts(self.nodes.values(), self.wires.values())
        self.wires_of: dict[str, set[WireItem]] = {}
        self.frames_of: dict[str, list[FrameItem]] = {}
        self.obstacles = Obstacles()
        self.live: dict[str, None] = {}
        self.selected: dict[str, None] = {}
        self.selected_wires: dict[WireKey, None] = {}
        self.selected_notes: dict[str, None] = {}
        self.selection_listener: Callable[[list[str]], None] = lambda ids: None
        self.strayed: set[str] = set()
        self.setSceneRect(QRectF().adjusted(*_SPARE))

    def show(self, graph: Graph) -> None:
        """Change the items so that they show `graph`; equal parts keep their items untouched."""
        old, self.graph = self.graph, graph
        self.parts.all_changed()
        change = changes(old, graph)
        with uncollected(len(change.nodes) > _MANY):
            self._carry_out(change)
        if change.other_nodes or graph.frames != old.frames:
            self._show_frames(graph)
        self._show_notes(graph)
        self._cover(self.notes)
        self._drop_lost_selection()

    def _carry_out(self, change: Changes) -> None:
        if len(change.gone_nodes) == len(self.nodes):
            self._remove_all()
        else:
            for node_id in change.gone_nodes:
                self._remove_node(node_id)
            for wire in change.gone_wires:
                self._remove_wire((wire.source, wire.target))
        strayed = [self.graph.nodes[node] for node in self.strayed & self.graph.nodes.keys()]
        self.strayed.clear()
        moved = self._show_nodes([*change.nodes, *strayed])
        wires = {wire for node in moved for wire in self.wires_of[node]}
        follow(wires, self.wires.values(), self.obstacles)
        for wire in change.wires:
            self._show_wire(wire)
        if self.dots:
            for turned in self._turn_dots({*moved, *change.wire_ends}):
                turned.reroute()
        self._fit_frames(moved)
        self._cover(moved)

    def set_style(self, look: Style) -> None:
        """Draw everything with another theme."""
        self.look = look
        for items in (self.nodes, self.wires, self.frames, self.notes):
            for item in items.values():
                item.set_style(look)

    def place(self, positions: Mapping[str, tuple[float, float]]) -> QRectF:
        """Move nodes and notes on the screen only; wires and frames follow.

        The answer is a rectangle around all that is drawn elsewhere now, frames apart.
        """
        nodes = positions.keys() & self.nodes.keys()
        before = self._area(positions)
        self.strayed |= nodes
        for item, (x, y) in positions.items():
            if item in nodes:
                self.nodes[item].setPos(x, y)
                self.obstacles.put(item, bounds_of(self.nodes[item].scene_rect()))
            else:
                note = self.notes[item]
                note.set_rect(QRectF(QPointF(x, y), note.rect.size()))
        wires = {wire for node in nodes for wire in self.wires_of[node]}
        wires |= self._turn_dots(nodes)
        follow_closely(wires)
        self.parts.moved({self.nodes[node] for node in nodes}, wires)
        self._fit_frames(nodes)
        return before.united(self._area(positions))

    def settle(self) -> None:
        """Let wires look for their way again where nodes were moved on the screen."""
        self.parts.all_changed()
        follow((), self.wires.values(), self.obstacles)

    def set_live(self, live: Mapping[str, Live]) -> None:
        """Let exactly these nodes show something live; frames follow nodes that grow by it."""
        grown = []
        shown = [node for node in live if node in self.nodes]
        for node in self.live.keys() | dict.fromkeys(shown):
            item = self.nodes.get(node)
            if item is not None and item.set_live(live.get(node)):
                grown.append(node)
                self.obstacles.put(node, bounds_of(item.scene_rect()))
        self.live = dict.fromkeys(shown)
        self._fit_frames(grown)
        if grown:
            self.settle()

    def select(self, ids: Iterable[str], wires: Iterable[WireKey] = ()) -> None:
        """Select exactly these nodes, notes and wires; unknown ones are left out."""
        wanted = list(ids)
        new_nodes = dict.fromkeys(node for node in wanted if node in self.nodes)
        new_notes = dict.fromkeys(note for note in wanted if note in self.notes)
        new_wires = dict.fromkeys(key for key in wires if key in self.wires)
        for node in self.selected.keys() ^ new_nodes.keys():
            self.nodes[node].set_selected(node in new_nodes)
        for key in self.selected_wires.keys() ^ new_wires.keys():
            self.wires[key].set_selected(key in new_wires)
        for note in self.selected_notes.keys() ^ new_notes.keys():
            self.notes[note].set_selected(note in new_notes)
        before = (self.selected.keys(), self.selected_notes.keys())
        self.selected, self.selected_wires = new_nodes, new_wires
        self.selected_notes = new_notes
        if before != (new_nodes.keys(), new_notes.keys()):
            self.selection_listener(list(new_nodes))

    def chosen(self) -> list[str]:
        """The ids of the selected nodes and, behind them, of the selected notes."""
        return [*self.selected, *self.selected_notes]

    def rect_of(self, item: str) -> QRectF:
        """The card of a node or a note in scene coordinates; raises KeyError for an unknown id."""
        note = self.notes.get(item)
        return self.nodes[item].scene_rect() if note is None else note.rect

    def ids_in(self, box: QRectF) -> list[str]:
        """The nodes and notes whose cards touch a rectangle of the scene."""
        return [i for i in (*self.nodes, *self.notes) if self.rect_of(i).intersects(box)]

    def hide_wire(self, wire: WireItem, hidden: bool) -> None:
        """Leave a wire out, as while another one is dragged in its place, or show it again."""
        wire.set_hidden(hidden)
        self.parts.moved(set(), {wire})

    def wire_into(self, target: End) -> WireItem | None:
        """The wire that ends at an input port, if there is one."""
        wires = self.wires_of[target.node]
        return next((wire for wire in wires if wire.view.target == target), None)

    def held_by(self, frame: FrameItem) -> list[str]:
        """What moves with a frame: its nodes, and the notes that lie wholly inside it."""
        notes = [note for note, item in self.notes.items() if frame.rect.contains(item.rect)]
        return [*(member.view.id for member in frame.members), *notes]

    def content_rect(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around the given nodes and notes, or around everything."""
        if ids is not None:
            rects = [self.rect_of(item) for item in ids]
        else:
            rects = [node.scene_rect() for node in self.nodes.values()]
            rects += [note.rect for note in self.notes.values()]
            rects += [frame.rect for frame in self.frames.values()]
        area = QRectF()
        for rect in rects:
            area |= rect
        return area

    def _show_nodes(self, views: Iterable[NodeView]) -> list[str]:
        """Add and change nodes; the answer is those that have another place or form."""
        moved: list[str] = []
        for view in views:
            item = self.nodes.get(view.id)
            if item is None:
                self._add_node(view)
                moved.append(view.id)
                continue
            card, position = item.scene_rect(), item.pos()
            if item.view is not view and item.view != view:
                item.show_view(view)
            if (position.x(), position.y()) != view.position:
                item.setPos(*view.position)
            if item.scene_rect() is not card:
                self.obstacles.put(view.id, bounds_of(item.scene_rect()))
                moved.append(view.id)
        return moved

    def _show_wire(self, view: WireView) -> None:
        key = (view.source, view.target)
        known = self.wires.get(key)
        if known is None:
            self._add_wire(key, view)
        else:
            known.view = view

    def _area(self, items: Iterable[str]) -> QRectF:
        """What nodes with their wires, and notes, take up on the scene."""
        area = QRectF()
        for item in items:
            drawn = (self.nodes.get(item) or self.notes[item], *self.wires_of.get(item, ()))
            for part in drawn:
                area |= part.boundingRect().translated(part.pos())
        return area

    def _turn_dots(self, nodes: Set[str]) -> set[WireItem]:
        """Turn the dots among some nodes, and those wired to them; the answer is their wires."""
        near = (
            dot
            for key, dot in self.dots.items()
            if key in nodes
            or any({w.source.view.id, w.target.view.id} & nodes for w in self.wires_of[key])
        )
        return turn_dots(near, self.wires_of)

    def _add_node(self, view: NodeView) -> None:
        made = DotItem if view.shape == "dot" else NodeItem
        item = self.nodes[view.id] = made(view, self.layouter, self.look)
        if isinstance(item, DotItem):
            self.dots[view.id] = item
        if view.id in self.selected:
            item.set_selected(True)
        self.wires_of[view.id] = set()
        self.addItem(item)
        self.obstacles.put(view.id, bounds_of(item.scene_rect()))

    def _add_wire(self, key: WireKey, view: WireView) -> None:
        source, target = self.nodes[view.source.node], self.nodes[view.target.node]
        item = self.wires[key] = WireItem(view, source, target, self.look, self.obstacles)
        self.wires_of[view.source.node].add(item)
        self.wires_of[view.target.node].add(item)
        source.count_wire((True, view.source.port), 1)
        target.count_wire((False, view.target.port), 1)
        self.addItem(item)

    def _remove_all(self) -> None:
        """Take all nodes and wires away, without the care for those that stay."""
        for items in (self.wires, self.nodes):
            for item in items.values():
                self.removeItem(item)
        for kept in (self.wires, self.nodes, self.dots, self.wires_of, self.selected_wires):
            kept.clear()
        self.obstacles.clear()

    def _remove_wire(self, key: WireKey) -> None:
        item = self.wires.pop(key)
        self.selected_wires.pop(key, None)
        for node, end, output in ((item.source, key[0], True), (item.target, key[1], False)):
            if end.node in self.nodes:
                self.wires_of[end.node].discard(item)
                node.count_wire((output, end.port), -1)
        self.removeItem(item)

    def _remove_node(self, node_id: str) -> None:
        self.removeItem(self.nodes.pop(node_id))
        self.obstacles.drop(node_id)
        self.dots.pop(node_id, None)
        del self.wires_of[node_id]

    def _show_frames(self, graph: Graph) -> None:
        wanted = {frame.id: frame for frame in graph.frames}
        for frame_id in self.frames.keys() - wanted.keys():
            self.removeItem(self.frames.pop(frame_id))
        self.frames_of = {}
        for frame_id, frame in wanted.items():
            members = [self.nodes[node] for node in frame.nodes if node in self.nodes]
            item = self.frames.get(frame_id)
            if item is None:
                item = self.frames[frame_id] = FrameItem(frame, members, self.fonts, self.look)
                self.addItem(item)
            else:
                item.show_view(frame, members)
            for member in members:
                self.frames_of.setdefault(member.view.id, []).append(item)

    def _show_notes(self, graph: Graph) -> None:
        wanted = {note.id: note for note in graph.notes}
        for note_id in self.notes.keys() - wanted.keys():
            self.removeItem(self.notes.pop(note_id))
        for note_id, view in wanted.items():
            item = self.notes.get(note_id)
            if item is None:
                item = self.notes[note_id] = NoteItem(view, self.fonts, self.look)
                self.addItem(item)
            elif item.view != view or item.rect.getRect() != view.rect:
                item.show_view(view)

    def _fit_frames(self, nodes: Iterable[str]) -> None:
        """Let the frames around some nodes follow them."""
        frames = (frame for node in nodes for frame in self.frames_of.get(node, ()))
        for frame in {frame.view.id: frame for frame in frames}.values():
            frame.fit()

    def _cover(self, items: Iterable[str]) -> None:
        """Keep the scene's rectangle around all items: its search tree divides that rectangle."""
        area = self.sceneRect()
        if not all(area.contains(self.rect_of(item)) for item in items):
            self.setSceneRect(self.content_rect().adjusted(*_SPARE))

    def _drop_lost_selection(self) -> None:
        nodes = [node for node in self.selected if node not in self.nodes]
        notes = [note for note in self.selected_notes if note not in self.notes]
        for node in nodes:
            del self.selected[node]
        for note in notes:
            del self.selected_notes[note]
        if nodes or notes:
            self.selection_listener(list(self.selected))
