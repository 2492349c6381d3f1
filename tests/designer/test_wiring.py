"""Dots, cuts, insertions and wiring by keyboard: each is one step of undo."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.design.document import End as DesignEnd
from core.project.gallery import examples
from designer.main_window import MainWindow
from tests.designer.test_adding import node, once, pick
from tests.widgets.drag import press_move_release, view_point
from widgets.block_search import BlockSearch
from widgets.canvas import End
from widgets.canvas.gestures.key_wire import KeyWire

LEFT = Qt.MouseButton.LeftButton
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


@pytest.fixture
def cnn(window: MainWindow) -> MainWindow:
    """The window on the CNN example, at 100 %, with its first wires in view and the focus on it."""
    assert window.files.read(examples()["digits_cnn"])
    window.canvas.reset_zoom()
    window.canvas.center_on(node(window, "conv_1"))
    window.canvas.setFocus()
    return window


def middle_of(window: MainWindow, source: str, target: str) -> QPoint:
    """The pixel in the middle of the wire between two nodes."""
    ends = node(window, source), node(window, target)
    items = window.canvas.graph_scene.wires.items()
    (path,) = (item.path for (a, b), item in items if (a.node, b.node) == ends)
    return view_point(window.canvas, path.pointAtPercent(0.5))


def right_click(window: MainWindow, point: QPoint) -> QMenu:
    """The menu that opens."""
    viewport = window.canvas.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, viewport.mapToGlobal(point))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(qtbot: QtBot, menu: QMenu, text: str) -> None:
    """Click on an entry of a menu."""
    action = next(a for a in menu.actions() if text in a.text().replace("&", ""))
    qtbot.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_a_double_click_on_a_wire_lays_it_through_a_dot(qtbot: QtBot, cnn: MainWindow) -> None:
    before, at = cnn.session.design, middle_of(cnn, "conv_1", "batch_norm_1")
    shapes = cnn.session.analysis.nodes[node(cnn, "batch_norm_1")].inputs
    qtbot.mouseDClick(cnn.canvas.viewport(), LEFT, pos=at)
    (dot,) = cnn.canvas.selected_nodes()
    view = cnn.canvas.graph.nodes[dot]
    assert (view.shape, view.detail) == ("dot", ("[B, 8, 8, 32]",))
    assert (view_point(cnn.canvas, cnn.canvas.node_rect(dot).center()) - at).manhattanLength() <= 2
    wires = cnn.session.design.wires
    assert wires[DesignEnd(dot, "input")] == DesignEnd(node(cnn, "conv_1"), "output")
    assert wires[DesignEnd(node(cnn, "batch_norm_1"), "input")] == DesignEnd(dot, "output")
    assert cnn.session.analysis.nodes[node(cnn, "batch_norm_1")].inputs == shapes
    assert not cnn.session.analysis.errors
    once(cnn, before, "Add Reroute dot")


def test_ctrl_delete_takes_a_dot_away_and_keeps_the_flow(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    at = middle_of(cnn, "conv_1", "batch_norm_1")
    qtbot.mouseDClick(cnn.canvas.viewport(), LEFT, pos=at)
    qtbot.keyClick(cnn.canvas, Key.Key_Delete, CONTROL)
    assert cnn.session.design.wires == before.wires
    assert cnn.session.design.nodes == before.nodes


def test_a_dot_feeds_several_inputs(qtbot: QtBot, cnn: MainWindow) -> None:
    at = middle_of(cnn, "conv_1", "batch_norm_1")
    qtbot.mouseDClick(cnn.canvas.viewport(), LEFT, pos=at)
    (dot,) = cnn.canvas.selected_nodes()
    x, y = cnn.session.design.position(node(cnn, "batch_norm_1"))
    cnn.editor.add("Dropout", x, y + 160)
    (new,) = cnn.canvas.selected_nodes()
    start = view_point(cnn.canvas, cnn.canvas.node_rect(dot).center()) + QPoint(15, 0)
    end = view_point(cnn.canvas, cnn.canvas.port_position(new, "input", False))
    press_move_release(cnn.canvas.viewport(), start, end)
    fed = {t.node for t, s in cnn.session.design.wires.items() if s.node == dot}
    assert fed == {node(cnn, "batch_norm_1"), new}
    assert cnn.session.analysis.nodes[new].outputs["output"].shape == (None, 8, 8, 32)


def test_the_wires_menu_disconnects(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    menu = right_click(cnn, middle_of(cnn, "conv_1", "batch_norm_1"))
    assert all(action.toolTip() != action.text() for action in menu.actions())
    choose(qtbot, menu, "Disconnect")
    assert DesignEnd(node(cnn, "batch_norm_1"), "input") not in cnn.session.design.wires
    once(cnn, before, "Disconnect")


def test_the_wires_menu_adds_a_dot_where_it_was_opened(qtbot: QtBot, cnn: MainWindow) -> None:
    at = middle_of(cnn, "conv_1", "batch_norm_1")
    choose(qtbot, right_click(cnn, at), "dot")
    (dot,) = cnn.canvas.selected_nodes()
    assert cnn.canvas.graph.nodes[dot].shape == "dot"
    assert (view_point(cnn.canvas, cnn.canvas.node_rect(dot).center()) - at).manhattanLength() <= 2


def test_the_wires_menu_inserts_one_of_the_blocks_that_fit(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    choose(qtbot, right_click(cnn, middle_of(cnn, "conv_1", "batch_norm_1")), "Insert")
    search = QApplication.activePopupWidget()
    assert isinstance(search, BlockSearch)
    offered = search.visible_kinds()
    assert {"Conv", "Dropout", "MaxPool", "Reroute"} <= set(offered)
    assert not {"LSTM", "Input", "CrossEntropy", "Embedding"} & set(offered)
    new = pick(qtbot, cnn, "dropout")
    wires = cnn.session.design.wires
    assert wires[DesignEnd(new, "input")] == DesignEnd(node(cnn, "conv_1"), "output")
    assert wires[DesignEnd(node(cnn, "batch_norm_1"), "input")] == DesignEnd(new, "output")
    rects = [cnn.canvas.node_rect(i) for i in cnn.session.design.nodes if i != new]
    assert not any(cnn.canvas.node_rect(new).intersects(rect) for rect in rects)
    once(cnn, before, "Insert Dropout")


def test_wires_are_cut_by_a_line_in_one_step(cnn: MainWindow) -> None:
    before, loss = cnn.session.design, node(cnn, "loss")
    cnn.canvas.center_on(loss)
    start, end = middle_of(cnn, "logits", "loss"), middle_of(cnn, "digit", "loss")
    aside = QPoint(14, 0)
    press_move_release(cnn.canvas.viewport(), start - aside, start + aside, modifiers=ALT)
    once(cnn, before, "Cut 1 wire")
    press_move_release(cnn.canvas.viewport(), start + aside, end + aside, modifiers=ALT)
    gone = {DesignEnd(loss, "logits"), DesignEnd(loss, "target")}
    assert before.wires.keys() - cnn.session.design.wires.keys() == gone
    once(cnn, before, "Cut 2 wires")


def drag_from_palette(cnn: MainWindow, kind: str, point: QPoint, release: bool = True) -> None:
    """Drag a block from the palette to a point of the canvas."""
    palette = cnn.palette_panel
    start = palette.item_rect(kind).center()
    source = palette.list.viewport()
    end = source.mapFromGlobal(cnn.canvas.viewport().mapToGlobal(point))
    press_move_release(source, start, start + QPoint(12, 0), end, release=release)


def hovered(cnn: MainWindow) -> list[str]:
    return [key[1].node for key, item in cnn.canvas.graph_scene.wires.items() if item.hovered]


@pytest.fixture
def near_palette(cnn: MainWindow) -> MainWindow:
    """The wire into batch_norm_1 stands where an 800 pixel wide screen still reaches."""
    at = middle_of(cnn, "conv_1", "batch_norm_1")
    cnn.canvas.pan_by(QPoint(150, 200) - at)
    return cnn


def test_a_block_from_the_palette_is_put_into_the_wire_it_is_dropped_on(
    near_palette: MainWindow,
) -> None:
    cnn = near_palette
    before, at = cnn.session.design, middle_of(cnn, "conv_1", "batch_norm_1")
    drag_from_palette(cnn, "Dropout", at + QPoint(0, 5), release=False)
    assert hovered(cnn) == [node(cnn, "batch_norm_1")]
    drag_from_palette(cnn, "Dropout", at + QPoint(0, 5))
    assert hovered(cnn) == []
    (new,) = cnn.canvas.selected_nodes()
    wires = cnn.session.design.wires
    assert wires[DesignEnd(new, "input")] == DesignEnd(node(cnn, "conv_1"), "output")
    assert wires[DesignEnd(node(cnn, "batch_norm_1"), "input")] == DesignEnd(new, "output")
    once(cnn, before, "Insert Dropout")


def test_a_block_that_does_not_fit_the_wire_is_only_added(near_palette: MainWindow) -> None:
    cnn = near_palette
    before, at = cnn.session.design, middle_of(cnn, "conv_1", "batch_norm_1")
    drag_from_palette(cnn, "LSTM", at, release=False)
    assert hovered(cnn) == []
    drag_from_palette(cnn, "LSTM", at)
    assert cnn.session.design.wires == before.wires
    once(cnn, before, "Add LSTM")


def test_a_palette_drag_that_moves_on_lets_the_wire_go(
    qtbot: QtBot, near_palette: MainWindow
) -> None:
    cnn = near_palette
    at = middle_of(cnn, "conv_1", "batch_norm_1")
    drag_from_palette(cnn, "Dropout", at, release=False)
    drag_from_palette(cnn, "Dropout", at + QPoint(0, 60), release=False)
    assert hovered(cnn) == []
    drag_from_palette(cnn, "Dropout", at, release=False)
    assert hovered(cnn) != []
    qtbot.keyClick(cnn.palette_panel.list, Key.Key_Escape)
    assert hovered(cnn) == []


def test_a_network_is_wired_by_keyboard(qtbot: QtBot, cnn: MainWindow) -> None:
    pool, norm = node(cnn, "pool_1"), node(cnn, "batch_norm_1")
    cnn.canvas.select([norm])
    qtbot.keyClick(cnn.canvas, Key.Key_BracketRight)
    qtbot.keyClick(cnn.canvas, Key.Key_Delete)
    assert DesignEnd(norm, "input") not in cnn.session.design.wires
    before = cnn.session.design
    cnn.canvas.select([node(cnn, "conv_1")])
    qtbot.keyClick(cnn.canvas, Key.Key_W)
    gesture = cnn.canvas.gesture
    assert isinstance(gesture, KeyWire)
    assert gesture.text.startswith(
        "conv_1 output \N{RIGHTWARDS ARROW} batch_norm_1 input  [B, 8, 8, 32]\n1 of "
    )
    offered = {candidate.end for candidate in gesture.candidates}
    assert End(pool, "input") in offered
    assert not {End(node(cnn, "conv_1"), "input"), End(node(cnn, "loss"), "target")} & offered
    qtbot.keyClick(cnn.canvas, Key.Key_Return)
    assert cnn.session.design.wires[DesignEnd(norm, "input")].node == node(cnn, "conv_1")
    once(cnn, before, "Connect")


def test_the_menu_key_opens_the_menu_of_a_walked_wire(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select([node(cnn, "batch_norm_1")])
    qtbot.keyClick(cnn.canvas, Key.Key_BracketRight)
    at = QPoint(9, 9)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, at)
    QApplication.sendEvent(cnn.canvas.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    qtbot.keyClick(menu, Key.Key_R)
    (dot,) = cnn.canvas.selected_nodes()
    wire = DesignEnd(node(cnn, "batch_norm_1"), "input")
    assert cnn.session.design.wires[wire] == DesignEnd(dot, "output")


def test_wires_are_judged_anew_after_an_edit(cnn: MainWindow) -> None:
    """What is known of one state of the design is not kept for the next."""
    ends = End(node(cnn, "relu_1"), "output"), End(node(cnn, "conv_1"), "input")
    assert "circle" in (cnn.canvas.connection_refusal(*ends) or "")
    cnn.editor.wiring.cut([End(node(cnn, "batch_norm_1"), "input")])
    assert cnn.canvas.connection_refusal(*ends) is None
