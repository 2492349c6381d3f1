"""What has to be done to show one graph in place of another.

Parts that are the same objects in both are passed over, so that an edit of a large graph costs
little if its owner keeps what did not change.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from widgets.canvas.graph import End, Graph, NodeView, WireView


@dataclass(frozen=True)
class Changes:
    """What is shown no longer, and what is shown anew or differently.

    A wire whose node comes or goes comes or goes with it. A node of another shape goes and comes,
    since a card cannot become a dot.
    """

    gone_nodes: list[str]
    nodes: list[NodeView]
    gone_wires: list[WireView]
    wires: list[WireView]
    other_nodes: bool

    @property
    def wire_ends(self) -> set[str]:
        """The nodes whose wires are others, those that are gone included."""
        wires = (*self.wires, *self.gone_wires)
        return {end.node for wire in wires for end in (wire.source, wire.target)}


def changes(old: Graph, new: Graph) -> Changes:
    """How to get from one graph to another; wires to nodes that are not there do not count."""
    nodes = _others(old, new)
    come = [view.id for view in nodes if _is_new(view, old)]
    gone = [node for node in come if node in old.nodes]
    if list(old.nodes) != list(new.nodes):
        gone += [node for node in old.nodes if node not in new.nodes]
    turned = {*gone, *come}
    if not turned and len(old.wires) == len(new.wires):
        pairs = [(a, b) for a, b in zip(old.wires, new.wires, strict=True) if a is not b]
        if all((a.source, a.target) == (b.source, b.target) for a, b in pairs):
            told = [wire for _, wire in pairs if _stands(wire, new)]
            return Changes(gone, nodes, [], told, False)
    known, kept = _unmoved(old, turned), _unmoved(new, turned)
    fresh = [wire for wire in new.wires if id(wire) not in known]
    lost = [wire for wire in old.wires if id(wire) not in kept]
    wires = {(w.source, w.target): w for w in fresh if _stands(w, new)}
    gone_wires = [w for w in lost if _stands(w, old) and _goes(w, wires, turned)]
    return Changes(gone, nodes, gone_wires, list(wires.values()), bool(turned))


def _others(old: Graph, new: Graph) -> list[NodeView]:
    """The nodes that are not the same objects in both."""
    if list(old.nodes) == list(new.nodes):
        both = zip(old.nodes.values(), new.nodes.values(), strict=True)
        return [view for known, view in both if known is not view]
    return [view for node, view in new.nodes.items() if old.nodes.get(node) is not view]


def _is_new(view: NodeView, old: Graph) -> bool:
    known = old.nodes.get(view.id)
    return known is None or known.shape != view.shape


def _unmoved(graph: Graph, nodes: set[str]) -> set[int]:
    """Which of a graph's wires, as objects, lead to none of some nodes."""
    if not nodes:
        return set(map(id, graph.wires))
    return {id(w) for w in graph.wires if w.source.node not in nodes and w.target.node not in nodes}


def _goes(wire: WireView, fresh: Mapping[tuple[End, End], WireView], turned: set[str]) -> bool:
    """Whether a wire's item goes, in place of showing the wire that has the same ends now."""
    held = wire.source.node in turned or wire.target.node in turned
    return held or (wire.source, wire.target) not in fresh


def _stands(wire: WireView, graph: Graph) -> bool:
    return wire.source.node in graph.nodes and wire.target.node in graph.nodes
