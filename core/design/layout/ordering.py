"""The order of the vertices within each layer: few wires cross, and the present order is kept
where another one would be no better."""

from __future__ import annotations

from bisect import bisect_right, insort

from core.design.layout.network import Network, Tie

_ROUNDS = 12
_PATIENCE = 3
# A new order has to save this share of the crossings, or the present one is kept.
_WORTH = 0.8


def put_in_order(network: Network, present: list[float]) -> None:
    """Set ``rows``. ``present`` is where the nodes are now, across the direction of flow."""
    kept, crossings = _improved(network, _present_rows(network, present))
    if crossings:
        fresh, fewer = _improved(network, _fresh_rows(network))
        if fewer < crossings * _WORTH:
            kept = fresh
    network.rows = kept


def crossings_of(network: Network, rows: list[list[int]]) -> int:
    """How many pairs of ties cross."""
    place = _places(network, rows)
    total = 0
    for row in rows[:-1]:
        ends: list[float] = []
        ties = sorted(
            (place[tie.source] + tie.out, place[tie.target] + tie.into)
            for vertex in row
            for tie in network.after[vertex]
        )
        for _, end in ties:
            total += len(ends) - bisect_right(ends, end)
            insort(ends, end)
    return total


def _places(network: Network, rows: list[list[int]]) -> list[int]:
    place = [0] * len(network.layer)
    for row in rows:
        for index, vertex in enumerate(row):
            place[vertex] = index
    return place


def _present_rows(network: Network, present: list[float]) -> list[list[int]]:
    """The order in which the nodes stand; bends lie on the straight line of their wire."""
    at = [*present, *([0.0] * (len(network.layer) - network.nodes))]
    for bend in range(network.nodes, len(network.layer)):
        source = network.before[bend][0].source
        ends = _ends(network, bend)
        share = 1 / (1 + sum(layers for _, layers in ends) / len(ends))
        middle = sum(present[end] for end, _ in ends) / len(ends)
        at[bend] = at[source] + (middle - at[source]) * share
    rows = _empty_rows(network)
    for vertex in sorted(range(len(at)), key=lambda v: (at[v], network.is_bend(v), v)):
        rows[network.layer[vertex]].append(vertex)
    return rows


def _ends(network: Network, bend: int) -> list[tuple[int, int]]:
    """The nodes that a bend's wire leads to, and how many layers farther each one is."""
    open_, found = [bend], []
    for vertex in open_:
        for tie in network.after[vertex]:
            if network.is_bend(tie.target):
                open_.append(tie.target)
            else:
                found.append((tie.target, network.layer[tie.target] - network.layer[bend]))
    return found


def _fresh_rows(network: Network) -> list[list[int]]:
    """The order in which a walk along the wires, port by port, meets the vertices."""
    rows = _empty_rows(network)
    seen = [False] * len(network.layer)
    for root in range(network.nodes):
        open_ = [root] if not network.before[root] else []
        while open_:
            vertex = open_.pop()
            if seen[vertex]:
                continue
            seen[vertex] = True
            rows[network.layer[vertex]].append(vertex)
            following = sorted(network.after[vertex], key=lambda t: (t.out, t.into, t.target))
            open_ += [tie.target for tie in reversed(following)]
    return rows


def _empty_rows(network: Network) -> list[list[int]]:
    return [[] for _ in range(max(network.layer, default=-1) + 1)]


def _improved(network: Network, rows: list[list[int]]) -> tuple[list[list[int]], int]:
    """The best of some rounds of sorting by the neighbours' middle, and its crossings."""
    best, fewest = [list(row) for row in rows], crossings_of(network, rows)
    waited = 0
    for turn in range(_ROUNDS):
        if not fewest or waited >= _PATIENCE:
            break
        rows = _swept(network, rows, forwards=turn % 2 == 0)
        _swap_neighbours(network, rows)
        crossings = crossings_of(network, rows)
        waited = 0 if crossings < fewest else waited + 1
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best, fewest


def _swept(network: Network, rows: list[list[int]], forwards: bool) -> list[list[int]]:
    place = _places(network, rows)
    made = [list(row) for row in rows]
    for number in range(len(rows)) if forwards else reversed(range(len(rows))):
        row = made[number]
        middles = {}
        for vertex in row:
            if forwards and network.before[vertex]:
                ties = network.before[vertex]
                middles[vertex] = sum(place[t.source] + t.out for t in ties) / len(ties)
            elif not forwards and network.after[vertex]:
                ties = network.after[vertex]
                middles[vertex] = sum(place[t.target] + t.into for t in ties) / len(ties)
        ordered = iter(sorted(middles, key=middles.__getitem__))
        made[number] = [next(ordered) if vertex in middles else vertex for vertex in row]
        for index, vertex in enumerate(made[number]):
            place[vertex] = index
    return made


def _swap_neighbours(network: Network, rows: list[list[int]]) -> None:
    """Exchange neighbours in a layer wherever that saves a crossing."""
    place = _places(network, rows)
    for row in rows:
        for index in range(len(row) - 1):
            first, second = row[index], row[index + 1]
            if _saved(network, place, first, second) > 0:
                row[index], row[index + 1] = second, first
                place[first], place[second] = index + 1, index


def _saved(network: Network, place: list[int], first: int, second: int) -> int:
    """How many crossings are saved where ``second`` comes before ``first``."""
    saved = 0
    for side, ends in (
        (network.before, _source_place),
        (network.after, _target_place),
    ):
        ours = [ends(tie, place) for tie in side[first]]
        theirs = [ends(tie, place) for tie in side[second]]
        saved += sum((a > b) - (a < b) for a in ours for b in theirs)
    return saved


def _source_place(tie: Tie, place: list[int]) -> float:
    return place[tie.source] + tie.out


def _target_place(tie: Tie, place: list[int]) -> float:
    return place[tie.target] + tie.into
