"""The graph that the canvas benchmark builds, told to each side in plain values."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

COLUMN, ROW = 220.0, 140.0


@dataclass(frozen=True)
class Plan:
    """Node numbers are indices of ``places`` (left, top in pixels at 100 %).

    ``wires`` are (source node, target node, which of the target's inputs). A node has one output,
    and two inputs where its number is odd.
    """

    columns: int
    places: tuple[tuple[float, float], ...]
    wires: tuple[tuple[int, int, int], ...]

    @property
    def middle(self) -> int:
        """The node in the middle of the picture."""
        rows = len(self.places) // self.columns
        return (rows // 2) * self.columns + self.columns // 2

    @property
    def around_middle(self) -> list[int]:
        """Up to twenty nodes, five in a row, the first of them in the middle."""
        block = (
            self.middle + row * self.columns + column for row in range(4) for column in range(5)
        )
        return [node for node in block if node < len(self.places)]


def planned(nodes: int) -> Plan:
    """Rows of a chain that is wider than high; every second node also takes from six before it."""
    columns = next(c for c in count(1) if c * c >= 1.6 * nodes)
    places = tuple((node % columns * COLUMN, node // columns * ROW) for node in range(nodes))
    wires = [(node - 1, node, 0) for node in range(1, nodes)]
    wires += [(max(0, node - 6), node, 1) for node in range(1, nodes, 2)]
    return Plan(columns, places, tuple(wires))


def inputs_of(node: int) -> int:
    """How many inputs a node has."""
    return 2 if node % 2 else 1
