"""Turns what the user does on the canvas and in the palette into acts of the session."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject

from core.design import edits, freezing, marks, rewire
from core.design.document import Design
from core.design.levels import Path
from designer.adding import SPACING, Adding
from designer.amounts import amount, items
from designer.fixing import Fixing
from designer.graph import GraphMaker, share_text, to_design
from designer.library import Library
from designer.offers import Offers
from designer.session import Session
from designer.wire_menu import WireMenu
from designer.wiring import Wiring
from widgets.canvas.graph import EMPTY, End
from widgets.canvas.view import Canvas
from widgets.palette import Palette


class Editor(QObject):
    """Connects one canvas and one palette to one session."""

    def __init__(
        self, session: Session, canvas: Canvas, palette: Palette, library: Library
    ) -> None:
        super().__init__(canvas)
        self.session, self.canvas = session, canvas
        self.offers = offers = Offers(session, library)
        self._maker = GraphMaker()
        self._path: Path = ()
        self._views: dict[Path, tuple[float, float, float]] = {}
        palette.set_entries(offers.entries)
        offers.changed.connect(lambda: palette.set_entries(offers.entries))
        self.adding = Adding(session, canvas, offers)
        self.wiring = Wiring(session, canvas, offers)
        self.wire_menu = WireMenu(canvas, self.wiring, self.adding)
        self.fixing = Fixing(session, canvas)
        palette.activated.connect(self.add_beside)
        canvas.node_tooltip = self._tooltip
        canvas.block_dropped.connect(self.add)
        canvas.moved.connect(partial(self._move, "Move"))
        canvas.nudged.connect(partial(self._move, "Nudge"))
        canvas.delete_requested.connect(self.delete)
        canvas.bridge_requested.connect(self.bridge)
        canvas.renamed.connect(self.rename)
        canvas.in_place.name_for = self._free_name
        session.changed.connect(self._follow)
        self._show()

    def add(self, kind: str, x: float, y: float) -> None:
        """Place a new node and select it; an Input or Target is bound to the data right away."""
        node = self.offers.add(kind, (x, y))
        if node is not None:
            self.canvas.select([node])

    def add_beside(self, kind: str) -> None:
        """Place a new node right of the selected one, or in the middle of the view."""
        selected = self.canvas.selected_nodes()
        if selected:
            x, y = self.session.design.position(selected[-1])
            self.add(kind, x + SPACING, y)
        else:
            middle = self.canvas.mapToScene(self.canvas.viewport().rect().center())
            taken = {self.session.design.position(i) for i in self.session.design.nodes}
            x, y = round(middle.x()) - 80.0, round(middle.y()) - 40.0
            while (x, y) in taken:
                x, y = x + 24, y + 24
            self.add(kind, x, y)
        for node in self.canvas.selected_nodes()[-1:]:
            self.canvas.reveal(node)

    def delete(self, chosen: Sequence[str], wires: Sequence[End]) -> None:
        """Delete nodes, notes and wires."""
        what = items(self.session.design, chosen) or amount(len(wires), "wire")
        ends = [to_design(e) for e in wires]
        self.session.act(
            f"Delete {what}",
            lambda d: marks.remove_notes(edits.remove(d, chosen, ends), chosen),
        )

    def delete_selection(self) -> None:
        """Delete what is selected on the canvas."""
        self.canvas.request_delete()

    def bridge(self, nodes: Sequence[str]) -> None:
        """Delete nodes and wire what fed each to what it fed."""
        what = f"Delete and bridge {amount(len(nodes), 'node')}"
        self.session.act(what, lambda d: rewire.bridge(d, nodes))

    def bridge_selection(self) -> None:
        """Delete the selected nodes and keep the flow through them."""
        self.canvas.request_bridge()

    def duplicate_selection(self) -> None:
        """Copy the selected nodes with the wires among them, and notes; select the copies."""
        nodes, notes = self.canvas.selected_nodes(), self.canvas.selected_notes()
        before = self.session.design
        if self.session.act(
            f"Duplicate {items(before, [*nodes, *notes])}",
            lambda d: marks.duplicate_notes(edits.duplicate(d, nodes), notes),
        ):
            after = self.session.design
            made = [i for i in (*after.nodes, *after.notes) if i not in before.nodes]
            self.canvas.select([i for i in made if i not in before.notes])

    def mute_selection(self) -> None:
        """Pass the selected nodes by, or take them in again where all are muted."""
        nodes = self.session.design.nodes
        chosen = [i for i in self.canvas.selected_nodes() if i in nodes]
        muted = not all(nodes[i].muted for i in chosen)
        label = f"{'Mute' if muted else 'Unmute'} {amount(len(chosen), 'node')}"
        self.session.act(label, lambda d: edits.mute(d, chosen, muted))

    def freeze_selection(self) -> None:
        """Freeze the selected nodes that have weights, or let them learn where all are frozen."""
        chosen = self.freezable()
        frozen = not self.all_frozen(chosen)
        label = f"{'Freeze' if frozen else 'Unfreeze'} {amount(len(chosen), 'node')}"
        self.session.act(label, lambda d: freezing.freeze(d, chosen, frozen))

    def freezable(self) -> list[str]:
        """The selected nodes with weights that may be frozen."""
        design = self.session.design
        chosen = (i for i in self.canvas.selected_nodes() if i in design.nodes)
        return [i for i in chosen if freezing.may_freeze(design, i)]

    def all_frozen(self, nodes: Sequence[str]) -> bool:
        """Whether all of some nodes are frozen."""
        return all(freezing.is_frozen(self.session.design.nodes[i]) for i in nodes)

    def rename(self, item: str, name: str) -> None:
        """Give a node or a frame another name."""
        frame = self.session.design.frames.get(item)
        if frame is not None:
            self.session.act("Rename frame", lambda d: marks.change_frame(d, item, name=name))
        else:
            old = self.session.design.nodes[item].name
            self.session.act(f"Rename {old}", lambda d: edits.rename(d, item, name))

    def _free_name(self, item: str, wanted: str) -> str:
        """The name that an item gets: nodes have names of their own, frames need not."""
        design = self.session.design
        return design.free_name(wanted) if item in design.nodes else wanted

    def _tooltip(self, node: str) -> str:
        report = self.session.analysis.nodes.get(node)
        return share_text(report.parameters, self._total) if report else ""

    @property
    def _total(self) -> int:
        """The parameters of the whole design, of which each node has its share."""
        return self.session.analysis_of_whole.parameters

    def _move(self, label: str, positions: Mapping[str, tuple[float, float]]) -> None:
        merge = f"nudge {sorted(positions)}" if label == "Nudge" else ""
        what = f"{label} {items(self.session.design, positions)}"
        # What hands move is there at once.
        self.canvas.preview(dict(positions))
        self.session.act(
            what, lambda d: marks.move_notes(edits.move(d, positions), positions), merge
        )

    def _follow(self, before: Design, after: Design) -> None:
        if self.session.path == self._path:
            # A file that was just opened is another drawing, even where ids are the same.
            self._show(glide=len(self.session.steps) > 1)
            return
        self._views = {**self._views, self._path: self.canvas.view_state()}
        if before is not after:
            self._views = {}
        self._path = self.session.path
        # Another level may have nodes of the same ids, which are not the same nodes.
        self.canvas.show_graph(EMPTY)
        self._show()
        if self._path in self._views:
            self.canvas.restore_view_state(self._views[self._path])
        else:
            self.canvas.fit_all()
            self.canvas.glide.finish()

    def _show(self, glide: bool = False) -> None:
        self.canvas.show_graph(self._maker.graph(self.session.analysis, self._total), glide)
