"""Adding blocks: where new nodes are placed and wired, and the search popup that asks which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, Qt

from core.blocks.block import Port
from core.design import edits, rewire
from core.design.document import Design, End
from core.design.passing import origin
from core.design.ports import ports_of
from designer.graph import to_design
from designer.offers import Offers
from designer.session import Session
from widgets.block_search import BlockSearch
from widgets.canvas import graph
from widgets.canvas.held_wire import HeldWire
from widgets.canvas.node_layout import HEADER, MIN_WIDTH
from widgets.canvas.view import Canvas
from widgets.palette_rows import PaletteEntry

SPACING = 240.0
_GAP = 56.0
_SIZE = (MIN_WIDTH + 40, HEADER + 72)
_MARGIN = 20.0
_HALF = HEADER / 2 + 36

Point = tuple[float, float]


def free_place(taken: Iterable[QRectF], wanted: Point) -> Point:
    """The nearest place at or below ``wanted`` where a new node covers none of the others."""
    x, y = wanted
    others = [rect.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN) for rect in taken]
    while True:
        covered = [r for r in others if r.intersects(QRectF(x, y, *_SIZE))]
        if not covered:
            return x, y
        y = max(rect.bottom() for rect in covered) + 1


class Adding(QObject):
    """Answers the canvas' wishes for something new: asks which block, then places and wires it.

    Each answer is one act of the session.
    """

    def __init__(self, session: Session, canvas: Canvas, offers: Offers) -> None:
        super().__init__(canvas)
        self.session, self.canvas, self.offers = session, canvas, offers
        self._popup: BlockSearch | None = None
        self._then: Callable[[str], object] | None = None
        canvas.add_requested.connect(self.search)
        canvas.wire_dropped.connect(self.search_for_wire)
        canvas.follow_requested.connect(self.search_next)

    @property
    def popup(self) -> BlockSearch:
        """The search popup, made when it is first needed."""
        if self._popup is None:
            self._popup = BlockSearch(self.canvas.graph_scene.look.theme, self.canvas)
            self._popup.chosen.connect(self._chosen)
            self._popup.closed.connect(lambda: self.canvas.hold_wire(None))
        return self._popup

    def search(self, x: float, y: float) -> None:
        """Let the user choose a block, to be placed around a scene point."""
        corner = (round(x - _SIZE[0] / 2), round(y - HEADER / 2))
        self._ask(self.offers.entries, (x, y), "Add a block", lambda kind: self._add(kind, corner))

    def search_for_wire(self, end: graph.End, from_output: bool, x: float, y: float) -> None:
        """Let the user choose a block for the loose end of a wire that was dropped at a point."""
        self.canvas.hold_wire(HeldWire(end, from_output, QPointF(x, y)))
        if from_output:
            self._search_taker(to_design(end), (round(x), round(y - _HALF)), (x, y))
        else:
            corner = (round(x - MIN_WIDTH), round(y - _HALF))
            self._search_feeder(to_design(end), corner, (x, y))

    def search_next(self, node: str) -> None:
        """Let the user choose the block that follows a node, to be placed right of it."""
        design = self.session.design
        outputs = ports_of(design, design.nodes[node])[1]
        if outputs:
            rect = self.canvas.node_rect(node)
            left, y = design.position(node)
            x = max(left + SPACING, rect.right() + _GAP)
            self.canvas.reveal(node)
            shown_at = (rect.right() + _GAP, rect.top() + HEADER / 2)
            self._search_taker(End(node, outputs[0]), (x, y), shown_at)

    def search_between(self, end: graph.End, x: float, y: float) -> None:
        """Let the user choose a block to go into the wire that ends at ``end``, around a point."""
        target = to_design(end)
        may_insert = self.canvas.may_insert_kind
        fitting_entries = [e for e in self.offers.entries if may_insert(e.kind, end)]
        corner = (round(x - _SIZE[0] / 2), round(y - HEADER / 2))

        def insert(kind: str) -> None:
            self._add(
                kind, corner, lambda d, new: rewire.insert_on_wire(d, new, target), verb="Insert"
            )

        self._ask(fitting_entries, (x, y), "Blocks that fit into the wire", insert)

    def _search_taker(self, source: End, at: Point, shown_at: Point) -> None:
        """Offer the blocks that can take an output."""
        tensor = self.session.analysis.outputs().get(source)
        offers = self.offers
        fitting_entries = [e for e in offers.entries if offers.taking_ports(e.kind, tensor)]
        prompt = f"Blocks that take {tensor}" if tensor else "Blocks that take an input"

        def add(kind: str) -> None:
            ports = self.offers.taking_ports(kind, tensor)
            design = self.session.design
            giver = design.nodes[origin(design, source).node]
            # A loss names its prediction first; what comes from a Target is compared with that.
            truth = self.offers.is_truth(giver)
            port = ports[-1] if truth else ports[0]
            self._add(kind, at, lambda d, new: edits.connect(d, source, End(new, port)))

        self._ask(fitting_entries, shown_at, prompt, add)

    def _search_feeder(self, target: End, at: Point, shown_at: Point) -> None:
        """Offer the blocks whose output an input can take."""
        design = self.session.design
        ports, _ = ports_of(design, design.nodes[target.node])
        port = next((p for p in ports if p.name == target.port), Port(target.port))
        feeding = [e for e in self.offers.entries if self.offers.can_feed(e.kind, port)]

        def add(kind: str) -> None:
            outlet = self.offers.first_output(kind)
            self._add(kind, at, lambda d, new: edits.connect(d, End(new, outlet), target))

        self._ask(feeding, shown_at, f"Blocks that feed {port.label or port.name}", add)

    def _ask(
        self,
        entries: Sequence[PaletteEntry],
        at: Point,
        prompt: str,
        then: Callable[[str], object],
    ) -> None:
        self._then = then
        self.canvas.glide.finish()
        place = self.canvas.viewportTransform().map(QPointF(*at)).toPoint()
        area = self.canvas.viewport().rect()
        inside = QPoint(
            min(max(place.x(), area.left()), area.right()),
            min(max(place.y(), area.top()), area.bottom()),
        )
        self.popup.set_theme(self.canvas.graph_scene.look.theme)
        self.popup.offer(
            entries,
            self.canvas.viewport().mapToGlobal(inside),
            prompt,
            "No block fits here",
            [e for e in self.offers.entries if e not in entries],
        )

    def _chosen(self, kind: str) -> None:
        then, self._then = self._then, None
        if then is not None:
            then(kind)

    def _add(
        self,
        kind: str,
        at: Point,
        wire: Callable[[Design, str], Design] = lambda d, _: d,
        verb: str = "Add",
    ) -> None:
        """Place, wire and select a new node in one act."""
        nodes = self.canvas.graph_scene.nodes.values()
        place = free_place([item.scene_rect() for item in nodes], at)
        node = self.offers.add(kind, place, verb, wire)
        if node is not None:
            self.canvas.reveal(node)
        self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
