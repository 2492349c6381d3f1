"""Where the nodes are, kept so that a wire finds those in its way without asking all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

from PySide6.QtCore import QRectF

_CELL = 256.0

Bounds = tuple[float, float, float, float]
"""Left, top, right and bottom in scene coordinates."""


def bounds_of(rect: QRectF) -> Bounds:
    """The sides of a rectangle."""
    return rect.left(), rect.top(), rect.right(), rect.bottom()


class Obstacles:
    """The bounds of all nodes by their ids, in a grid of square cells."""

    def __init__(self) -> None:
        self._bounds: dict[str, Bounds] = {}
        self._cells: dict[tuple[int, int], dict[str, Bounds]] = {}
        self._before: dict[str, Bounds | None] = {}

    def put(self, node: str, bounds: Bounds) -> None:
        """A node is here now."""
        known = self._bounds.get(node)
        if known == bounds:
            return
        self._before.setdefault(node, known)
        if known is not None:
            self._take(node, known)
        self._bounds[node] = bounds
        for cell in _cells(bounds):
            self._cells.setdefault(cell, {})[node] = bounds

    def drop(self, node: str) -> None:
        """A node is gone."""
        known = self._bounds.pop(node)
        self._before.setdefault(node, known)
        self._take(node, known)

    def clear(self) -> None:
        """All nodes are gone, and nothing is left that would have to make room."""
        self._bounds, self._cells, self._before = {}, {}, {}

    def of(self, node: str) -> Bounds:
        """The bounds of a node; raises KeyError for an unknown one."""
        return self._bounds[node]

    def within(self, area: Bounds, without: Collection[str] = ()) -> list[Bounds]:
        """The bounds that touch an area, those of some nodes left out."""
        left, top, right, bottom = area
        found: dict[str, Bounds] = {}
        for cell in _cells(area):
            found |= self._cells.get(cell, {})
        return [
            b
            for node, b in found.items()
            if b[0] < right and b[2] > left and b[1] < bottom and b[3] > top and node not in without
        ]

    def take_changes(self) -> list[Bounds]:
        """Every place that a node has left or taken since this was asked last."""
        changes = [b for b in self._before.values() if b is not None]
        changes += [self._bounds[node] for node in self._before if node in self._bounds]
        self._before = {}
        return changes

    def _take(self, node: str, bounds: Bounds) -> None:
        for cell in _cells(bounds):
            del self._cells[cell][node]


def _cells(bounds: Bounds) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = (int(side // _CELL) for side in bounds)
    return product(range(left, right + 1), range(top, bottom + 1))
