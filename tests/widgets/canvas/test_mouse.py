"""What the mouse does to nodes, the selection and the view."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain
from tests.widgets.drag import press_move_release, view_point
from widgets.canvas import Canvas, Frame, Graph

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def center(canvas: Canvas, node: str) -> QPoint:
    return view_point(canvas, canvas.node_rect(node).center())


def click(canvas: Canvas, at: QPoint, keys: Qt.KeyboardModifier | None = None) -> None:
    modifiers = keys or Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(canvas.viewport(), LEFT, modifiers, at)


def empty_place(canvas: Canvas) -> QPoint:
    return view_point(canvas, QPointF(-100, -150))


def test_a_drag_moves_all_selected_nodes_and_reports_once(canvas: Canvas) -> None:
    canvas.select(["a", "c"])
    moves = QSignalSpy(canvas.moved)
    start = center(canvas, "a")
    press_move_release(canvas.viewport(), start, start + QPoint(40, 30))
    assert moves.count() == 1
    assert moves.at(0)[0] == {"a": (-260.0, 30.0), "c": (40.0, 190.0)}
    assert canvas.node_rect("a").topLeft() == QPointF(-260, 30)


def test_wires_follow_a_drag(canvas: Canvas) -> None:
    start = center(canvas, "b")
    press_move_release(canvas.viewport(), start, start + QPoint(50, 60), release=False)
    (item,) = canvas.graph_scene.wires.values()
    assert item.path.pointAtPercent(1) == canvas.port_position("b", "in", False)
    assert canvas.port_position("b", "in", False).x() == 50


def test_a_drag_is_measured_in_scene_pixels(canvas: Canvas) -> None:
    canvas.set_zoom(2.0)
    moves = QSignalSpy(canvas.moved)
    start = center(canvas, "b")
    press_move_release(canvas.viewport(), start, start + QPoint(40, 20))
    assert moves.at(0)[0]["b"] == (pytest.approx(20), pytest.approx(10))


def test_control_aligns_the_dragged_node_with_the_grid(canvas: Canvas) -> None:
    moves = QSignalSpy(canvas.moved)
    canvas.select(["b"])
    start = center(canvas, "c")
    press_move_release(canvas.viewport(), start, start + QPoint(21, 13), modifiers=CTRL)
    assert moves.at(0)[0]["c"] == (24.0, 176.0)
    assert set(moves.at(0)[0]) == {"b", "c"}


def test_escape_puts_dragged_nodes_back(canvas: Canvas) -> None:
    moves = QSignalSpy(canvas.moved)
    start = center(canvas, "b")
    press_move_release(canvas.viewport(), start, start + QPoint(90, 20), release=False)
    assert canvas.node_rect("b").left() == 90
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start)
    assert canvas.node_rect("b").left() == 0
    assert moves.count() == 0


def test_a_node_removed_during_its_drag_is_not_reported(canvas: Canvas) -> None:
    canvas.select(["b", "c"])
    moves = QSignalSpy(canvas.moved)
    start = center(canvas, "b")
    press_move_release(canvas.viewport(), start, start + QPoint(50, 0), release=False)
    nodes = {key: view for key, view in chain().nodes.items() if key != "c"}
    canvas.show_graph(Graph(nodes, chain().wires))
    assert canvas.node_rect("b").left() == 50
    QTest.mouseRelease(
        canvas.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, start + QPoint(50, 0)
    )
    assert moves.at(0)[0] == {"b": (50.0, 0.0)}


def test_clicks_select(canvas: Canvas) -> None:
    changes = QSignalSpy(canvas.selection_changed)
    click(canvas, center(canvas, "a"))
    assert canvas.selected_nodes() == ["a"]
    click(canvas, center(canvas, "b"), CTRL)
    assert canvas.selected_nodes() == ["a", "b"]
    click(canvas, center(canvas, "a"), SHIFT)
    assert canvas.selected_nodes() == ["b"]
    click(canvas, empty_place(canvas))
    assert canvas.selected_nodes() == []
    assert [changes.at(i)[0] for i in range(changes.count())] == [["a"], ["a", "b"], ["b"], []]


def test_a_click_on_one_of_several_selects_it_alone(canvas: Canvas) -> None:
    canvas.select(["a", "b"])
    click(canvas, center(canvas, "b"))
    assert canvas.selected_nodes() == ["b"]


def test_a_box_selects_what_it_touches(canvas: Canvas) -> None:
    start = view_point(canvas, QPointF(-60, -60))
    press_move_release(canvas.viewport(), start, view_point(canvas, QPointF(40, 200)))
    assert set(canvas.selected_nodes()) == {"b", "c"}


def test_a_box_with_shift_adds(canvas: Canvas) -> None:
    canvas.select(["a"])
    start = view_point(canvas, QPointF(-60, 140))
    end = view_point(canvas, QPointF(40, 200))
    press_move_release(canvas.viewport(), start, end, modifiers=SHIFT)
    assert set(canvas.selected_nodes()) == {"a", "c"}


def test_escape_during_a_box_restores_the_selection(canvas: Canvas) -> None:
    canvas.select(["a"])
    start = view_point(canvas, QPointF(-60, -60))
    end = view_point(canvas, QPointF(40, 200))
    press_move_release(canvas.viewport(), start, end, release=False)
    assert set(canvas.selected_nodes()) == {"b", "c"}
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.selected_nodes() == ["a"]


def test_a_click_on_a_wire_selects_it(canvas: Canvas) -> None:
    middle = view_point(canvas, QPointF(-74, 27))
    click(canvas, middle)
    assert [end.node for end in canvas.selected_wires()] == ["b"]
    assert canvas.selected_nodes() == []


def test_a_frame_drags_its_nodes_by_the_title(canvas: Canvas) -> None:
    graph = chain()
    canvas.show_graph(Graph(graph.nodes, graph.wires, (Frame("f", "Pair", ("b", "c")),)))
    frame = canvas.graph_scene.frames["f"]
    moves = QSignalSpy(canvas.moved)
    start = view_point(canvas, frame.title_rect().center())
    press_move_release(canvas.viewport(), start, start + QPoint(16, 8))
    assert moves.at(0)[0] == {"b": (16.0, 8.0), "c": (16.0, 168.0)}
    assert frame.rect.contains(canvas.node_rect("c"))


def wheel(canvas: Canvas, at: QPoint, angle: int, pixels: QPoint, ctrl: bool = False) -> None:
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.viewport().mapToGlobal(at)),
        pixels,
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        CTRL if ctrl else Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas.viewport(), event)


def test_the_wheel_zooms_around_the_pointer(canvas: Canvas) -> None:
    at = QPoint(730, 210)
    held = canvas.scene_point(QPointF(at))
    wheel(canvas, at, 120, QPoint())
    assert canvas.zoom == pytest.approx(1.2)
    moved = canvas.viewportTransform().map(held) - QPointF(at)
    assert moved.manhattanLength() <= 1.5


@pytest.mark.parametrize(("angle", "limit"), [(120, 4.0), (-120, 0.05)])
def test_the_zoom_has_limits(canvas: Canvas, angle: int, limit: float) -> None:
    for _ in range(40):
        wheel(canvas, QPoint(100, 100), angle, QPoint())
    assert canvas.zoom == limit


def test_a_trackpad_pans_and_with_control_zooms(canvas: Canvas) -> None:
    before = view_point(canvas, QPointF(0, 0))
    wheel(canvas, QPoint(300, 300), 120, QPoint(0, 25))
    assert view_point(canvas, QPointF(0, 0)) - before == QPoint(0, 25)
    assert canvas.zoom == 1.0
    wheel(canvas, QPoint(300, 300), 120, QPoint(0, 25), ctrl=True)
    assert canvas.zoom > 1.0


def test_the_middle_button_pans(canvas: Canvas) -> None:
    before = view_point(canvas, QPointF(0, 0))
    start = center(canvas, "b")
    press_move_release(canvas.viewport(), start, start + QPoint(70, -35), button=MIDDLE)
    assert view_point(canvas, QPointF(0, 0)) - before == QPoint(70, -35)
    assert canvas.selected_nodes() == []


def test_space_and_the_left_button_pan(canvas: Canvas) -> None:
    before = view_point(canvas, QPointF(0, 0))
    start = center(canvas, "b")
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    press_move_release(canvas.viewport(), start, start + QPoint(30, 20))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert view_point(canvas, QPointF(0, 0)) - before == QPoint(30, 20)
    click(canvas, center(canvas, "b"))
    assert canvas.selected_nodes() == ["b"]


def test_a_double_click_below_the_title_activates(canvas: Canvas, qtbot: QtBot) -> None:
    rect = canvas.node_rect("b")
    with qtbot.waitSignal(canvas.node_activated) as activated:
        QTest.mouseDClick(
            canvas.viewport(),
            LEFT,
            Qt.KeyboardModifier.NoModifier,
            view_point(canvas, rect.bottomLeft() + QPointF(40, -8)),
        )
    assert activated.args == ["b"]


def test_the_pointer_shows_what_can_be_pressed(canvas: Canvas) -> None:
    at = view_point(canvas, canvas.port_position("b", "out", True)) + QPoint(9, 0)
    QTest.mouseMove(canvas.viewport(), at)
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    assert canvas.graph_scene.nodes["b"].hovered_port == (True, "out")
    QTest.mouseMove(canvas.viewport(), empty_place(canvas))
    assert canvas.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor
    assert not canvas.graph_scene.nodes["b"].hovered


def test_the_context_menu_is_asked_for_with_its_node(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.context_menu_requested)
    for place in (center(canvas, "c"), empty_place(canvas)):
        globally = canvas.viewport().mapToGlobal(place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, globally)
        QApplication.sendEvent(canvas.viewport(), event)
    assert [asked.at(0)[1], asked.at(1)[1]] == ["c", ""]
    assert canvas.selected_nodes() == ["c"]


def test_a_drag_zoomed_out_to_the_overview_moves_nodes(canvas: Canvas) -> None:
    canvas.set_zoom(0.2)
    moves = QSignalSpy(canvas.moved)
    start = center(canvas, "b")
    press_move_release(canvas.viewport(), start, start + QPoint(20, 10))
    assert moves.at(0)[0]["b"] == (pytest.approx(100), pytest.approx(50))
