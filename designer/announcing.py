"""Has said aloud what an act, an undo or another level did to the design on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible

from core.design.document import Design
from core.design.levels import Path, level
from designer.session import Session
from designer.training import Trainer
from widgets.canvas import spoken
from widgets.canvas.view import Canvas


class Announcing(QObject):
    """Follows a session, its canvas and the training; made after what shows the session there."""

    def __init__(self, session: Session, canvas: Canvas, trainer: Trainer) -> None:
        super().__init__(canvas)
        self._session, self._canvas, self._trainer = session, canvas, trainer
        self._remember()
        session.changed.connect(self._changed)
        trainer.noted.connect(canvas.voice.say)
        trainer.finished.connect(self._trained)

    def _changed(self, before: Design, after: Design) -> None:
        # Comparing thousands of wires would be felt in every act.
        if QAccessible.isActive():
            self._canvas.voice.say(self._news(before, after))
        self._remember()

    def _news(self, before: Design, after: Design) -> str:
        session, graph = self._session, self._canvas.graph
        if len(session.steps) == 1:
            return f"{after.name}: {spoken.graph_text(graph)}"
        words = [self._way(before), self._step()]
        if session.path == self._path:
            words.append(spoken.change_text(self._graph, graph))
        return ". ".join(word for word in words if word) or self._act(before, after)

    def _way(self, before: Design) -> str:
        """Which group was entered or left."""
        old, new = self._path, self._session.path
        if old == new:
            return ""
        count = spoken.graph_text(self._canvas.graph)
        if len(new) > len(old):
            return f"Inside {_name(self._session.whole, new)}: {count}"
        return f"Left {_name(before, old)}. In {_name(self._session.whole, new)}: {count}"

    def _step(self) -> str:
        """What was undone or done again."""
        session = self._session
        if session.steps != self._steps or session.at == self._at:
            return ""
        if session.at == self._at - 1:
            return f"Undone: {self._steps[self._at]}"
        if session.at == self._at + 1:
            return f"Done again: {session.steps[session.at]}"
        return f"Back at: {session.steps[session.at]}"

    def _act(self, before: Design, after: Design) -> str:
        """The name of an act that changed nothing else; a field that did it speaks for itself."""
        told = before is not after and self._canvas.hasFocus()
        return self._session.undo_label if told else ""

    def _trained(self, _summary: object) -> None:
        self._canvas.voice.say(self._trainer.progress[1])

    def _remember(self) -> None:
        session = self._session
        self._graph, self._path = self._canvas.graph, session.path
        self._steps, self._at = session.steps, session.at


def _name(whole: Design, path: Path) -> str:
    """What a level is called: like the node that leads into it."""
    if not path:
        return whole.name
    return level(whole, path[:-1]).nodes[path[-1]].name
