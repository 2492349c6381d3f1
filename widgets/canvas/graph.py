"""What the canvas shows, as plain immutable values.

The owner builds a `Graph` after every edit and hands it to `Canvas.show_graph`; equal parts are
left alone. Positions are scene coordinates in pixels at 100 %, x to the right, y downwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from widgets import theme

# Colours that frames and notes may have; the empty one is the theme's own.
HUES = ("", *theme.HUES)

Badge = Literal["", "error", "warning"]
Shape = Literal["card", "dot"]


@dataclass(frozen=True, slots=True)
class Port:
    """One connection point of a node; `optional` inputs may stay without a wire."""

    name: str
    label: str
    tooltip: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node as drawn: texts, ports, a colour by family, and a badge for problems.

    A ``dot`` only passes a wire on, and is drawn without text. ``icon`` names a picture in
    ``widgets.icons``. ``share`` (0..1) is drawn as a bar, None draws none. ``muted`` nodes are
    drawn faded, with a line from the first input to the outputs. A ``container`` holds a graph of
    its own and is drawn as a pile; ``copies`` says how often it stands behind itself. A ``frozen``
    one does not learn and has a snowflake. ``fix`` is the label of an act that would take the
    badge's problem away.
    """

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
    shape: Shape = "card"
    icon: str = ""
    share: float | None = None
    muted: bool = False
    container: bool = False
    copies: int = 1
    frozen: bool = False
    fix: str = ""


def standing(view: NodeView) -> list[str]:
    """How a node's looks are told in words."""
    words = ["Holds a graph of its own"] if view.container else []
    words += [f"Stands behind itself {view.copies} times"] if view.copies > 1 else []
    words += ["Frozen: training leaves its weights as they are"] if view.frozen else []
    return words + (["Muted: passes on what it is given"] if view.muted else [])


class End(NamedTuple):
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
    """A titled box drawn behind its nodes; ``color`` is one of `HUES`."""

    id: str
    title: str
    nodes: tuple[str, ...]
    color: str = ""


@dataclass(frozen=True, slots=True)
class NoteView:
    """A piece of text on the canvas; ``rect`` is left, top, width, height. ``color`` as above."""

    id: str
    text: str
    rect: tuple[float, float, float, float]
    color: str = ""


@dataclass(frozen=True)
class Graph:
    """All that one canvas shows."""

    nodes: Mapping[str, NodeView]
    wires: tuple[WireView, ...] = ()
    frames: tuple[Frame, ...] = ()
    notes: tuple[NoteView, ...] = ()


EMPTY = Graph({})
