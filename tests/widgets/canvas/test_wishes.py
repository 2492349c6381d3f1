"""What the canvas asks for by keys, double-click and a node dropped on a wire."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.samples import chain, node, wire
from tests.widgets.drag import press_move_release, send_mouse, view_point
from widgets.canvas import Canvas, End, Graph
from widgets.canvas.held_wire import HeldWire

NONE = Qt.MouseButton.NoButton


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Space])
def test_a_key_asks_for_something_new_at_the_pointer(canvas: Canvas, key: Qt.Key) -> None:
    asked = QSignalSpy(canvas.add_requested)
    point = QPoint(120, 90)
    send_mouse(canvas.viewport(), QEvent.Type.MouseMove, point, NONE, NONE)
    QTest.keyClick(canvas, key)
    scene = canvas.scene_point(QPointF(point))
    assert asked.at(0) == [scene.x(), scene.y()]


def test_without_a_pointer_it_is_wanted_in_the_middle(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.add_requested)
    QApplication.sendEvent(canvas, QEvent(QEvent.Type.Leave))
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    middle = canvas.scene_point(QPointF(canvas.viewport().rect().center()))
    assert asked.at(0) == [middle.x(), middle.y()]


def test_space_held_for_a_pan_asks_for_nothing(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.add_requested)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    press_move_release(canvas.viewport(), QPoint(100, 100), QPoint(140, 120))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert asked.count() == 0
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert asked.count() == 1


def test_only_a_double_click_on_nothing_asks_for_something_new(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.add_requested)
    left = Qt.MouseButton.LeftButton
    on_node = view_point(canvas, canvas.node_rect("b").center())
    QTest.mouseDClick(canvas.viewport(), left, pos=on_node)
    start, end = canvas.port_position("a", "out", True), canvas.port_position("b", "in", False)
    QTest.mouseDClick(canvas.viewport(), left, pos=view_point(canvas, (start + end) / 2))
    assert asked.count() == 0
    QTest.mouseDClick(canvas.viewport(), left, pos=QPoint(60, 60))
    assert asked.count() == 1


@pytest.mark.parametrize(("selected", "asked"), [([], []), (["b"], ["b"]), (["a", "b"], [])])
def test_a_asks_for_what_follows_the_only_selected_node(
    canvas: Canvas, selected: list[str], asked: list[str]
) -> None:
    spy = QSignalSpy(canvas.follow_requested)
    canvas.select(selected)
    QTest.keyClick(canvas, Qt.Key.Key_A)
    assert [spy.at(i)[0] for i in range(spy.count())] == asked


def test_nothing_new_is_asked_for_during_a_drag(canvas: Canvas) -> None:
    spies = [QSignalSpy(canvas.add_requested), QSignalSpy(canvas.follow_requested)]
    start = view_point(canvas, canvas.node_rect("b").center())
    press_move_release(canvas.viewport(), start, start + QPoint(30, 30), release=False)
    for key in (Qt.Key.Key_Tab, Qt.Key.Key_A, Qt.Key.Key_Space):
        QTest.keyClick(canvas, key)
    assert [spy.count() for spy in spies] == [0, 0]
    assert canvas.has_gesture


def test_ctrl_delete_asks_for_a_bridge_and_delete_does_not(canvas: Canvas) -> None:
    bridge, delete = QSignalSpy(canvas.bridge_requested), QSignalSpy(canvas.delete_requested)
    QTest.keyClick(canvas, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert bridge.count() == 0, "nothing is selected"
    canvas.select(["b"])
    QTest.keyClick(canvas, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert bridge.at(0) == [["b"]]
    assert delete.count() == 0


@pytest.fixture
def wide(canvas: Canvas) -> Canvas:
    """a -> b with room between them, and a free c below."""
    nodes = [node("a", -400, 0), node("b", 200, 0), node("c", -80, 160)]
    canvas.show_graph(Graph({view.id: view for view in nodes}, (wire("a.out", "b.in"),)))
    canvas.center_on("c")
    return canvas


def onto_wire(canvas: Canvas, *more: QPoint, release: bool = True) -> None:
    """Drag c onto the wire, and further."""
    start, end = canvas.port_position("a", "out", True), canvas.port_position("b", "in", False)
    middle = view_point(canvas, (start + end) / 2)
    center = view_point(canvas, canvas.node_rect("c").center())
    points = (center, middle, *(middle + point for point in more))
    press_move_release(canvas.viewport(), *points, release=release)


def test_a_node_dropped_on_a_wire_asks_to_be_inserted(wide: Canvas) -> None:
    inserted, moved = QSignalSpy(wide.insert_requested), QSignalSpy(wide.moved)
    asked: list[tuple[str, End]] = []

    def may_insert(name: str, target: End) -> bool:
        asked.append((name, target))
        return True

    wide.may_insert = may_insert
    onto_wire(wide, release=False)
    (item,) = wide.graph_scene.wires.values()
    assert item.hovered
    assert set(asked) == {("c", End("b", "in"))}
    onto_wire(wide)
    assert inserted.at(0)[0] == "c"
    assert inserted.at(0)[3] == End("b", "in")
    assert moved.count() == 0


def test_the_highlight_goes_when_the_node_leaves_the_wire(wide: Canvas) -> None:
    inserted, moved = QSignalSpy(wide.insert_requested), QSignalSpy(wide.moved)
    wide.may_insert = lambda *_: True
    onto_wire(wide, QPoint(0, 150))
    (item,) = wide.graph_scene.wires.values()
    assert not item.hovered
    assert (inserted.count(), moved.count()) == (0, 1)


def test_a_node_is_not_inserted_where_the_owner_refuses(wide: Canvas) -> None:
    inserted, moved = QSignalSpy(wide.insert_requested), QSignalSpy(wide.moved)
    onto_wire(wide)
    assert (inserted.count(), moved.count()) == (0, 1)


def test_a_node_with_wires_of_its_own_is_not_inserted(wide: Canvas) -> None:
    graph = wide.graph
    far = node("d", -80, 400, inputs=())
    wires = (*graph.wires, wire("d.out", "c.in"))
    wide.show_graph(Graph({**graph.nodes, "d": far}, wires))
    inserted = QSignalSpy(wide.insert_requested)
    wide.may_insert = lambda *_: True
    onto_wire(wide)
    assert inserted.count() == 0


def test_a_wire_that_vanishes_during_the_drag_is_forgotten(wide: Canvas) -> None:
    inserted, moved = QSignalSpy(wide.insert_requested), QSignalSpy(wide.moved)
    wide.may_insert = lambda *_: True
    onto_wire(wide, release=False)
    wide.show_graph(Graph(wide.graph.nodes))
    QTest.mouseRelease(wide.viewport(), Qt.MouseButton.LeftButton)
    assert (inserted.count(), moved.count()) == (0, 1)


def test_a_held_wire_is_in_sight_until_it_is_let_go(canvas: Canvas) -> None:
    accent = canvas.graph_scene.look.accent.name()
    loose = view_point(canvas, QPointF(300, -100))

    def color_at_loose_end() -> str:
        return canvas.viewport().grab().toImage().pixelColor(loose).name()

    canvas.hold_wire(HeldWire(End("b", "out"), True, QPointF(300, -100)))
    assert color_at_loose_end() == accent
    canvas.show_graph(Graph({"a": canvas.graph.nodes["a"]}))
    assert color_at_loose_end() != accent, "its node is gone"
    canvas.show_graph(chain())
    assert color_at_loose_end() == accent
    canvas.hold_wire(None)
    assert color_at_loose_end() != accent
