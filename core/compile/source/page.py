"""Lines of code as they are written, and which nodes they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.design.flat import place_of
from core.design.levels import Path

# A node where it stands in a design: the path of its level, and its id there.
Spot = tuple[Path, str]
Span = tuple[int, int]


@dataclass
class Page:
    """Lines of code; ``spans`` are the first line and the line after the last of what a node is.

    Lines count from 0.
    """

    lines: list[str] = field(default_factory=list)
    spans: dict[Spot, list[Span]] = field(default_factory=dict)

    def add(self, *lines: str) -> None:
        """Write lines."""
        self.lines += lines

    def gap(self, size: int = 1) -> None:
        """Leave lines empty."""
        self.lines += [""] * size

    @contextmanager
    def of(self, nodes: Iterable[str]) -> Iterator[None]:
        """What is written within stands for these unfolded nodes."""
        start = len(self.lines)
        yield
        if len(self.lines) > start:
            for spot in dict.fromkeys(map(place_of, nodes)):
                self.spans.setdefault(spot, []).append((start, len(self.lines)))
