"""Which layer each node stands in: every wire leads to a later layer, and few span several."""

from __future__ import annotations

from core.design.layout.network import Tie


def without_cycles(count: int, ties: list[Tie]) -> list[Tie]:
    """The ties with those that close a cycle turned round; ties of a node to itself are left out.

    The search begins at nodes without inputs and takes the others in their own order.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    fed = [False] * count
    for tie in ties:
        if tie.source != tie.target:
            after[tie.source].append(tie.target)
            fed[tie.target] = True
    place = [0] * count
    for number, vertex in enumerate(_finished(count, after, fed)):
        place[vertex] = -number
    return [
        tie if place[tie.source] < place[tie.target] else Tie(tie.target, tie.source, 0.5, 0.5)
        for tie in ties
        if tie.source != tie.target
    ]


def _finished(count: int, after: list[list[int]], fed: list[bool]) -> list[int]:
    """The vertices in the order in which a search in depth leaves them for the last time."""
    seen = [False] * count
    done: list[int] = []
    for root in sorted(range(count), key=lambda v: (fed[v], v)):
        if seen[root]:
            continue
        seen[root] = True
        open_ = [(root, iter(after[root]))]
        while open_:
            vertex, rest = open_[-1]
            following = next((v for v in rest if not seen[v]), None)
            if following is None:
                open_.pop()
                done.append(vertex)
            else:
                seen[following] = True
                open_.append((following, iter(after[following])))
    return done


def layers_of(count: int, ties: list[Tie]) -> list[int]:
    """A layer for each vertex, counted from 0; ``ties`` hold no cycle.

    Vertices start as early as their inputs allow. Then whatever hangs together by the shortest
    possible ties moves as one, as long as that makes the sum of all lengths smaller: so a target
    stands beside its loss and not beside the network's input.
    """
    pairs = list(dict.fromkeys((tie.source, tie.target) for tie in ties))
    layer = _earliest(count, pairs)
    while _moved_groups(layer, pairs) or _moved_vertices(layer, pairs):
        pass
    first = min(layer, default=0)
    return [number - first for number in layer]


def _earliest(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in pairs:
        after[source].append(target)
        waiting[target] += 1
    layer = [0] * count
    ready = [v for v in range(count) if not waiting[v]]
    for vertex in ready:
        for target in after[vertex]:
            layer[target] = max(layer[target], layer[vertex] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return layer


def _moved_groups(layer: list[int], pairs: list[tuple[int, int]]) -> bool:
    """Move one group of tightly tied vertices after the other where that shortens the ties."""
    moved = False
    while True:
        group = _groups(layer, pairs)
        later: dict[int, list[int]] = {}
        earlier: dict[int, list[int]] = {}
        for source, target in pairs:
            if group[source] != group[target]:
                slack = layer[target] - layer[source] - 1
                later.setdefault(group[source], []).append(slack)
                earlier.setdefault(group[target], []).append(slack)
        way = next(
            (
                (key, min(ahead) if len(ahead) > len(behind) else -min(behind))
                for key in sorted({*later, *earlier})
                for ahead, behind in [(later.get(key, []), earlier.get(key, []))]
                if len(ahead) != len(behind)
            ),
            None,
        )
        if way is None:
            return moved
        moved = True
        for vertex, its in enumerate(group):
            if its == way[0]:
                layer[vertex] += way[1]


def _groups(layer: list[int], pairs: list[tuple[int, int]]) -> list[int]:
    """For each vertex, the least vertex that it hangs together with by ties of one layer."""
    root = list(range(len(layer)))

    def find(vertex: int) -> int:
        while root[vertex] != vertex:
            root[vertex] = root[root[vertex]]
            vertex = root[vertex]
        return vertex

    for source, target in pairs:
        if layer[target] - layer[source] == 1:
            first, second = find(source), find(target)
            root[max(first, second)] = min(first, second)
    return [find(vertex) for vertex in range(len(layer))]


def _moved_vertices(layer: list[int], pairs: list[tuple[int, int]]) -> bool:
    """Move single vertices towards the side on which they have more ties."""
    after: list[list[int]] = [[] for _ in layer]
    before: list[list[int]] = [[] for _ in layer]
    for source, target in pairs:
        after[source].append(target)
        before[target].append(source)
    moved = False
    for vertex, number in enumerate(layer):
        wanted = number
        if len(after[vertex]) > len(before[vertex]):
            wanted = min(layer[v] for v in after[vertex]) - 1
        elif len(before[vertex]) > len(after[vertex]):
            wanted = max(layer[v] for v in before[vertex]) + 1
        if wanted != number:
            layer[vertex] = wanted
            moved = True
    return moved
