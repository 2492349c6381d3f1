"""A click on a node's badge."""

from __future__ import annotations

from widgets.canvas.gestures.base import Pointer
from widgets.canvas.gestures.move import MoveNodes


class ClickBadge(MoveNodes):
    """Asks for the node's problem to be mended; a drag moves the node like any other."""

    def click(self, pointer: Pointer) -> None:
        """Select the node, then ask."""
        super().click(pointer)
        for node in self._pressed:
            self.canvas.fix_requested.emit(node)
