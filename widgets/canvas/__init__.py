"""The node canvas: `Canvas` shows a `Graph` of nodes and wires and emits what the user asks for."""

from widgets.canvas.graph import End, Frame, Graph, NodeView, NoteView, Port, WireView
from widgets.canvas.live import Live, LiveScale
from widgets.canvas.view import Canvas

__all__ = [
    "Canvas",
    "End",
    "Frame",
    "Graph",
    "Live",
    "LiveScale",
    "NodeView",
    "NoteView",
    "Port",
    "WireView",
]
