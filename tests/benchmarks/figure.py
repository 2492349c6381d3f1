"""A measured figure, and how two ways of doing one thing are measured in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figure:
    """Ours against a peer's, or against ``budget`` where there is no peer."""

    ours: float
    unit: str
    better: str
    peer: float | None = None
    peer_name: str | None = None
    budget: float | None = None

    @property
    def ratio(self) -> float:
        """Above 1 where ours is better."""
        other = self.budget if self.peer is None else self.peer
        assert other, "a figure needs a peer or a budget"
        return self.ours / other if self.better == "higher" else other / self.ours

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "ours": self.ours,
            "peer": self.peer,
            "peer_name": self.peer_name,
            "ratio": self.ratio,
            "unit": self.unit,
            "better": self.better,
        }

    def __str__(self) -> str:
        other = (
            f"budget {self.budget:g}" if self.peer is None else f"{self.peer_name} {self.peer:g}"
        )
        return f"{self.ours:.4g} {self.unit} ({other}), ratio {self.ratio:.2f}"


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turn(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median seconds of each, all of them once a round, after a round that does not count."""
    taken = [[seconds(work) for work in works] for _ in range(rounds + 1)][1:]
    return [median(column) for column in zip(*taken, strict=True)]
