"""What keys do on the canvas."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest

from widgets.canvas import Canvas, End

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier


def test_arrows_nudge_by_the_grid(canvas: Canvas) -> None:
    nudges = QSignalSpy(canvas.nudged)
    canvas.select(["a", "b"])
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    QTest.keyClick(canvas, Qt.Key.Key_Up, SHIFT)
    assert nudges.at(0)[0] == {"a": (-292.0, 0.0), "b": (8.0, 0.0)}
    assert nudges.at(1)[0] == {"a": (-300.0, -80.0), "b": (0.0, -80.0)}


def test_arrows_find_a_node_when_none_is_selected_and_alt_walks_on(canvas: Canvas) -> None:
    nudges = QSignalSpy(canvas.nudged)
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.selected_nodes() == ["a"]
    QTest.keyClick(canvas, Qt.Key.Key_Right, ALT)
    assert canvas.selected_nodes() == ["b"]
    QTest.keyClick(canvas, Qt.Key.Key_Down, ALT)
    assert canvas.selected_nodes() == ["c"]
    assert nudges.count() == 0


def test_delete_asks_for_nodes_and_wires(canvas: Canvas) -> None:
    asked = QSignalSpy(canvas.delete_requested)
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert asked.count() == 0
    canvas.graph_scene.select(["c"], [(End("a", "out"), End("b", "in"))])
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    QTest.keyClick(canvas, Qt.Key.Key_Backspace)
    assert asked.count() == 2
    assert asked.at(0) == [["c"], [End("b", "in")]]


def test_select_all_and_escape(canvas: Canvas) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_A, CTRL)
    assert set(canvas.selected_nodes()) == {"a", "b", "c"}
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.selected_nodes() == []


def test_enter_acts_on_a_single_node(canvas: Canvas) -> None:
    activated = QSignalSpy(canvas.node_activated)
    for selected in (["a", "b"], ["c"]):
        canvas.select(selected)
        QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert activated.count() == 1
    assert activated.at(0) == ["c"]


def test_fitting_and_zooming(canvas: Canvas) -> None:
    canvas.centerOn(QPointF(5000, 5000))
    QTest.keyClick(canvas, Qt.Key.Key_Home)
    assert all(canvas.visible_rect().contains(canvas.node_rect(node)) for node in "abc")
    canvas.select(["c"])
    QTest.keyClick(canvas, Qt.Key.Key_F)
    offset = canvas.scene_point(QPointF(canvas.viewport().rect().center()))
    assert (offset - canvas.node_rect("c").center()).manhattanLength() < 3
    QTest.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.zoom > 1.0
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    QTest.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.zoom < 1.0
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.zoom == 1.0


def test_tab_leaves_the_canvas(canvas: Canvas) -> None:
    assert canvas.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert canvas.accessibleName()
    canvas.select(["a"])
    assert canvas.accessibleDescription() == "3 blocks, 1 wire; selected: node a, Kind, detail"
