"""Frames and notes: what stands on the canvas for the eye alone, each change one act."""

from __future__ import annotations

from core.design import marks
from core.design.document import Design
from designer.amounts import amount
from designer.session import Session
from widgets.canvas.view import Canvas


class Marking:
    """Draws frames around selected nodes and writes notes on one canvas."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        self.session, self.canvas = session, canvas
        canvas.note_added.connect(self._add_note)
        canvas.note_changed.connect(self._change_note)

    def frame_selection(self) -> None:
        """Put a frame around the selected nodes."""
        chosen = self.canvas.selected_nodes()
        if chosen:
            self.session.act("Frame", lambda d: marks.frame(d, chosen))

    def unframe_selection(self) -> None:
        """Take away the frames that hold selected nodes."""
        chosen = set(self.canvas.selected_nodes())
        frames = [f.id for f in self.session.design.frames.values() if chosen & set(f.nodes)]

        def without(design: Design) -> Design:
            for frame in frames:
                design = marks.unframe(design, frame)
            return design

        what = "frame" if len(frames) == 1 else amount(len(frames), "frame")
        self.session.act(f"Remove {what}", without)

    def unframe(self, frame: str) -> None:
        """Take one frame away."""
        self.session.act("Remove frame", lambda d: marks.unframe(d, frame))

    def frame_of(self, node: str) -> str | None:
        """The frame that holds a node."""
        frames = self.session.design.frames.values()
        return next((f.id for f in frames if node in f.nodes), None)

    def select_nodes_of(self, frame: str) -> None:
        """Select the nodes of a frame."""
        self.canvas.select(self.session.design.frames[frame].nodes)

    def color_of(self, item: str) -> str:
        """The colour of a frame or a note."""
        design = self.session.design
        marked = design.frames.get(item) or design.notes[item]
        return marked.color

    def set_color(self, item: str, color: str) -> None:
        """Colour a frame or a note; where other notes are selected with it, these too."""
        if item in self.session.design.frames:
            self.session.act("Colour frame", lambda d: marks.change_frame(d, item, color=color))
            return
        selected = self.canvas.selected_notes()
        notes = selected if item in selected else [item]

        def colored(design: Design) -> Design:
            for note in notes:
                design = marks.change_note(design, note, color=color)
            return design

        self.session.act(f"Colour {amount(len(notes), 'note')}", colored)

    def _add_note(self, text: str, rect: marks.Rect, color: str) -> None:
        self.session.act("Add note", lambda d: marks.add_note(d, text, rect, color))
        self.canvas.select([list(self.session.design.notes)[-1]])

    def _change_note(self, note: str, text: str, rect: marks.Rect) -> None:
        if not text:
            self.session.act("Delete 1 note", lambda d: marks.remove_notes(d, [note]))
            return
        label = "Resize note" if text == self.session.design.notes[note].text else "Edit note"
        self.session.act(label, lambda d: marks.change_note(d, note, text=text, rect=rect))
