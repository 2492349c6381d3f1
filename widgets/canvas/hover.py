"""What the resting pointer does: highlight, cursor shape and tooltips."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from PySide6.QtCore import Qt

from widgets.canvas.graph import NodeView, standing
from widgets.canvas.hits import Hit
from widgets.canvas.node_item import NodeItem
from widgets.canvas.scene import CanvasScene

_LEFT, _RIGHT, _TOP, _BOTTOM = (
    Qt.Edge.LeftEdge,
    Qt.Edge.RightEdge,
    Qt.Edge.TopEdge,
    Qt.Edge.BottomEdge,
)
_EDGE_CURSORS = {
    _LEFT: Qt.CursorShape.SizeHorCursor,
    _RIGHT: Qt.CursorShape.SizeHorCursor,
    _TOP: Qt.CursorShape.SizeVerCursor,
    _BOTTOM: Qt.CursorShape.SizeVerCursor,
    _LEFT | _TOP: Qt.CursorShape.SizeFDiagCursor,
    _RIGHT | _BOTTOM: Qt.CursorShape.SizeFDiagCursor,
    _RIGHT | _TOP: Qt.CursorShape.SizeBDiagCursor,
    _LEFT | _BOTTOM: Qt.CursorShape.SizeBDiagCursor,
}
_LONGEST_TOOLTIP = 1000


class Hover:
    """Keeps the highlight of one canvas scene on the thing that was hit last."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._hit = Hit()

    def show(self, hit: Hit) -> None:
        """Move the highlight to another hit."""
        old, self._hit = self._hit, hit
        if old.node is not None and old.node is not hit.node:
            old.node.set_hovered(False)
        if hit.node is not None:
            hit.node.set_hovered(True, hit.port)
        if old.wire is not None and old.wire != hit.wire and old.wire in self._scene.wires:
            self._scene.wires[old.wire].set_hovered(False)
        if hit.wire is not None:
            self._scene.wires[hit.wire].set_hovered(True)
        if old.note is not None and old.note is not hit.note:
            old.note.set_hovered(False)
        if hit.note is not None:
            hit.note.set_hovered(True)


def cursor_at(edges: Qt.Edge) -> Qt.CursorShape:
    """The cursor over an edge of a note, or over the corner where two meet."""
    return _EDGE_CURSORS[edges]


def cursor_for(hit: Hit) -> Qt.CursorShape:
    """The cursor over what was hit."""
    if hit.edges:
        return cursor_at(hit.edges)
    if hit.fixes:
        return Qt.CursorShape.PointingHandCursor
    shapes = {
        "port": Qt.CursorShape.PointingHandCursor,
        "wire": Qt.CursorShape.PointingHandCursor,
    }
    return shapes.get(hit.kind, Qt.CursorShape.ArrowCursor)


def tooltip_for(
    hit: Hit, scene: CanvasScene, describe: Callable[[str], str] = lambda node: ""
) -> str:
    """The tooltip over what was hit; empty where there is nothing to say.

    ``describe`` says of a node what only its owner knows.
    """
    port = hit.port_view()
    if port is not None:
        lines = [f"<b>{escape(port.label or port.name)}</b>", _html(port.tooltip)]
        lines += ["<i>optional</i>"] if port.optional else []
        return "<br>".join(line for line in lines if line)
    if hit.node is not None:
        view = hit.node.view
        if hit.on_badge and view.badge_text:
            return _badge_tooltip(hit, view)
        if view.shape == "dot":
            return _html("\n".join([*view.detail, view.badge_text]).strip())
        return _node_tooltip(hit.node, describe(view.id))
    if hit.wire is not None:
        return _html(scene.wires[hit.wire].view.tooltip)
    if hit.note is not None and hit.note.cut:
        return _html(hit.note.view.text[:_LONGEST_TOOLTIP])
    return ""


def _badge_tooltip(hit: Hit, view: NodeView) -> str:
    text = f"<b>{view.badge.capitalize()}</b><br>{_html(view.badge_text)}"
    return f"{text}<br><i>Click to: {escape(view.fix)}</i>" if hit.fixes else text


def _node_tooltip(node: NodeItem, description: str) -> str:
    """What the node's owner says of it, how it stands, and what it shows live."""
    lines = [description, *standing(node.view), node.live.text if node.live else ""]
    text = "<br>".join(_html(line) for line in lines if line)
    return f"<b>{escape(node.view.title)}</b><br>{text}" if text else ""


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
