"""Drawing, refusing, re-plugging and removing wires with the mouse."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain
from tests.widgets.drag import drag_wire, press_move_release, view_point
from widgets.canvas import Canvas, End, Graph

A, B, CX, CY = End("a", "out"), End("b", "out"), End("c", "x"), End("c", "y")


def port(canvas: Canvas, end: End, output: bool = False) -> QPoint:
    return view_point(canvas, canvas.port_position(end.node, end.port, output))


def test_a_wire_is_asked_for(canvas: Canvas, qtbot: QtBot) -> None:
    with qtbot.waitSignal(canvas.connect_requested) as asked:
        drag_wire(qtbot, canvas, B, CY)
    assert asked.args == [B, CY]
    assert len(canvas.graph_scene.wires) == 1, "the canvas itself changes nothing"


def test_a_wire_can_be_drawn_backwards(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.connect_requested)
    press_move_release(canvas.viewport(), port(canvas, CX), port(canvas, A, True))
    assert asked.at(0) == [A, CX]


def test_the_loose_end_snaps_to_a_port_within_24_pixels(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.connect_requested)
    near = port(canvas, CX) - QPoint(16, 14)
    press_move_release(canvas.viewport(), port(canvas, B, True), near)
    assert asked.at(0) == [B, CX]
    dropped = QSignalSpy(canvas.wire_dropped)
    far = port(canvas, CX) - QPoint(30, 20)
    press_move_release(canvas.viewport(), port(canvas, B, True), far)
    assert asked.count() == 1
    assert dropped.at(0)[:2] == [B, True]


def test_a_refused_wire_shows_the_reason(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.connect_requested)
    calls: list[tuple[End, End]] = []

    def refusal(source: End, target: End) -> str | None:
        calls.append((source, target))
        return "c.x takes something else" if target == CX else None

    canvas.connection_refusal = refusal
    start, end = port(canvas, B, True), port(canvas, CX)
    press_move_release(canvas.viewport(), start, end, release=False)
    assert canvas.refusal_text == "c.x takes something else"
    assert len(calls) == len(set(calls)) == 4, "every port is judged once"
    marks = canvas.graph_scene.nodes["c"].port_marks
    assert marks == {(False, "x"): False, (False, "y"): True}
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=end)
    assert asked.count() == 0
    assert canvas.refusal_text == ""
    assert canvas.graph_scene.nodes["c"].port_marks is None


def test_the_reason_is_painted_in_the_error_colour(canvas: Canvas) -> None:
    canvas.connection_refusal = lambda source, target: "no" if target == CX else None
    start = port(canvas, B, True)
    error = canvas.graph_scene.look.error.name()

    def error_pixels() -> int:
        image = canvas.viewport().grab().toImage()
        rows, columns = range(0, image.height(), 2), range(image.width())
        return sum(image.pixelColor(x, y).name() == error for y in rows for x in columns)

    press_move_release(canvas.viewport(), start, port(canvas, CY), release=False)
    assert error_pixels() == 0
    canvas.cancel_gesture()
    press_move_release(canvas.viewport(), start, port(canvas, CX), release=False)
    assert error_pixels() > 20


def test_a_connected_input_gives_up_its_wire_to_another(canvas: Canvas) -> None:
    replugged = QSignalSpy(canvas.reconnect_requested)
    press_move_release(canvas.viewport(), port(canvas, End("b", "in")), port(canvas, CX))
    assert replugged.at(0) == [End("b", "in"), A, CX]


def test_a_wire_dropped_on_nothing_is_disconnected(canvas: Canvas) -> None:
    gone = QSignalSpy(canvas.disconnect_requested)
    away = view_point(canvas, QPointF(-100, -200))
    press_move_release(canvas.viewport(), port(canvas, End("b", "in")), away)
    assert gone.at(0) == [End("b", "in")]


def test_a_wire_put_back_where_it_was_changes_nothing(canvas: Canvas) -> None:
    spies = [
        QSignalSpy(signal)
        for signal in (
            canvas.connect_requested,
            canvas.disconnect_requested,
            canvas.reconnect_requested,
        )
    ]
    canvas.connection_refusal = lambda source, target: "taken"
    start = port(canvas, End("b", "in"))
    press_move_release(canvas.viewport(), start, start - QPoint(60, 40), start)
    press_move_release(canvas.viewport(), start, start)
    assert [spy.count() for spy in spies] == [0, 0, 0]
    assert all(wire.isVisible() for wire in canvas.graph_scene.wires.values())


def test_escape_gives_up_a_wire(canvas: Canvas) -> None:
    gone = QSignalSpy(canvas.disconnect_requested)
    start = port(canvas, End("b", "in"))
    press_move_release(canvas.viewport(), start, start - QPoint(90, 90), release=False)
    (wire,) = canvas.graph_scene.wires.values()
    assert not wire.isVisible()
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton)
    assert wire.isVisible()
    assert gone.count() == 0


def test_a_wire_whose_node_vanishes_is_given_up(canvas: Canvas) -> None:
    start = port(canvas, B, True)
    press_move_release(canvas.viewport(), start, start + QPoint(40, 40), release=False)
    graph = chain()
    canvas.show_graph(Graph({"a": graph.nodes["a"]}))
    assert not canvas.has_gesture


def test_ports_are_judged_again_when_the_graph_changes_during_a_drag(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.connect_requested)
    start = port(canvas, B, True)
    press_move_release(canvas.viewport(), start, start + QPoint(40, 40), release=False)
    graph = chain()
    moved = replace(graph.nodes["c"], position=(40.0, 120.0))
    canvas.show_graph(Graph({**graph.nodes, "c": moved}, graph.wires))
    QTest.mouseRelease(canvas.viewport(), Qt.MouseButton.LeftButton, pos=port(canvas, CX))
    assert asked.at(0) == [B, CX]


@pytest.mark.parametrize("zoom", [0.4, 1.0, 2.0])
def test_wires_are_drawn_at_every_zoom(canvas: Canvas, qtbot: QtBot, zoom: float) -> None:
    canvas.set_zoom(zoom)
    canvas.centerOn(QPointF(80, 110))
    asked = QSignalSpy(canvas.connect_requested)
    drag_wire(qtbot, canvas, B, CY)
    assert asked.at(0) == [B, CY]
