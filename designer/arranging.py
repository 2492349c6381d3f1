"""Lays out, aligns, distributes and snaps nodes, each as one act of the session."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import QRectF

from core.design import arrange, edits
from core.design.arrange import Box, Direction, Edge, Places
from designer.session import Session
from widgets.canvas.grid import GRID
from widgets.canvas.view import Canvas

if TYPE_CHECKING:
    from core.design.layout import Flow

_FLOWS: dict[Flow, str] = {"right": "left to right", "down": "top to bottom"}


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

    def lay_out(self, flow: Flow) -> None:
        """Lay out the selected nodes, or all where fewer than two are selected."""
        from core.design.layout import arranged

        chosen = self.canvas.selected_nodes() if self.can_align else None
        design = self.session.design
        sizes = {node: box[2:] for node, box in self._boxes(list(design.nodes)).items()}
        self._place(f"Arrange {_FLOWS[flow]}", arranged(design, sizes, chosen, flow), sizes)

    def lay_out_in_rows(self) -> None:
        """Lay out the selected nodes, or all, left to right in as many rows as fill the view."""
        from core.design.layout import arranged
        from core.design.layout.rows import folded

        chosen = self.canvas.selected_nodes() if self.can_align else None
        design = self.session.design
        sizes = {node: box[2:] for node, box in self._boxes(list(design.nodes)).items()}
        view = self.canvas.viewport().size()
        line = arranged(design, sizes, chosen, "right")
        places = folded(design, line, sizes, view.width() / max(1, view.height()))
        self._place("Arrange in rows", places, sizes)
        if chosen is None:
            self.canvas.fit_all()

    def _place(self, label: str, places: Places, sizes: Mapping[str, tuple[float, float]]) -> None:
        self._move(label, places)
        seen = self.canvas.visible_rect()
        boxes = (QRectF(*place, *sizes[node]) for node, place in places.items())
        if places and not any(seen.intersects(box) for box in boxes):
            self.canvas.fit_all()

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
            **{f"arrange_{flow}": partial(self.lay_out, flow) for flow in _FLOWS},
            "arrange_rows": self.lay_out_in_rows,
            **{f"align_{edge}": partial(self.align, edge) for edge in get_args(Edge)},
            **{f"distribute_{way}": partial(self.distribute, way) for way in get_args(Direction)},
            "snap": self.snap,
        }

    def _boxes(self, nodes: Sequence[str] = ()) -> dict[str, Box]:
        """Some nodes, or the selected ones, or all where none is selected."""
        chosen = nodes or self.canvas.selected_nodes() or list(self.session.design.nodes)
        boxes: dict[str, Box] = {}
        for node in chosen:
            size = self.canvas.node_rect(node).size()
            boxes[node] = (*self.session.design.position(node), size.width(), size.height())
        return boxes

    def _move(self, label: str, places: Places) -> None:
        if places:
            self.session.act(label, lambda design: edits.move(design, places))
