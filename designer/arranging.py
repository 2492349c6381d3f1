"""Aligns, distributes and snaps the selected nodes, each as one act of the session."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import get_args

from core.design import arrange, edits
from core.design.arrange import Box, Direction, Edge, Places
from designer.session import Session
from widgets.canvas.grid import GRID
from widgets.canvas.view import Canvas


class Arranging:
    """Arranges what is selected on one canvas, with the sizes that the nodes have there."""

    def __init__(self, session: Session, canvas: Canvas) -> None:
        self.session, self.canvas = session, canvas

    @property
    def can_align(self) -> bool:
        """Whether enough nodes are selected to align them."""
        return len(self.canvas.selected_nodes()) >= 2

    @property
    def can_distribute(self) -> bool:
        """Whether enough nodes are selected to distribute them."""
        return len(self.canvas.selected_nodes()) >= 3

    def align(self, edge: Edge) -> None:
        """Put one edge (or the middle) of the selected nodes on one line."""
        if self.can_align:
            self._move(f"Align {edge}", arrange.align(self._boxes(), edge))

    def distribute(self, direction: Direction) -> None:
        """Make the gaps between the selected nodes equal."""
        if self.can_distribute:
            self._move(f"Distribute {direction}", arrange.distribute(self._boxes(), direction))

    def snap(self) -> None:
        """Put the selected nodes on the grid, or all of them where none is selected."""
        self._move("Snap to grid", arrange.snap(self._boxes(), GRID))

    def slots(self) -> dict[str, Callable[[], None]]:
        """What each action of the window does, by the action's name."""
        return {
            **{f"align_{edge}": partial(self.align, edge) for edge in get_args(Edge)},
            **{f"distribute_{way}": partial(self.distribute, way) for way in get_args(Direction)},
            "snap": self.snap,
        }

    def _boxes(self) -> dict[str, Box]:
        chosen = self.canvas.selected_nodes() or list(self.session.design.nodes)
        boxes: dict[str, Box] = {}
        for node in chosen:
            size = self.canvas.node_rect(node).size()
            boxes[node] = (*self.session.design.position(node), size.width(), size.height())
        return boxes

    def _move(self, label: str, places: Places) -> None:
        self.session.act(label, lambda design: edits.move(design, places))
