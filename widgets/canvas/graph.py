"""What the canvas shows, as plain immutable values.

The owner builds a `Graph` after every edit and hands it to `Canvas.show_graph`; equal parts are
left alone. Positions are scene coordinates in pixels at 100 %, x to the right, y downwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Badge = Literal["", "error", "warning"]


@dataclass(frozen=True, slots=True)
class Port:
    """One connection point of a node; `optional` inputs may stay without a wire."""

    name: str
    label: str
    tooltip: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as drawn: texts, ports, a colour by family, and a badge for problems."""

    id: str
    title: str
    subtitle: str
    detail: tuple[str, ...]
    color_key: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    badge: Badge = ""
    badge_text: str = ""
    position: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a wire: a port of a node."""

    node: str
    port: str


@dataclass(frozen=True, slots=True)
class WireView:
    """A connection from an output port to an input port."""

    source: End
    target: End
    tooltip: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A titled box drawn behind its nodes."""

    id: str
    title: str
    nodes: tuple[str, ...]


@dataclass(frozen=True)
class Graph:
    """All that one canvas shows."""

    nodes: Mapping[str, NodeView]
    wires: tuple[WireView, ...] = ()
    frames: tuple[Frame, ...] = ()


EMPTY = Graph({})
