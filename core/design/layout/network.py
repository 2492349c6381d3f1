"""What the steps of automatic layout work on: vertices as numbers, and the ties between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Tie(NamedTuple):
    """A wire between two vertices.

    ``out`` and ``into`` say where on its node each end is: the share (0..1) of the node's ports
    that lie before it.
    """

    source: int
    target: int
    out: float = 0.5
    into: float = 0.5


@dataclass
class Network:
    """Vertices in layers. Those from ``nodes`` on are bends of wires that span several layers.

    ``ties`` join neighbouring layers only. ``rows`` holds each layer's vertices in order.
    """

    nodes: int
    layer: list[int]
    ties: list[Tie]
    rows: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.before: list[list[Tie]] = [[] for _ in self.layer]
        self.after: list[list[Tie]] = [[] for _ in self.layer]
        for tie in self.ties:
            self.after[tie.source].append(tie)
            self.before[tie.target].append(tie)

    def is_bend(self, vertex: int) -> bool:
        """Whether a vertex is only the bend of a wire."""
        return vertex >= self.nodes


def with_bends(layer: list[int], ties: list[Tie]) -> Network:
    """The network in which every tie joins neighbouring layers.

    Wires that leave one port share their bends, as they share their way when drawn.
    """
    layers, short = list(layer), []
    bends: dict[tuple[int, float, int], int] = {}
    for tie in ties:
        at, out = tie.source, tie.out
        for between in range(layer[tie.source] + 1, layer[tie.target]):
            key = (tie.source, tie.out, between)
            bend = bends.get(key)
            if bend is None:
                bend = bends[key] = len(layers)
                layers.append(between)
                short.append(Tie(at, bend, out, 0.5))
            at, out = bend, 0.5
        short.append(Tie(at, tie.target, out, tie.into))
    return Network(len(layer), layers, short)
