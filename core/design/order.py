"""The order in which nodes are computed, and what depends on what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from core.design.document import End


def computing_order(
    nodes: Iterable[str], sources: Mapping[str, Mapping[str, End]]
) -> tuple[list[str], list[str]]:
    """Nodes in an order in which each comes after its sources, and the nodes no order exists for.

    The second list holds the nodes of cycles and what hangs behind them.
    """
    nodes = list(nodes)
    waiting: dict[str, int] = {}
    feeds: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        givers = {source.node for source in sources.get(node, {}).values()}
        waiting[node] = len(givers)
        for giver in givers:
            feeds[giver].append(node)
    ready = [n for n in nodes if waiting[n] == 0]
    order = []
    for node in ready:
        order.append(node)
        for after in feeds[node]:
            waiting[after] -= 1
            if waiting[after] == 0:
                ready.append(after)
    done = set(order)
    return order, [n for n in nodes if n not in done]


def in_circles(stuck: Iterable[str], sources: Mapping[str, Mapping[str, End]]) -> list[str]:
    """Those of the stuck nodes that are computed from themselves, in the given order."""
    return [
        node
        for node in stuck
        if node in ancestors((s.node for s in sources.get(node, {}).values()), sources)
    ]


def ancestors(targets: Iterable[str], sources: Mapping[str, Mapping[str, End]]) -> set[str]:
    """The given nodes and everything they are computed from."""
    return _reached(targets, lambda node: (s.node for s in sources.get(node, {}).values()))


def descendants(starts: Iterable[str], wires: Mapping[End, End]) -> set[str]:
    """The given nodes and everything that is computed from them; ``wires`` is target -> source."""
    fed: dict[str, list[str]] = defaultdict(list)
    for target, source in wires.items():
        fed[source.node].append(target.node)
    return _reached(starts, lambda node: fed.get(node, ()))


def _reached(starts: Iterable[str], following: Callable[[str], Iterable[str]]) -> set[str]:
    """The given nodes and all that follow them, at whatever distance."""
    found: set[str] = set()
    open_ = list(starts)
    while open_:
        node = open_.pop()
        if node not in found:
            found.add(node)
            open_.extend(following(node))
    return found
