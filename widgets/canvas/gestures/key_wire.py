"""Wiring by keyboard: the ports that can be connected are walked, and one is taken."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from widgets.canvas.gestures.base import Pointer
from widgets.canvas.gestures.label import label_rect, paint_label
from widgets.canvas.gestures.loose_wire import Candidate, LooseWire
from widgets.canvas.graph import End, Port
from widgets.canvas.node_item import NodeItem

if TYPE_CHECKING:
    from widgets.canvas.view import Canvas

_NEXT = (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Tab)
_BEFORE = (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Backtab)
_ENDS = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
_TAKE = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
# What only changes the view, the canvas may go on doing.
_VIEW = (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal, Qt.Key.Key_0, Qt.Key.Key_Escape)
_HELD = (
    *(Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt),
    *(Qt.Key.Key_Meta, Qt.Key.Key_AltGr),
)
_KEYS = "Arrow keys choose, Enter connects, Esc gives up"
_MARGIN = 60
_RING = QPointF(9, 9)
_LABEL_ROOM = 20
_LABEL_WAY = QPointF(-16, -10)


class KeyWire(LooseWire):
    """Wires a port of one node: first that port is chosen, where there are several, then the other.

    Ports are offered from the nearest to the farthest, and only those at which a wire may end.
    """

    by_keys = True
    scrolls = False

    def __init__(self, canvas: Canvas, node: NodeItem, from_output: bool) -> None:
        self._own = node.view.outputs if from_output else node.view.inputs
        fixed = End(node.view.id, self._own[0].name)
        at = node.anchor((from_output, fixed.port))
        view = canvas.viewportTransform().map(at)
        super().__init__(
            canvas, Pointer(view, at, Qt.KeyboardModifier.NoModifier), fixed, from_output
        )
        self._choosing = len(self._own) > 1
        self._lit: NodeItem | None = None
        self._index = 0
        self._said = ""

    def begin(self) -> None:
        """Offer the first port."""
        if self._choosing:
            self._light(self.fixed)
        else:
            self._offer()
        self._say()

    @property
    def text(self) -> str:
        """What the label says: the wire on offer and the keys."""
        keys = [] if self._has_nothing else [_KEYS]
        return "\n".join([*self._lines("\N{RIGHTWARDS ARROW}"), *keys])

    @property
    def spoken(self) -> str:
        """What a screen reader says of the wire on offer."""
        return ", ".join(" ".join(line.split()) for line in self._lines("to"))

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Walk on, take the port on offer, or keep the key from doing something else."""
        held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if modifiers & held or key in _VIEW or key in _HELD:
            return False
        if key in _TAKE:
            self._take()
        elif key in _NEXT or key in _BEFORE:
            self._go(self._index + (1 if key in _NEXT else -1))
        elif key in _ENDS:
            self._go(_ENDS[key])
        self._say()
        return True

    def cancel(self) -> None:
        """Show everything as before."""
        self._light(None)
        self.unmark()

    def refresh(self) -> None:
        """Offer the ports of the new graph, or give up where the wire's own end is gone."""
        node = self.canvas.graph_scene.nodes.get(self.fixed.node)
        ports = () if node is None else node.view.outputs if self.from_output else node.view.inputs
        self._lit = self._lit if self._lit in self.canvas.graph_scene.nodes.values() else None
        if ports != self._own:
            self.canvas.cancel_gesture()
        elif not self._choosing:
            self._offer()
            self._say()

    def painted_rect(self) -> QRectF:
        """Around the wire, the port on offer and the label."""
        marks = self._curve().boundingRect().adjusted(-6, -6, 6, 6).united(self._ring())
        return marks.united(self._label_rect()).adjusted(-3, -3, 3, 3)

    def paint(self, painter: QPainter) -> None:
        """Paint the wire on offer and its name, and a ring around the port that is chosen."""
        style = self.canvas.graph_scene.look
        if self.found is not None:
            self.paint_curve(painter, self._curve(), style.accent)
        if not self._has_nothing:
            painter.setPen(QPen(style.accent, 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._ring())
        edge = style.error if self._has_nothing else style.accent
        paint_label(painter, self._label_rect(), self.text, style, edge)

    @property
    def _has_nothing(self) -> bool:
        return self.found is None and not self._choosing

    def _lines(self, arrow: str) -> list[str]:
        own = self._named(self.fixed, self.from_output)
        if self._choosing:
            return [own, f"{self._index + 1} of {len(self._own)}, to begin with"]
        if self.found is None:
            ports = "No input can take" if self.from_output else "No output can feed"
            return [f"{ports} {own}"]
        other = self._named(self.found.end, not self.from_output)
        source, target = (own, other) if self.from_output else (other, own)
        count = f"{self._index + 1} of {len(self.candidates)}"
        count += ", in place of the wire there" if self._taken() else ""
        return [f"{source} {arrow} {target}  {self._carried()}".rstrip(), count]

    def _say(self) -> None:
        """Have the wire on offer spoken, unless it just was; the first time with the keys."""
        text = self.spoken
        if self.canvas.gesture is self and text != self._said:
            keys = "" if self._said or self._has_nothing else f". {_KEYS}"
            self._said = text
            self.canvas.voice.say(text + keys, urgent=True)

    def _take(self) -> None:
        if self._choosing:
            self._choosing = False
            self._offer()
            return
        found = self.found
        self.canvas.cancel_gesture()
        if found is not None:
            self.canvas.connect_requested.emit(*self.wire_to(found.end))

    def _offer(self) -> None:
        """Judge all ports and go to the nearest of those that fit, or stay at the one on offer."""
        before = self.found.end if self.found is not None else None
        self.judge()
        here = self.canvas.graph_scene.nodes[self.fixed.node].anchor(
            (self.from_output, self.fixed.port)
        )
        wires = self.canvas.graph_scene.wires
        fitting = [
            candidate
            for candidate in self.candidates
            if not candidate.refusal and self.wire_to(candidate.end) not in wires
        ]
        self.candidates = sorted(fitting, key=lambda one: _way(here, one))
        ends = [candidate.end for candidate in self.candidates]
        self.found = None
        self._light(None)
        self._go(ends.index(before) if before in ends else 0)

    def _go(self, index: int) -> None:
        """Show the port of that number, counted round."""
        count = len(self._own) if self._choosing else len(self.candidates)
        if not count:
            return
        self._index = index % count
        if self._choosing:
            self.fixed = End(self.fixed.node, self._own[self._index].name)
            self._light(self.fixed)
        else:
            self.found = self.candidates[self._index]
            self._light(self.found.end)
            at = self.found.at
            card = self.canvas.graph_scene.nodes[self.found.end.node].scene_rect()
            card.setBottom(card.bottom() + _LABEL_ROOM / self.canvas.zoom)
            self.canvas.ensureVisible(card, _MARGIN, _MARGIN)
            # A card larger than the view may have its port outside of it all the same.
            self.canvas.ensureVisible(QRectF(at.x() - 1, at.y() - 1, 2, 2), _MARGIN, _MARGIN)

    def _light(self, end: End | None) -> None:
        """Highlight one port as the pointer would, and no other."""
        item = self.canvas.graph_scene.nodes[end.node] if end is not None else None
        if self._lit is not None and self._lit is not item:
            self._lit.set_hovered(False)
        if item is not None and end is not None:
            output = self.from_output if self._choosing else not self.from_output
            item.set_hovered(True, (output, end.port))
        self._lit = item

    def _taken(self) -> bool:
        """Whether the wire on offer would take the place of another."""
        assert self.found is not None, "asked only while a port is on offer"
        _, target = self.wire_to(self.found.end)
        return self.canvas.graph_scene.wire_into(target) is not None

    def _named(self, end: End, output: bool) -> str:
        node = self.canvas.graph_scene.nodes[end.node].view
        side = node.outputs if output else node.inputs
        return f"{node.title} {self._port(side, end.port).label.lower()}"

    def _carried(self) -> str:
        """What runs through the wire on offer, as far as its output says."""
        assert self.found is not None, "asked only while a port is on offer"
        source, _ = self.wire_to(self.found.end)
        view = self.canvas.graph_scene.nodes[source.node].view
        return self._port(view.outputs, source.port).tooltip

    @staticmethod
    def _port(side: tuple[Port, ...], name: str) -> Port:
        return next(port for port in side if port.name == name)

    def _curve(self) -> QPainterPath:
        return self.curve_to(self.found.at) if self.found is not None else QPainterPath()

    def _ring(self) -> QRectF:
        """Around the port on offer, in viewport coordinates and the same size at every zoom."""
        own = self.canvas.graph_scene.nodes[self.fixed.node]
        at = self.found.at if self.found else own.anchor((self.from_output, self.fixed.port))
        center = self.canvas.viewportTransform().map(at)
        return QRectF(center - _RING, center + _RING)

    def _label_rect(self) -> QRectF:
        """Below the node on offer, whose texts stay in sight."""
        end = self.found.end if self.found is not None else self.fixed
        corner = self.canvas.graph_scene.nodes[end.node].scene_rect().bottomLeft()
        place = self.canvas.viewportTransform().map(corner) + _LABEL_WAY
        return label_rect(place, self.text, self.canvas.viewport().rect())


def _way(start: QPointF, candidate: Candidate) -> float:
    return math.hypot(candidate.at.x() - start.x(), candidate.at.y() - start.y())
