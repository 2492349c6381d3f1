"""The canvas' items, kept equal to a `Graph` by changing only what differs."""

from collections.abc import Callable, Iterable, Mapping, Set

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsScene

from widgets.canvas.dot_item import DotItem
from widgets.canvas.frame_item import FrameItem
from widgets.canvas.graph import EMPTY, End, Graph, WireView
from widgets.canvas.heading import turn_dots
from widgets.canvas.live import Live
from widgets.canvas.node_item import NodeItem
from widgets.canvas.node_layout import Layouter
from widgets.canvas.note_item import NoteItem
from widgets.canvas.obstacles import Obstacles, bounds_of
from widgets.canvas.style import Fonts, Style
from widgets.canvas.wire_item import WireItem
from widgets.canvas.wires_follow import follow, follow_closely

WireKey = tuple[End, End]


class CanvasScene(QGraphicsScene):
    """Nodes, wires, frames and notes by their ids, which of them are selected or show something
    live.

    No node, frame or note has the id of another. `selection_listener` is called with the ids of
    the selected nodes after the set of selected nodes and notes has changed.
    """

    def __init__(self, look: Style) -> None:
        super().__init__()
        self.look = look
        self.fonts = Fonts()
        self.layouter = Layouter(self.fonts)
        self.graph: Graph = EMPTY
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[WireKey, WireItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.wires_of: dict[str, set[WireItem]] = {}
        self.frames_of: dict[str, list[FrameItem]] = {}
        self.obstacles = Obstacles()
        self.live: dict[str, None] = {}
        self.selected: dict[str, None] = {}
        self.selected_wires: dict[WireKey, None] = {}
        self.selected_notes: dict[str, None] = {}
        self.selection_listener: Callable[[list[str]], None] = lambda ids: None

    def show(self, graph: Graph) -> None:
        """Change the items so that they show `graph`; equal parts keep their items untouched."""
        old, self.graph = self.graph, graph
        wanted = {
            (wire.source, wire.target): wire
            for wire in graph.wires
            if wire.source.node in graph.nodes and wire.target.node in graph.nodes
        }
        gone = {node_id for node_id, item in self.nodes.items() if not _stays(item, graph)}
        for key in [key for key in self.wires if key not in wanted or _touches(key, gone)]:
            self._remove_wire(key)
        for node_id in gone:
            self._remove_node(node_id)
        followers = self._show_nodes(graph)
        follow(followers, self.wires.values(), self.obstacles)
        for key, wire in wanted.items():
            known = self.wires.get(key)
            if known is None:
                self._add_wire(key, wire)
            else:
                known.view = wire
        for item in turn_dots(self.nodes.values(), self.wires_of):
            item.reroute()
        if gone or graph.frames != old.frames or old.nodes.keys() != graph.nodes.keys():
            self._show_frames(graph)
        else:
            for frame in self.frames.values():
                frame.fit()
        self._show_notes(graph)
        self._cover_items()
        self._drop_lost_selection()

    def set_style(self, look: Style) -> None:
        """Draw everything with another theme."""
        self.look = look
        for items in (self.nodes, self.wires, self.frames, self.notes):
            for item in items.values():
                item.set_style(look)

    def place(self, positions: Mapping[str, tuple[float, float]]) -> None:
        """Move nodes and notes on the screen only; wires and frames follow."""
        wires: set[WireItem] = set()
        frames: dict[str, FrameItem] = {}
        for node_id, (x, y) in positions.items():
            note = self.notes.get(node_id)
            if note is not None:
                note.set_rect(QRectF(QPointF(x, y), note.rect.size()))
                continue
            item = self.nodes[node_id]
            item.setPos(x, y)
            self.obstacles.put(node_id, bounds_of(item.scene_rect()))
            wires |= self.wires_of[node_id]
            frames |= {frame.view.id: frame for frame in self.frames_of.get(node_id, ())}
        ends = {end for wire in wires for end in (wire.source, wire.target)}
        follow_closely(wires | turn_dots(ends, self.wires_of))
        for frame in frames.values():
            frame.fit()

    def settle(self) -> None:
        """Let wires look for their way again where nodes were moved on the screen."""
        follow((), self.wires.values(), self.obstacles)

    def set_live(self, live: Mapping[str, Live]) -> None:
        """Let exactly these nodes show something live; frames follow nodes that grow by it."""
        frames: dict[str, FrameItem] = {}
        grown = False
        shown = [node for node in live if node in self.nodes]
        for node in self.live.keys() | dict.fromkeys(shown):
            item = self.nodes.get(node)
            if item is not None and item.set_live(live.get(node)):
                grown = True
                self.obstacles.put(node, bounds_of(item.scene_rect()))
                frames |= {frame.view.id: frame for frame in self.frames_of.get(node, ())}
        self.live = dict.fromkeys(shown)
        for frame in frames.values():
            frame.fit()
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
        rect = QRectF()
        for item in (*self.nodes, *self.notes) if ids is None else ids:
            rect = rect.united(self.rect_of(item))
        for frame in self.frames.values() if ids is None else ():
            rect = rect.united(frame.rect)
        return rect

    def _show_nodes(self, graph: Graph) -> set[WireItem]:
        """Add and change nodes; the answer is the wires that have to follow."""
        moved: set[WireItem] = set()
        for node_id, view in graph.nodes.items():
            item = self.nodes.get(node_id)
            if item is None:
                made = DotItem if view.shape == "dot" else NodeItem
                item = self.nodes[node_id] = made(view, self.layouter, self.look)
                item.set_selected(node_id in self.selected)
                self.wires_of[node_id] = set()
                self.addItem(item)
                self.obstacles.put(node_id, bounds_of(item.scene_rect()))
                continue
            changed = item.view is not view and item.view != view
            if changed:
                item.show_view(view)
            position = item.pos()
            if (position.x(), position.y()) != view.position:
                item.setPos(*view.position)
                changed = True
            if changed:
                moved |= self.wires_of[node_id]
                self.obstacles.put(node_id, bounds_of(item.scene_rect()))
        return moved

    def _add_wire(self, key: WireKey, view: WireView) -> None:
        source, target = self.nodes[view.source.node], self.nodes[view.target.node]
        item = self.wires[key] = WireItem(view, source, target, self.look, self.obstacles)
        self.wires_of[view.source.node].add(item)
        self.wires_of[view.target.node].add(item)
        source.count_wire((True, view.source.port), 1)
        target.count_wire((False, view.target.port), 1)
        self.addItem(item)

    def _remove_wire(self, key: WireKey) -> None:
        item = self.wires.pop(key)
        self.selected_wires.pop(key, None)
        self.wires_of[item.view.source.node].discard(item)
        self.wires_of[item.view.target.node].discard(item)
        item.source.count_wire((True, item.view.source.port), -1)
        item.target.count_wire((False, item.view.target.port), -1)
        self.removeItem(item)

    def _remove_node(self, node_id: str) -> None:
        self.removeItem(self.nodes.pop(node_id))
        self.obstacles.drop(node_id)
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

    def _cover_items(self) -> None:
        """Keep the scene's rectangle around all items: its search tree divides that rectangle."""
        content = self.content_rect()
        if not self.sceneRect().contains(content):
            self.setSceneRect(content.adjusted(-2000, -2000, 2000, 2000))

    def _drop_lost_selection(self) -> None:
        nodes = [node for node in self.selected if node not in self.nodes]
        notes = [note for note in self.selected_notes if note not in self.notes]
        for node in nodes:
            del self.selected[node]
        for note in notes:
            del self.selected_notes[note]
        if nodes or notes:
            self.selection_listener(list(self.selected))


def _stays(item: NodeItem, graph: Graph) -> bool:
    """Whether a node's item can go on showing it; a card cannot become a dot."""
    view = graph.nodes.get(item.view.id)
    return view is not None and view.shape == item.view.shape


def _touches(key: WireKey, nodes: Set[str]) -> bool:
    return any(end.node in nodes for end in key)
