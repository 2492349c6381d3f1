"""Wires are drawn, walked and left by keyboard alone."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain, node, wire
from tests.widgets.drag import view_point
from widgets.canvas import Canvas, End, Graph, Port
from widgets.canvas.gestures.key_wire import KeyWire

Key = Qt.Key
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
A, B, CX, CY = End("a", "out"), End("b", "out"), End("c", "x"), End("c", "y")


def press(canvas: Canvas, *keys: Key, held: Qt.KeyboardModifier | None = None) -> None:
    for key in keys:
        QTest.keyClick(canvas, key, held or Qt.KeyboardModifier.NoModifier)


def text(canvas: Canvas) -> str:
    assert isinstance(canvas.gesture, KeyWire)
    return canvas.gesture.text


def lit(canvas: Canvas) -> list[End]:
    """The ports that are highlighted as under the pointer."""
    items = canvas.graph_scene.nodes.items()
    return [End(name, item.hovered_port[1]) for name, item in items if item.hovered_port]


def test_w_walks_the_ports_from_near_to_far_and_enter_connects(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.connect_requested)
    canvas.select(["b"])
    press(canvas, Key.Key_W)
    offered = []
    for _ in range(4):
        offered += lit(canvas)
        press(canvas, Key.Key_Right)
    assert offered == [End("b", "in"), CX, CY, End("a", "in")]
    assert lit(canvas) == [End("b", "in")], "after the last comes the first"
    press(canvas, Key.Key_Tab, Key.Key_Down, Key.Key_Up)
    assert lit(canvas) == [CX]
    press(canvas, Key.Key_Return)
    assert asked.at(0) == [B, CX]
    assert not canvas.has_gesture
    assert lit(canvas) == []
    assert canvas.graph_scene.nodes["c"].port_marks is None


def test_only_ports_that_are_not_refused_are_offered(canvas: Canvas) -> None:
    canvas.connection_refusal = lambda source, target: None if target == CY else "no"
    canvas.select(["b"])
    press(canvas, Key.Key_W)
    assert lit(canvas) == [CY]
    press(canvas, Key.Key_Right)
    assert lit(canvas) == [CY]
    assert canvas.graph_scene.nodes["c"].port_marks == {(False, "x"): False, (False, "y"): True}


def test_where_nothing_fits_the_label_says_so(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.connect_requested)
    canvas.connection_refusal = lambda source, target: "no"
    canvas.select(["b"])
    press(canvas, Key.Key_W)
    assert text(canvas) == "No input can take node b out"
    canvas.viewport().grab()
    press(canvas, Key.Key_Right, Key.Key_Return)
    assert not canvas.has_gesture
    assert asked.count() == 0


def test_shift_w_starts_from_an_input_and_several_are_chosen_from(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.connect_requested)
    canvas.select(["c"])
    press(canvas, Key.Key_W, held=SHIFT)
    assert lit(canvas) == [CX]
    assert text(canvas).startswith("node c x\n1 of 2")
    press(canvas, Key.Key_Down)
    assert lit(canvas) == [CY]
    press(canvas, Key.Key_Return)
    assert canvas.has_gesture
    assert asked.count() == 0
    while lit(canvas) != [A]:
        press(canvas, Key.Key_Tab)
    press(canvas, Key.Key_Return)
    assert asked.at(0) == [A, CY]


def test_the_label_names_both_ports_and_what_runs_through(canvas: Canvas) -> None:
    graph = canvas.graph
    carrying = replace(graph.nodes["b"], outputs=(Port("out", "Output", "[B, 26, 26, 32]"),))
    canvas.show_graph(Graph({**graph.nodes, "b": carrying}, graph.wires))
    canvas.select(["b"])
    press(canvas, Key.Key_W, Key.Key_Right)
    first, second, third = text(canvas).split("\n")
    assert first == "node b output \N{RIGHTWARDS ARROW} node c x  [B, 26, 26, 32]"
    assert second == "2 of 4"
    assert "Enter connects" in third
    press(canvas, Key.Key_Left)
    assert "in place of the wire there" in text(canvas)


def test_a_wire_that_is_there_is_not_offered_again(canvas: Canvas) -> None:
    canvas.select(["a"])
    press(canvas, Key.Key_W)
    assert isinstance(canvas.gesture, KeyWire)
    ends = [candidate.end for candidate in canvas.gesture.candidates]
    assert End("b", "in") not in ends
    assert set(ends) == {End("a", "in"), CX, CY}


def test_a_port_out_of_view_is_brought_into_it(canvas: Canvas) -> None:
    far = node("far", 4000, 2500)
    canvas.show_graph(Graph({**canvas.graph.nodes, "far": far}, canvas.graph.wires))
    canvas.select(["b"])
    press(canvas, Key.Key_W, Key.Key_End)
    assert lit(canvas) == [End("far", "in")]
    place = view_point(canvas, canvas.port_position("far", "in", False))
    assert canvas.viewport().rect().adjusted(40, 40, -40, -40).contains(place)
    press(canvas, Key.Key_Home)
    assert lit(canvas) != [End("far", "in")]


def test_the_wire_on_offer_is_painted(canvas: Canvas) -> None:
    accent = canvas.graph_scene.look.accent.name()
    canvas.select(["b"])
    press(canvas, Key.Key_W, Key.Key_Right)
    assert isinstance(canvas.gesture, KeyWire)
    curve = canvas.gesture.curve_to(canvas.port_position("c", "x", False))
    image = canvas.viewport().grab().toImage()
    # The very middle of this detour runs level; ends and bends are softened.
    assert image.pixelColor(curve.pointAtPercent(1.0).toPoint()).name() == accent


@pytest.mark.parametrize("way", ["escape", "click", "focus", "gone"])
def test_wiring_is_given_up(qtbot: QtBot, canvas: Canvas, way: str) -> None:
    field = QLineEdit(canvas)
    field.show()
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    asked = QSignalSpy(canvas.connect_requested)
    canvas.select(["b"])
    press(canvas, Key.Key_W, Key.Key_Right)
    assert canvas.has_gesture
    if way == "escape":
        press(canvas, Key.Key_Escape)
        assert canvas.selected_nodes() == ["b"]
    elif way == "click":
        QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    elif way == "focus":
        field.setFocus()
    else:
        canvas.show_graph(Graph({"a": chain().nodes["a"]}))
    assert not canvas.has_gesture
    assert lit(canvas) == []
    assert all(item.port_marks is None for item in canvas.graph_scene.nodes.values())
    assert asked.count() == 0


def test_the_mouse_can_rest_over_the_canvas_meanwhile(canvas: Canvas) -> None:
    canvas.select(["b"])
    press(canvas, Key.Key_W)
    QTest.mouseMove(canvas.viewport(), view_point(canvas, canvas.node_rect("a").center()))
    assert canvas.has_gesture
    assert lit(canvas) == [End("b", "in")]


def test_other_keys_do_nothing_meanwhile(canvas: Canvas) -> None:
    spies = [QSignalSpy(s) for s in (canvas.delete_requested, canvas.nudged, canvas.add_requested)]
    canvas.select(["b"])
    press(canvas, Key.Key_W)
    press(canvas, Key.Key_Delete, Key.Key_A, Key.Key_Backspace, Key.Key_W)
    press(canvas, Key.Key_Backtab, held=SHIFT)
    assert canvas.has_gesture
    assert [spy.count() for spy in spies] == [0, 0, 0]
    zoom = canvas.zoom
    press(canvas, Key.Key_Plus)
    assert canvas.zoom > zoom
    assert canvas.has_gesture


def test_ports_are_judged_anew_when_the_graph_changes(canvas: Canvas) -> None:
    canvas.select(["b"])
    press(canvas, Key.Key_W, Key.Key_Right, Key.Key_Right)
    assert lit(canvas) == [CY]
    graph = chain()
    canvas.show_graph(Graph({**graph.nodes, "d": node("d", 30, 100)}, graph.wires))
    assert lit(canvas) == [CY]
    assert isinstance(canvas.gesture, KeyWire)
    assert End("d", "in") in [candidate.end for candidate in canvas.gesture.candidates]


@pytest.mark.parametrize("selected", [[], ["a", "b"], ["sink"]])
def test_without_one_node_with_an_output_w_does_nothing(
    canvas: Canvas, selected: list[str]
) -> None:
    sink = node("sink", 300, 0, outputs=())
    canvas.show_graph(Graph({**canvas.graph.nodes, "sink": sink}, canvas.graph.wires))
    canvas.select(selected)
    press(canvas, Key.Key_W)
    assert not canvas.has_gesture


@pytest.fixture
def cross(canvas: Canvas) -> Canvas:
    """a and b feed c, which feeds d and e."""
    nodes = [
        node("a", -400, 0),
        node("b", -400, 200),
        node("c", 0, 100, inputs=("x", "y")),
        node("d", 400, 0),
        node("e", 400, 200),
    ]
    wires = (
        wire("c.out", "e.in"),
        wire("b.out", "c.y"),
        wire("a.out", "c.x"),
        wire("c.out", "d.in"),
    )
    canvas.show_graph(Graph({view.id: view for view in nodes}, wires))
    canvas.centerOn(QPointF(80, 130))
    canvas.select(["c"])
    return canvas


ROUND = [CX, CY, End("d", "in"), End("e", "in")]


@pytest.mark.parametrize(
    ("forth", "back"),
    [
        ((Key.Key_BracketRight, None), (Key.Key_BracketLeft, None)),
        ((Key.Key_Right, ALT | SHIFT), (Key.Key_Left, ALT | SHIFT)),
    ],
)
def test_the_wires_of_a_node_are_walked(
    cross: Canvas,
    forth: tuple[Key, Qt.KeyboardModifier | None],
    back: tuple[Key, Qt.KeyboardModifier | None],
) -> None:
    walked = []
    for _ in range(5):
        press(cross, forth[0], held=forth[1])
        walked += cross.selected_wires()
        assert cross.selected_nodes() == []
    assert walked == [*ROUND, ROUND[0]]
    press(cross, back[0], held=back[1])
    assert cross.selected_wires() == [ROUND[-1]]
    cross.select(["c"])
    press(cross, back[0], held=back[1])
    assert cross.selected_wires() == [ROUND[-1]]


def test_a_walked_wire_is_deleted_and_left_to_its_ends(cross: Canvas) -> None:
    gone = QSignalSpy(cross.delete_requested)
    press(cross, Key.Key_BracketRight, Key.Key_Delete)
    assert gone.at(0) == [[], [CX]]
    press(cross, Key.Key_Down)
    assert cross.selected_wires() == [CY]
    press(cross, Key.Key_Left)
    assert (cross.selected_nodes(), cross.selected_wires()) == (["b"], [])
    press(cross, Key.Key_BracketRight, Key.Key_Right)
    assert cross.selected_nodes() == ["c"]


def test_a_clicked_wire_is_walked_on_from_its_source(cross: Canvas) -> None:
    item = cross.graph_scene.wires[End("c", "out"), End("d", "in")]
    point = view_point(cross, item.path.pointAtPercent(0.5))
    QTest.mouseClick(cross.viewport(), Qt.MouseButton.LeftButton, pos=point)
    press(cross, Key.Key_BracketRight)
    assert cross.selected_wires() == [End("e", "in")]


def test_a_node_without_wires_is_left_selected(canvas: Canvas) -> None:
    canvas.select(["c"])
    press(canvas, Key.Key_BracketRight)
    assert canvas.selected_nodes() == ["c"]
