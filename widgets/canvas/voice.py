"""Tells assistive programs what happens on a canvas: where the keys act, and what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAccessible, QAccessibleEvent

from widgets.canvas import spoken
from widgets.canvas.accessible import ItemPart, interface_of
from widgets.canvas.graph import EMPTY, Graph
from widgets.speech import say

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

Event = QAccessible.Event
# A reader asks again for the whole list when more than so many things came at once.
_MOST_NEWS = 50


class Voice:
    """Speaks for one canvas. What nobody listens to costs next to nothing."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._shown: Graph = EMPTY
        canvas.selection_changed.connect(self._selected)

    def say(self, text: str, urgent: bool = False) -> None:
        """Have a text spoken, as ``speech.say`` does; an empty one is passed over."""
        if text:
            say(self._canvas, text, urgent)
            self._canvas.announced.emit(text)

    def tell_focus(self) -> None:
        """Say which node or note the keys act on; it is then read out by its name."""
        if QAccessible.isActive():
            home = interface_of(self._canvas)
            current = home.current()
            if current:
                for event in (Event.Focus, Event.Selection):
                    QAccessible.updateAccessibility(QAccessibleEvent(home.part(current), event))

    def follow(self) -> None:
        """The canvas shows another graph."""
        before, self._shown = self._shown, self._canvas.graph
        if not QAccessible.isActive():
            return
        home = interface_of(self._canvas)
        gone = [part for part in home.known() if not part.isValid()]
        for part in gone:
            QAccessible.updateAccessibility(QAccessibleEvent(part, Event.ObjectDestroyed))
        home.forget(gone)
        nodes = self._shown.nodes
        new = [node for node in nodes if node not in before.nodes]
        if len(new) > _MOST_NEWS:
            QAccessible.updateAccessibility(QAccessibleEvent(self._canvas, Event.ObjectReorder))
        else:
            self._tell([home.part(node) for node in new], Event.ObjectCreated)
        changed = [p for p in home.known() if nodes.get(p.item) is not before.nodes.get(p.item)]
        self._tell([part for part in changed if part.item not in new], Event.NameChanged)

    def _selected(self) -> None:
        chosen = self._canvas.graph_scene.chosen()
        if len(chosen) == 1:
            self.tell_focus()
        elif chosen and not self._canvas.has_gesture:
            self.say(spoken.selection_text(chosen, self._canvas.graph))

    @staticmethod
    def _tell(parts: list[ItemPart], event: QAccessible.Event) -> None:
        for part in parts:
            QAccessible.updateAccessibility(QAccessibleEvent(part, event))
