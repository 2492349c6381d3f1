"""Dots in wires: drawn, hit, moved and wired apart from cards."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QToolTip

from tests.widgets.canvas.samples import node, wire
from tests.widgets.drag import press_move_release, send_mouse, view_point
from widgets.canvas import Canvas, End, Graph
from widgets.canvas.dot_item import DotItem

NONE = Qt.MouseButton.NoButton
DOT_OUT = End("dot", "out")


def graph(**dot: object) -> Graph:
    """a -> dot -> b, and a free c below."""
    nodes = [
        node("a", -300, 0),
        node("dot", -40, 60, shape="dot", detail=("[B, 8]",), **dot),
        node("b", 120, 0),
        node("c", 120, 160),
    ]
    return Graph(
        {view.id: view for view in nodes}, (wire("a.out", "dot.in"), wire("dot.out", "b.in"))
    )


@pytest.fixture
def dotted(canvas: Canvas) -> Canvas:
    canvas.show_graph(graph())
    canvas.centerOn(QPointF(0, 80))
    return canvas


def middle(canvas: Canvas) -> QPoint:
    return view_point(canvas, canvas.node_rect("dot").center())


def handle(canvas: Canvas, output: bool) -> QPoint:
    return middle(canvas) + QPoint(15 if output else -15, 0)


def test_a_dot_is_a_small_circle_with_both_ports_in_its_middle(dotted: Canvas) -> None:
    rect = dotted.node_rect("dot")
    assert rect.width() == rect.height() == 16
    assert dotted.port_position("dot", "in", False) == rect.center()
    assert dotted.port_position("dot", "out", True) == rect.center()
    before, after = dotted.graph_scene.wires.values()
    assert before.path.pointAtPercent(1) == after.path.pointAtPercent(0) == rect.center()
    assert before.path.angleAtPercent(1) == pytest.approx(after.path.angleAtPercent(0), abs=1)


def test_the_wire_runs_on_in_its_colour(dotted: Canvas) -> None:
    image = dotted.viewport().grab().toImage()
    assert image.pixelColor(middle(dotted)).name() == dotted.graph_scene.look.wire.name()
    dotted.select(["dot"])
    image = dotted.viewport().grab().toImage()
    assert image.pixelColor(middle(dotted)).name() == dotted.graph_scene.look.accent.name()


def test_a_dot_without_an_input_is_hollow(dotted: Canvas) -> None:
    dotted.show_graph(Graph(graph().nodes))
    image = dotted.viewport().grab().toImage()
    assert image.pixelColor(middle(dotted)).name() == dotted.graph_scene.look.surface.name()


def test_a_dot_is_moved_by_its_body(dotted: Canvas) -> None:
    moved = QSignalSpy(dotted.moved)
    press_move_release(dotted.viewport(), middle(dotted), middle(dotted) + QPoint(50, 40))
    assert moved.at(0)[0] == {"dot": (10.0, 100.0)}
    (_, after) = dotted.graph_scene.wires.values()
    assert after.path.pointAtPercent(0) == dotted.node_rect("dot").center()


def test_a_wire_is_drawn_from_the_handle_at_its_right(dotted: Canvas) -> None:
    asked = QSignalSpy(dotted.connect_requested)
    end = view_point(dotted, dotted.port_position("c", "in", False))
    press_move_release(dotted.viewport(), handle(dotted, True), end)
    assert asked.at(0) == [DOT_OUT, End("c", "in")]


def test_its_wire_is_picked_up_at_its_left(dotted: Canvas) -> None:
    gone = QSignalSpy(dotted.disconnect_requested)
    start = handle(dotted, False)
    press_move_release(dotted.viewport(), start, start + QPoint(-20, 120))
    assert gone.at(0) == [End("dot", "in")]


def test_a_wire_can_be_dropped_on_a_dot(dotted: Canvas) -> None:
    dotted.show_graph(Graph(graph().nodes))
    asked = QSignalSpy(dotted.connect_requested)
    start = view_point(dotted, dotted.port_position("a", "out", True))
    press_move_release(dotted.viewport(), start, middle(dotted) - QPoint(5, 3))
    assert asked.at(0) == [End("a", "out"), End("dot", "in")]


def test_handles_show_while_the_pointer_is_near(dotted: Canvas) -> None:
    def pixel() -> str:
        image = dotted.viewport().grab().toImage()
        return image.pixelColor(handle(dotted, True) + QPoint(0, -2)).name()

    rest = pixel()
    send_mouse(dotted.viewport(), QEvent.Type.MouseMove, middle(dotted), NONE, NONE)
    assert pixel() == dotted.graph_scene.look.wire_active.name() != rest
    send_mouse(dotted.viewport(), QEvent.Type.MouseMove, handle(dotted, True), NONE, NONE)
    assert pixel() == dotted.graph_scene.look.accent.name()
    send_mouse(dotted.viewport(), QEvent.Type.MouseMove, QPoint(5, 5), NONE, NONE)
    assert pixel() == rest


def test_its_tooltip_is_what_runs_through_it(
    dotted: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, *_: shown.append(text))

    def hover() -> None:
        at = middle(dotted)
        event = QHelpEvent(QEvent.Type.ToolTip, at, dotted.viewport().mapToGlobal(at))
        QApplication.sendEvent(dotted.viewport(), event)

    hover()
    faulty = replace(graph().nodes["dot"], badge="error", badge_text="not connected")
    dotted.show_graph(Graph({**graph().nodes, "dot": faulty}))
    hover()
    assert shown == ["[B, 8]", "[B, 8]<br>not connected"]


def test_a_card_can_become_a_dot_and_keeps_wires_and_selection(dotted: Canvas) -> None:
    cards = graph()
    card = replace(cards.nodes["dot"], shape="card")
    dotted.show_graph(Graph({**cards.nodes, "dot": card}, cards.wires))
    dotted.select(["dot"])
    assert not isinstance(dotted.graph_scene.nodes["dot"], DotItem)
    dotted.show_graph(cards)
    item = dotted.graph_scene.nodes["dot"]
    assert isinstance(item, DotItem)
    assert item.selected
    assert dotted.selected_nodes() == ["dot"]
    assert {w.source for w in dotted.graph_scene.wires.values()} == {
        dotted.graph_scene.nodes["a"],
        item,
    }
    assert item.connected == {(False, "in"): 1, (True, "out"): 1}


def test_a_dot_in_the_way_back_is_passed_through_to_the_left(canvas: Canvas) -> None:
    """As in the way to a new row: the dot lies on it and does not bend it."""
    nodes = [node("a", 200, -80), node("dot", 0, 92, shape="dot"), node("b", -300, 160)]
    wires = (wire("a.out", "dot.in"), wire("dot.out", "b.in"))
    canvas.show_graph(Graph({view.id: view for view in nodes}, wires))
    dot = canvas.node_rect("dot").center()
    before, after = canvas.graph_scene.wires.values()
    reach = before.path.boundingRect().united(after.path.boundingRect())
    assert reach.left() < canvas.node_rect("b").left()
    assert before.path.boundingRect().left() == after.path.boundingRect().right() == dot.x()
    assert before.path.angleAtPercent(0.99) == pytest.approx(180)
    assert after.path.angleAtPercent(0.01) == pytest.approx(180)
    asked = QSignalSpy(canvas.wire_dropped)
    start = middle(canvas) - QPoint(15, 0)
    press_move_release(canvas.viewport(), start, start + QPoint(-40, -60))
    assert asked.at(0)[0] == DOT_OUT, "the output is where the wire leaves"


def test_a_dot_turns_while_it_is_moved(canvas: Canvas) -> None:
    nodes = [node("a", 0, -80), node("dot", -60, 92, shape="dot"), node("b", -300, 160)]
    wires = (wire("a.out", "dot.in"), wire("dot.out", "b.in"))
    canvas.show_graph(Graph({view.id: view for view in nodes}, wires))
    before, after = canvas.graph_scene.wires.values()
    turned = (before.path, after.path)
    start = middle(canvas)
    press_move_release(canvas.viewport(), start, start + QPoint(300, 0), release=False)
    assert canvas.graph_scene.nodes["dot"].heading == 1
    press_move_release(canvas.viewport(), start + QPoint(300, 0), start)
    assert canvas.graph_scene.nodes["dot"].heading == -1
    assert (before.path, after.path) == turned
    canvas.preview({"a": (-500.0, -80.0)})
    assert canvas.graph_scene.nodes["dot"].heading == 1, "what feeds it was moved"
    canvas.show_graph(Graph(canvas.graph.nodes, wires[1:]))
    assert canvas.graph_scene.nodes["dot"].heading == -1, "nothing feeds it any more"


def test_a_double_click_on_a_wire_asks_for_a_dot_there(canvas: Canvas) -> None:
    asked, added = QSignalSpy(canvas.reroute_requested), QSignalSpy(canvas.add_requested)
    start, end = canvas.port_position("a", "out", True), canvas.port_position("b", "in", False)
    point = (start + end) / 2
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=view_point(canvas, point))
    assert added.count() == 0
    target, x, y = asked.at(0)
    assert target == End("b", "in")
    assert (QPointF(x, y) - point).manhattanLength() < 2


def test_a_free_dot_dropped_on_a_wire_asks_to_be_inserted(canvas: Canvas) -> None:
    before = canvas.graph
    free = node("dot", -60, 200, shape="dot")
    canvas.show_graph(Graph({**before.nodes, "dot": free, "b": node("b", 100, 0)}, before.wires))
    canvas.may_insert = lambda *_: True
    asked = QSignalSpy(canvas.insert_requested)
    start, end = canvas.port_position("a", "out", True), canvas.port_position("b", "in", False)
    on_wire = view_point(canvas, (start + end) / 2)
    press_move_release(canvas.viewport(), middle(canvas), on_wire + QPoint(0, 6))
    assert asked.count() == 1
    assert asked.at(0)[3] == End("b", "in")
