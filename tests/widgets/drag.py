"""Drives drags with real mouse events, the way a user makes them.

The palette follows the mouse itself, so a drag from it needs nothing but press, moves and release
on its list: Qt delivers a held mouse to the widget of the press. `drag_wire` presses, moves and
releases the mouse on the canvas.
"""

from itertools import pairwise

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.canvas import Canvas, End
from widgets.palette import Palette

LEFT = Qt.MouseButton.LeftButton


def view_point(canvas: Canvas, scene_point: QPointF) -> QPoint:
    """The viewport pixel at a scene point."""
    return canvas.viewportTransform().map(scene_point).toPoint()


def press_move_release(
    widget: QWidget,
    *points: QPoint,
    button: Qt.MouseButton = LEFT,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    release: bool = True,
) -> None:
    """Press at the first point, move over the others in small steps, release at the last."""
    send_mouse(widget, QEvent.Type.MouseButtonPress, points[0], button, button, modifiers)
    for start, end in pairwise(points):
        for step in range(1, 6):
            point = start + (end - start) * step / 5
            none = Qt.MouseButton.NoButton
            send_mouse(widget, QEvent.Type.MouseMove, point, none, button, modifiers)
    if release:
        none = Qt.MouseButton.NoButton
        send_mouse(widget, QEvent.Type.MouseButtonRelease, points[-1], button, none, modifiers)


def send_mouse(
    widget: QWidget,
    kind: QEvent.Type,
    point: QPoint,
    button: Qt.MouseButton,
    buttons: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Deliver one mouse event to a widget at a point of its own coordinates."""
    at = QPointF(point)
    event = QMouseEvent(kind, at, widget.mapToGlobal(at), button, buttons, modifiers)
    QApplication.sendEvent(widget, event)


def drag_wire(qtbot: QtBot, canvas: Canvas, source: End, target: End) -> None:
    """Drag from an output port to an input port; both have to be in view."""
    start = view_point(canvas, canvas.port_position(source.node, source.port, True))
    end = view_point(canvas, canvas.port_position(target.node, target.port, False))
    area = canvas.viewport().rect()
    assert area.contains(start), "the port to drag from is out of view"
    assert area.contains(end), "the port to drag to is out of view"
    press_move_release(canvas.viewport(), start, end)


def drag_to_canvas(
    qtbot: QtBot, palette: Palette, kind: str, canvas: Canvas, point: QPoint
) -> None:
    """Drag a block from the palette and drop it at a point of the canvas' viewport.

    Both widgets have to be shown, and neither may be covered by the other: the block is dropped
    on the widget that Qt finds under the pointer. A closed family is opened first.
    """
    start = palette.item_rect(kind).center()
    source = palette.list.viewport()
    end = source.mapFromGlobal(canvas.viewport().mapToGlobal(point))
    with qtbot.waitSignal(canvas.block_dropped, timeout=1000) as dropped:
        press_move_release(source, start, start + QPoint(12, 0), end)
    assert dropped.args[0] == kind
