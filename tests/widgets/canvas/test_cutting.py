"""Wires are cut by a line drawn across them."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.samples import node, wire
from tests.widgets.drag import press_move_release, view_point
from widgets.canvas import Canvas, End, Graph

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
WAYS = [(LEFT, ALT), (RIGHT, CTRL)]


@pytest.fixture
def fan(canvas: Canvas) -> Canvas:
    """a feeds b, c and d, one below the other, far to the right."""
    nodes = [node("a", -300, 100), *(node(name, 200, 100 * i) for i, name in enumerate("bcd"))]
    wires = tuple(wire("a.out", f"{name}.in") for name in "bcd")
    canvas.show_graph(Graph({view.id: view for view in nodes}, wires))
    canvas.centerOn(QPointF(0, 120))
    return canvas


def across(canvas: Canvas, top: float, bottom: float) -> tuple[QPoint, QPoint]:
    """A line from top to bottom between the nodes, near the wires' targets."""
    return view_point(canvas, QPointF(150, top)), view_point(canvas, QPointF(150, bottom))


def lit(canvas: Canvas) -> set[str]:
    return {key[1].node for key, item in canvas.graph_scene.wires.items() if item.hovered}


@pytest.mark.parametrize(("button", "keys"), WAYS)
def test_the_wires_that_are_crossed_are_cut(
    fan: Canvas, button: Qt.MouseButton, keys: Qt.KeyboardModifier
) -> None:
    asked = QSignalSpy(fan.cut_requested)
    line = across(fan, -40, 160)
    press_move_release(fan.viewport(), *line, button=button, modifiers=keys, release=False)
    assert lit(fan) == {"b", "c"}
    assert asked.count() == 0
    QTest.mouseRelease(fan.viewport(), button, keys, line[1])
    assert asked.count() == 1
    assert set(asked.at(0)[0]) == {End("b", "in"), End("c", "in")}
    assert lit(fan) == set()
    assert not fan.has_gesture


def test_a_line_that_goes_back_lets_wires_go(fan: Canvas) -> None:
    asked = QSignalSpy(fan.cut_requested)
    top, bottom = across(fan, -40, 260)
    press_move_release(fan.viewport(), top, bottom, top + QPoint(0, 20), modifiers=ALT)
    assert asked.count() == 0


def test_a_cut_can_begin_on_a_node_and_moves_nothing(fan: Canvas) -> None:
    asked, moved = QSignalSpy(fan.cut_requested), QSignalSpy(fan.moved)
    start = view_point(fan, fan.node_rect("b").center())
    press_move_release(fan.viewport(), start, across(fan, 0, 260)[1], modifiers=ALT)
    assert (asked.count(), moved.count()) == (1, 0)


def test_escape_gives_the_cut_up(fan: Canvas) -> None:
    asked = QSignalSpy(fan.cut_requested)
    line = across(fan, -40, 260)
    press_move_release(fan.viewport(), *line, modifiers=ALT, release=False)
    assert lit(fan) == {"b", "c", "d"}
    QTest.keyClick(fan, Qt.Key.Key_Escape)
    assert lit(fan) == set()
    QTest.mouseRelease(fan.viewport(), LEFT, ALT, line[1])
    assert asked.count() == 0


def test_the_line_and_the_count_are_painted(fan: Canvas) -> None:
    error = fan.graph_scene.look.error.getRgb()

    def is_error(color: tuple[int, ...]) -> bool:
        """A thin line between two pixels has its colour in neither of them."""
        return all(abs(one - two) < 70 for one, two in zip(color, error, strict=True))

    def error_pixels() -> int:
        image = fan.viewport().grab().toImage()
        rows, columns = range(0, image.height(), 2), range(image.width())
        return sum(is_error(image.pixelColor(x, y).getRgb()) for y in rows for x in columns)

    before = error_pixels()
    press_move_release(fan.viewport(), *across(fan, -40, 260), modifiers=ALT, release=False)
    assert error_pixels() > before + 40


def test_wires_are_cut_in_the_overview_too(fan: Canvas) -> None:
    fan.set_zoom(0.2)
    fan.centerOn(QPointF(0, 120))
    asked = QSignalSpy(fan.cut_requested)
    press_move_release(fan.viewport(), *across(fan, -40, 260), modifiers=ALT)
    assert {end.node for end in asked.at(0)[0]} == {"b", "c", "d"}


@pytest.mark.parametrize("at_press", [True, False])
def test_a_cut_with_the_right_button_opens_no_menu(fan: Canvas, at_press: bool) -> None:
    """The menu comes with the press on some systems, with the release on others."""
    menus = [QSignalSpy(fan.context_menu_requested), QSignalSpy(fan.wire_menu_requested)]
    line = across(fan, -40, 260)

    def menu(point: QPoint) -> None:
        place = fan.viewport().mapToGlobal(point)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, place)
        QApplication.sendEvent(fan.viewport(), event)

    press_move_release(fan.viewport(), *line, button=RIGHT, modifiers=CTRL, release=False)
    if at_press:
        menu(line[0])
    QTest.mouseRelease(fan.viewport(), RIGHT, CTRL, line[1])
    if not at_press:
        menu(line[1])
    assert [spy.count() for spy in menus] == [0, 0]
    QTest.mouseClick(fan.viewport(), RIGHT, pos=QPoint(5, 5))
    menu(QPoint(5, 5))
    assert menus[0].count() == 1


def test_a_wire_that_vanishes_during_the_cut_is_not_cut(fan: Canvas) -> None:
    asked = QSignalSpy(fan.cut_requested)
    line = across(fan, -40, 260)
    press_move_release(fan.viewport(), *line, modifiers=ALT, release=False)
    fan.show_graph(Graph(fan.graph.nodes, fan.graph.wires[1:]))
    QTest.mouseRelease(fan.viewport(), LEFT, ALT, line[1])
    assert {end.node for end in asked.at(0)[0]} == {"c", "d"}


def test_a_right_click_on_a_wire_asks_for_the_wires_menu(fan: Canvas) -> None:
    wires, others = QSignalSpy(fan.wire_menu_requested), QSignalSpy(fan.context_menu_requested)
    item = fan.graph_scene.wires[End("a", "out"), End("c", "in")]
    point = view_point(fan, item.path.pointAtPercent(0.5))
    place = fan.viewport().mapToGlobal(point)
    for reason in (QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard):
        event = QContextMenuEvent(reason, point, place)
        QApplication.sendEvent(fan.viewport(), event)
    assert fan.selected_wires() == [End("c", "in")]
    assert [wires.at(i) for i in range(2)] == [[place, End("c", "in")]] * 2
    assert others.count() == 0
