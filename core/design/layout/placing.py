"""Where lines lie across the flow: the longest stays straight, the others close in on it."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import pairwise
from math import inf

from core.design.layout.network import Network

Room = Callable[[int, int], float]


class Placing:
    """Gives each line a place so that neighbours in a layer keep their distance.

    Lines are placed one by one and never moved again: each as near as possible to the lines that
    it is tied to, with enough room left for the lines in between that still have to come.
    ``room(a, b)`` is the least distance from vertex ``a`` to its next neighbour ``b``, in pixels.
    """

    def __init__(self, network: Network, lines: list[list[int]], room: Room) -> None:
        self._network, self._lines = network, lines
        self._line_of = {v: i for i, line in enumerate(lines) for v in line}
        self._next: list[dict[int, float]] = [{} for _ in lines]
        self._previous: list[dict[int, float]] = [{} for _ in lines]
        for row in network.rows:
            for first, second in pairwise(row):
                a, b = self._line_of[first], self._line_of[second]
                distance = max(room(first, second), self._next[a].get(b, 0.0))
                self._next[a][b] = self._previous[b][a] = distance
        self._rank = _ranks(self._next, self._previous)
        self._low = [-inf] * len(lines)
        self._high = [inf] * len(lines)
        self._place: dict[int, float] = {}

    def places(self) -> list[float]:
        """The place of each vertex across the flow, in pixels from that of the first line."""
        waiting: list[tuple[int, int]] = []
        for line in range(len(self._lines)):
            heapq.heappush(waiting, (line, line))
            # Lines that hang on what is placed come before longer ones that do not yet.
            while waiting:
                self._put(heapq.heappop(waiting)[1], waiting)
        return [self._place[self._line_of[v]] for v in range(len(self._network.layer))]

    def _put(self, line: int, waiting: list[tuple[int, int]]) -> None:
        if line in self._place:
            return
        place = min(max(self._wanted(line), self._low[line]), self._high[line])
        self._place[line] = place
        self._spread(line, place, self._next, self._low, 1.0)
        self._spread(line, place, self._previous, self._high, -1.0)
        for other in self._tied(line):
            if other not in self._place:
                heapq.heappush(waiting, (other, other))

    def _wanted(self, line: int) -> float:
        """The middle of the placed lines that this one is tied to; of two, the one nearer to 0."""
        there = sorted(self._place[i] for i in self._tied(line) if i in self._place)
        if not there:
            return 0.0
        first, last = there[(len(there) - 1) // 2], there[len(there) // 2]
        return min(max(0.0, first), last)

    def _tied(self, line: int) -> list[int]:
        found = []
        for vertex in self._lines[line]:
            found += [self._line_of[t.source] for t in self._network.before[vertex]]
            found += [self._line_of[t.target] for t in self._network.after[vertex]]
        return [other for other in found if other != line]

    def _spread(
        self,
        line: int,
        place: float,
        neighbours: list[dict[int, float]],
        bound: list[float],
        way: float,
    ) -> None:
        """Tell all lines on one side how near they may come."""
        bound[line] = place
        open_ = [(way * self._rank[line], line)]
        while open_:
            _, at = heapq.heappop(open_)
            for other, distance in neighbours[at].items():
                limit = bound[at] + way * distance
                if (limit - bound[other]) * way > 0:
                    bound[other] = limit
                    heapq.heappush(open_, (way * self._rank[other], other))


def _ranks(following: list[dict[int, float]], previous: list[dict[int, float]]) -> list[int]:
    """A number for each line that is greater than those of the lines before it."""
    waiting = [len(lines) for lines in previous]
    order = [line for line, count in enumerate(waiting) if not count]
    for line in order:
        for other in following[line]:
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    ranks = [0] * len(following)
    for rank, line in enumerate(order):
        ranks[line] = rank
    return ranks
