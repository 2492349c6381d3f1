"""Lets nodes glide from where they stood to where a new graph has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.canvas.graph import Graph

if TYPE_CHECKING:
    from widgets.canvas.graph_view import GraphView

# More moving nodes than these would move in jerks, so they jump.
_MOST = 400

Places = dict[str, tuple[float, float]]


def places_to_leave(view: GraphView, graph: Graph) -> Places:
    """Where the nodes stand that ``graph`` has elsewhere; nothing where they shall jump."""
    if view.glide.milliseconds <= 0 or view.gesture is not None or not view.isVisible():
        return {}
    items, shown = view.graph_scene.nodes, view.graph.nodes
    other = [node for node, wanted in graph.nodes.items() if shown.get(node) is not wanted]
    places: Places = {}
    for node in {*other, *(view.graph_scene.strayed & graph.nodes.keys())}:
        wanted = graph.nodes[node].position
        at = items[node].pos().toTuple() if node in items else wanted
        if at != wanted:
            places[node] = at
    return places if len(places) <= _MOST else {}


def glide_from(view: GraphView, places: Places) -> None:
    """Put nodes back to these places and let them glide to where the shown graph has them."""
    ends = {node: view.graph.nodes[node].position for node in places}

    def step(share: float) -> None:
        if share < 1.0:
            view.preview(_between(places, ends, share))
        else:
            view.preview(ends)
            view.graph_scene.settle()

    view.preview(places)
    view.glide.start(step)


def _between(starts: Places, ends: Places, share: float) -> Places:
    return {
        node: (x + (ends[node][0] - x) * share, y + (ends[node][1] - y) * share)
        for node, (x, y) in starts.items()
    }
