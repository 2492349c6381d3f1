"""Renames nodes and frames and writes notes where they stand on the canvas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.note_item import NOTE_PADDING, height_for
from widgets.canvas.text_overlay import LineOverlay, PageOverlay, TextOverlay

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

NEW_NOTE_COLOR = "yellow"
_NEW_NOTE_WIDTH, _NEW_NOTE_HEIGHT = 224.0, 72.0
_MARGIN = 24


class InPlace:
    """The text fields over one canvas, of which one at most is open.

    `name_for(id, text)` answers the name that an item gets when `text` is typed.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.name_for: Callable[[str, str], str] = lambda _, text: text
        self._canvas = canvas
        self._open: TextOverlay | None = None

    @property
    def active(self) -> bool:
        """Whether a field is open."""
        return self._open is not None

    def rename(self, item: str) -> None:
        """Let the user type another name of a node or a frame; other ids are passed over."""
        scene = self._canvas.graph_scene
        node, frame = scene.nodes.get(item), scene.frames.get(item)
        card = node or frame
        if card is None:
            return
        title = card.view.title
        place = partial(self._title_place, item, title)
        font = scene.fonts.fonts["frame" if node is None else "title"]
        self._show_place(place())
        field = LineOverlay(self._canvas, title, font, place, scene.look)
        field.field.textEdited.connect(lambda _: self._tell_name(field, item, title))
        self._begin(field, partial(self._renamed, item, title))

    @property
    def can_edit(self) -> bool:
        """Whether `edit_selected` has something to edit."""
        return self._act_on_selection() is not None

    def edit_selected(self) -> bool:
        """Rename the only selected node, or write the only selected note.

        Where the nodes of a frame are selected, the frame is renamed. False for other selections.
        """
        act = self._act_on_selection()
        if act is not None:
            act()
        return act is not None

    def edit_note(self, note: str) -> None:
        """Let the user write a note's text; unknown ids are passed over."""
        item = self._canvas.graph_scene.notes.get(note)
        if item is not None:
            place = partial(self._note_place, note, item.view.text)
            field = self._page(item.view.text, place, item.view.color)
            self._begin(field, partial(self._written, note))

    def new_note(self, at: QPointF) -> None:
        """Let the user write a new note with its upper left corner at a scene point."""
        rect = QRectF(round(at.x()), round(at.y()), _NEW_NOTE_WIDTH, _NEW_NOTE_HEIGHT)
        self._begin(self._page("", lambda: rect, NEW_NOTE_COLOR), partial(self._added, rect))

    def finish(self) -> None:
        """Close the open field as if the user had left it."""
        if self._open is not None:
            self._open.end(commit=True)

    def follow(self) -> None:
        """Put the field where its item stands now; without its item it is closed."""
        if self._open is not None:
            self._open.follow()

    def _act_on_selection(self) -> Callable[[], None] | None:
        nodes, notes = self._canvas.selected_nodes(), self._canvas.selected_notes()
        if len(nodes) == 1 and not notes:
            return partial(self.rename, nodes[0])
        if len(notes) == 1 and not nodes:
            return partial(self.edit_note, notes[0])
        chosen = set(nodes)
        framed = [f.id for f in self._canvas.graph.frames if nodes and set(f.nodes) == chosen]
        return partial(self.rename, framed[0]) if framed else None

    def _page(self, text: str, place: Callable[[], QRectF | None], color: str) -> PageOverlay:
        scene = self._canvas.graph_scene
        self._show_place(place())
        font, ground = scene.fonts.fonts["note"], scene.look.hue(color).note_fill
        return PageOverlay(self._canvas, text, font, NOTE_PADDING, place, scene.look, ground)

    def _begin(self, field: TextOverlay, then: Callable[[str], None]) -> None:
        self.finish()
        self._canvas.cancel_gesture()
        self._open = field
        field.committed.connect(partial(self._ended, then))
        field.given_up.connect(self._forget)
        field.open()

    def _ended(self, then: Callable[[str], None], text: str) -> None:
        self._open = None
        then(text)

    def _forget(self) -> None:
        self._open = None

    def _tell_name(self, field: LineOverlay, item: str, old: str) -> None:
        text = field.text()
        name = self.name_for(item, text) if text and text != old else text
        field.say("" if name == text else f"“{text}” is taken; the name will be “{name}”")

    def _renamed(self, item: str, old: str, text: str) -> None:
        if text != old:
            self._canvas.renamed.emit(item, self.name_for(item, text))

    def _written(self, note: str, text: str) -> None:
        item = self._canvas.graph_scene.notes.get(note)
        if item is None or text == item.view.text:
            return
        needed = height_for(text, item.fonts, item.rect.width())
        rect = QRectF(item.rect)
        rect.setHeight(max(rect.height(), needed))
        self._canvas.note_changed.emit(note, text, rect.getRect())

    def _added(self, rect: QRectF, text: str) -> None:
        if text:
            tall = height_for(text, self._canvas.graph_scene.fonts, rect.width())
            whole = (rect.x(), rect.y(), rect.width(), tall)
            self._canvas.note_added.emit(text, whole, NEW_NOTE_COLOR)

    def _show_place(self, rect: QRectF | None) -> None:
        if rect is not None and not self._canvas.visible_rect().contains(rect):
            self._canvas.ensureVisible(rect, _MARGIN, _MARGIN)

    def _note_place(self, note: str, text: str) -> QRectF | None:
        item = self._canvas.graph_scene.notes.get(note)
        return item.rect if item is not None and item.view.text == text else None

    def _title_place(self, item: str, title: str) -> QRectF | None:
        """Where a title stands; None when it is another now, and perhaps that of another item."""
        scene = self._canvas.graph_scene
        node, frame = scene.nodes.get(item), scene.frames.get(item)
        if node is not None and node.view.title == title:
            return node.title_rect()
        if frame is not None and frame.view.title == title:
            return frame.text_rect()
        return None
