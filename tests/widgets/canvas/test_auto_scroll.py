"""The view follows a gesture that is held at its edge."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from tests.widgets.drag import press_move_release, send_mouse, view_point
from widgets.canvas import Canvas, End

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
ALT = Qt.KeyboardModifier.AltModifier


def center(canvas: Canvas) -> QPointF:
    x, y, _ = canvas.view_state()
    return QPointF(x, y)


def edges(canvas: Canvas) -> dict[str, tuple[QPoint, QPointF]]:
    """A point at each edge, and the way that the view should go there."""
    area = canvas.viewport().rect()
    middle = area.center()
    return {
        "right": (QPoint(area.right() - 4, middle.y()), QPointF(1, 0)),
        "left": (QPoint(4, middle.y()), QPointF(-1, 0)),
        "top": (QPoint(middle.x(), 4), QPointF(0, -1)),
        "below": (QPoint(middle.x(), area.bottom() + 60), QPointF(0, 1)),
    }


@pytest.mark.parametrize("edge", ["right", "left", "top", "below"])
def test_a_moved_node_goes_on_beyond_the_edge(canvas: Canvas, qtbot: QtBot, edge: str) -> None:
    moves, before = QSignalSpy(canvas.moved), center(canvas)
    end, way = edges(canvas)[edge]
    start = view_point(canvas, canvas.node_rect("b").center())
    press_move_release(canvas.viewport(), start, end, release=False)
    qtbot.waitUntil(lambda: QPointF.dotProduct(center(canvas) - before, way) > 100)
    under_pointer = view_point(canvas, canvas.node_rect("b").center())
    assert (under_pointer - end).manhattanLength() <= 2, "the node stays at the pointer"
    across = QPointF(way.y(), way.x())
    assert abs(QPointF.dotProduct(center(canvas) - before, across)) < 1
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=end)
    x, y = moves.at(0)[0]["b"]
    assert QPointF.dotProduct(QPointF(x, y), way) > 300
    assert not canvas.auto_scroll.active


def test_it_is_faster_farther_out(canvas: Canvas, qtbot: QtBot) -> None:
    start = view_point(canvas, canvas.node_rect("b").center())
    press_move_release(canvas.viewport(), start, start + QPoint(40, 0), release=False)
    right = canvas.viewport().rect().right()
    steps = []
    for x in (right - 15, right + 90):
        place = QPoint(x, start.y())
        send_mouse(canvas.viewport(), QEvent.Type.MouseMove, place, NONE, LEFT)
        bar = canvas.horizontalScrollBar()
        with qtbot.waitSignal(bar.valueChanged):
            before = bar.value()
        steps.append(bar.value() - before)
    assert 0 < steps[0] < steps[1]


def test_it_stops_inside_and_with_escape(canvas: Canvas, qtbot: QtBot) -> None:
    start = view_point(canvas, canvas.node_rect("b").center())
    end, _ = edges(canvas)["right"]
    press_move_release(canvas.viewport(), start, end, release=False)
    assert canvas.auto_scroll.active
    send_mouse(canvas.viewport(), QEvent.Type.MouseMove, start, NONE, LEFT)
    assert not canvas.auto_scroll.active
    send_mouse(canvas.viewport(), QEvent.Type.MouseMove, end, NONE, LEFT)
    assert canvas.auto_scroll.active
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not canvas.auto_scroll.active)
    assert canvas.node_rect("b").left() == 0


def test_a_box_grows_with_the_view(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.center_on("a")
    canvas.pan_by(QPointF(300, 0))
    area = canvas.viewport().rect()
    start = view_point(canvas, QPointF(-320, -60))
    canvas.select([])
    end = QPoint(area.right() - 2, view_point(canvas, QPointF(0, 250)).y())
    press_move_release(canvas.viewport(), start, QPoint(area.center().x(), end.y()), release=False)
    canvas.pan_by(QPointF(500, 0))
    send_mouse(canvas.viewport(), QEvent.Type.MouseMove, end, NONE, LEFT)
    qtbot.waitUntil(lambda: set(canvas.selected_nodes()) == {"a", "b", "c"})


def test_a_wire_reaches_a_port_out_of_view(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.center_on("a")
    canvas.pan_by(QPointF(300, 0))
    start = view_point(canvas, canvas.port_position("a", "out", True))
    middle, area = canvas.viewport().rect().center(), canvas.viewport().rect()
    assert area.contains(start)
    assert not area.contains(view_point(canvas, canvas.port_position("c", "x", False)))
    asked = QSignalSpy(canvas.connect_requested)
    press_move_release(
        canvas.viewport(), start, middle, QPoint(area.right() - 3, middle.y()), release=False
    )
    inner = area.adjusted(60, 60, -60, -60)
    qtbot.waitUntil(
        lambda: inner.contains(view_point(canvas, canvas.port_position("c", "x", False)))
    )
    port = view_point(canvas, canvas.port_position("c", "x", False))
    send_mouse(canvas.viewport(), QEvent.Type.MouseMove, port, NONE, LEFT)
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=port)
    assert asked.at(0) == [End("a", "out"), End("c", "x")]


def test_a_press_at_the_edge_sets_nothing_in_motion(canvas: Canvas) -> None:
    area = canvas.viewport().rect()
    start = QPoint(area.right() - 4, area.center().y())
    press_move_release(canvas.viewport(), start, start + QPoint(-8, 6), release=False)
    assert canvas.has_gesture
    assert not canvas.auto_scroll.active
    send_mouse(canvas.viewport(), QEvent.Type.MouseMove, QPoint(area.right() + 9, 90), NONE, LEFT)
    assert canvas.auto_scroll.active


def test_a_cut_is_followed_and_a_pan_is_not(canvas: Canvas) -> None:
    area = canvas.viewport().rect()
    end = QPoint(area.right() - 4, area.center().y())
    press_move_release(canvas.viewport(), QPoint(90, 90), end, modifiers=ALT, release=False)
    assert canvas.auto_scroll.active
    QTest.mouseRelease(canvas.viewport(), LEFT, ALT, end)
    middle = Qt.MouseButton.MiddleButton
    press_move_release(canvas.viewport(), QPoint(90, 90), end, button=middle, release=False)
    assert canvas.has_gesture
    assert not canvas.auto_scroll.active
