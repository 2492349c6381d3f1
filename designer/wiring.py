"""Turns what the user does to wires on the canvas into acts of the session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from core.blocks.reroute import Reroute
from core.design import edits, rewire
from core.design.analysis import Analysis
from core.design.document import Design
from core.design.ports import ports_of
from core.design.refusals import Refusals
from designer.graph import to_design
from designer.offers import Offers
from designer.session import Session
from widgets.canvas.dot_item import DOT_SIZE
from widgets.canvas.graph import End
from widgets.canvas.view import Canvas


class Wiring(QObject):
    """Connects one canvas' wires to one session; each answer is one act."""

    def __init__(self, session: Session, canvas: Canvas, offers: Offers) -> None:
        super().__init__(canvas)
        self.session, self.canvas, self.offers = session, canvas, offers
        self._judged: tuple[Analysis, Refusals] | None = None
        canvas.connection_refusal = self.refusal
        canvas.may_insert = self.may_insert
        canvas.may_insert_kind = self.may_insert_kind
        canvas.connect_requested.connect(self.connect_ends)
        canvas.disconnect_requested.connect(self.cut_one)
        canvas.reconnect_requested.connect(self.reconnect)
        canvas.cut_requested.connect(self.cut)
        canvas.insert_requested.connect(self.insert)
        canvas.insert_kind_requested.connect(self.insert_kind)
        canvas.reroute_requested.connect(self.reroute)

    def refusal(self, source: End, target: End) -> str | None:
        """Why a wire must not be drawn, or None if it may."""
        analysis = self.session.analysis
        if self._judged is None or self._judged[0] is not analysis:
            self._judged = analysis, Refusals(analysis.design, analysis.outputs())
        return self._judged[1](to_design(source), to_design(target))

    def may_insert(self, node: str, target: End) -> bool:
        """Whether a free node fits into the wire that ends at ``target``."""
        outputs = self.session.analysis.outputs()
        return rewire.fits_wire(self.session.design, outputs, node, to_design(target))

    def may_insert_kind(self, kind: str, target: End) -> bool:
        """Whether a new node of this kind would fit into the wire that ends at ``target``."""
        design, end = self.session.design, to_design(target)
        ports, _ = ports_of(design, design.nodes[end.node])
        taker = next((port for port in ports if port.name == end.port), None)
        given = self.session.analysis.outputs().get(design.wires[end])
        return taker is not None and self.offers.fits_between(kind, given, taker)

    def connect_ends(self, source: End, target: End) -> None:
        """Draw a wire."""
        ends = to_design(source), to_design(target)
        self.session.act("Connect", lambda d: edits.connect(d, *ends))

    def reconnect(self, old: End, source: End, new: End) -> None:
        """Move a wire's end to another input."""
        ends = to_design(old), to_design(source), to_design(new)
        self.session.act("Move wire", lambda d: edits.reconnect(d, *ends))

    def cut_one(self, target: End) -> None:
        """Take one wire away."""
        self.session.act("Disconnect", lambda d: edits.disconnect(d, to_design(target)))

    def cut(self, targets: Sequence[End]) -> None:
        """Take several wires away."""
        ends = [to_design(target) for target in targets]
        what = f"Cut {len(ends)} wire" if len(ends) == 1 else f"Cut {len(ends)} wires"
        self.session.act(what, lambda d: edits.remove(d, wires=ends))

    def insert(self, node: str, x: float, y: float, target: End) -> None:
        """Move a free node into a wire."""
        end, name = to_design(target), self.session.design.nodes[node].name

        def inserted(design: Design) -> Design:
            return rewire.insert_on_wire(edits.move(design, {node: (x, y)}), node, end)

        self.session.act(f"Insert {name}", inserted)

    def insert_kind(self, kind: str, x: float, y: float, target: End) -> None:
        """Place a new node in a wire and select it."""
        self._put(kind, "Insert", (x, y), target)

    def reroute(self, target: End, x: float, y: float) -> None:
        """Lay a wire through a dot around a scene point, and select the dot."""
        corner = x - DOT_SIZE / 2, y - DOT_SIZE / 2
        self._put(Reroute.kind, "Add", corner, target)

    def _put(self, kind: str, verb: str, at: tuple[float, float], target: End) -> None:
        end = to_design(target)
        node = self.offers.add(
            kind, at, verb, lambda design, new: rewire.insert_on_wire(design, new, end)
        )
        if node is not None:
            self.canvas.select([node])
