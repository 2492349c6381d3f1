"""Editing with mouse and keys: every gesture is one step of undo and shows its effect."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.design.document import End as DesignEnd
from designer.main_window import MainWindow
from tests.designer.driving import choose_data, click_node, node, press_action, type_number
from tests.widgets.drag import drag_wire, press_move_release, view_point
from widgets.canvas import End


def key(qtbot: QtBot, window: MainWindow, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    window.canvas.setFocus()
    held = Qt.KeyboardModifier.NoModifier
    for modifier in modifiers:
        held |= modifier
    qtbot.keyClick(window.canvas, key, held)


def test_an_impossible_wire_is_refused_while_dragging_and_says_why(cnn: MainWindow) -> None:
    canvas, before = cnn.canvas, cnn.session.design
    start = view_point(canvas, canvas.port_position(node(cnn, "flatten"), "output", True))
    end = view_point(canvas, canvas.port_position(node(cnn, "conv_3"), "input", False))
    press_move_release(canvas.viewport(), start, end, release=False)
    assert "circle" in canvas.refusal_text
    press_move_release(canvas.viewport(), end, end)
    assert cnn.session.design is before


def test_a_vector_cannot_be_wired_to_a_convolution(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.editor.add("Conv", 600, 420)
    new = list(cnn.session.design.nodes)[-1]
    cnn.canvas.fit_all()
    before = cnn.session.design
    drag_wire(qtbot, cnn.canvas, End(node(cnn, "logits"), "output"), End(new, "input"))
    assert cnn.session.design is before
    refusal = cnn.canvas.connection_refusal(End(node(cnn, "logits"), "output"), End(new, "input"))
    assert refusal is not None
    assert "not [B, 10]" in refusal


def test_deleting_a_node_takes_its_wires_and_undo_brings_them_back(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    before, pool = cnn.session.design, node(cnn, "pool_1")
    click_node(cnn, pool)
    key(qtbot, cnn, Qt.Key.Key_Delete)
    assert pool not in cnn.session.design.nodes
    assert not [t for t, s in cnn.session.design.wires.items() if pool in (t.node, s.node)]
    assert cnn.session.undo_label == "Delete 1 node"
    badge = cnn.canvas.graph.nodes[node(cnn, "conv_3")].badge
    assert badge == "error"
    press_action(qtbot, cnn, "undo")
    assert cnn.session.design == before


def test_a_drag_moves_the_selection_in_one_step_and_keeps_the_meaning(cnn: MainWindow) -> None:
    first, second = node(cnn, "conv_1"), node(cnn, "relu_1")
    cnn.canvas.select([first, second])
    before = cnn.session.design
    start = view_point(cnn.canvas, cnn.canvas.node_rect(first).center())
    press_move_release(cnn.canvas.viewport(), start, start + QPoint(40, 30))
    after = cnn.session.design
    for moved in (first, second):
        assert after.position(moved) != before.position(moved)
    assert after.nodes is before.nodes
    assert after.wires is before.wires
    cnn.session.undo()
    assert cnn.session.design == before


def test_duplicate_copies_the_wires_among_the_copies(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select([node(cnn, "conv_1"), node(cnn, "batch_norm_1")])
    key(qtbot, cnn, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    copies = cnn.canvas.selected_nodes()
    assert [cnn.session.design.nodes[i].name for i in copies] == ["conv_4", "batch_norm_4"]
    assert cnn.session.design.wires[DesignEnd(copies[1], "input")] == (copies[0], "output")


def test_a_frame_is_put_around_nodes_and_taken_away(qtbot: QtBot, cnn: MainWindow) -> None:
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    chosen = [node(cnn, "conv_1"), node(cnn, "batch_norm_1")]
    cnn.canvas.select(chosen)
    key(qtbot, cnn, Qt.Key.Key_J, control)
    (frame,) = cnn.canvas.graph.frames
    assert set(frame.nodes) == set(chosen)
    cnn.canvas.select(chosen[:1])
    key(qtbot, cnn, Qt.Key.Key_J, control, shift)
    assert cnn.canvas.graph.frames == ()


def test_a_parameter_changes_shapes_at_once_and_typing_is_one_step(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    conv = node(cnn, "conv_1")
    click_node(cnn, conv)
    type_number(qtbot, cnn.inspector.form, "filters", 48)
    assert "[B, 8, 8, 48]" in cnn.canvas.graph.nodes[conv].detail
    assert "[B, 8, 8, 48]" in cnn.canvas.graph.nodes[node(cnn, "relu_1")].detail
    cnn.session.undo()
    assert "[B, 8, 8, 32]" in cnn.canvas.graph.nodes[conv].detail


def test_the_inspector_renames(qtbot: QtBot, cnn: MainWindow) -> None:
    conv = node(cnn, "conv_1")
    click_node(cnn, conv)
    cnn.inspector.name.setFocus()
    cnn.inspector.name.selectAll()
    qtbot.keyClicks(cnn.inspector.name, "edges")
    qtbot.keyClick(cnn.inspector.name, Qt.Key.Key_Return)
    assert cnn.canvas.graph.nodes[conv].title == "edges"


def test_a_problem_is_mended_by_its_button(qtbot: QtBot, cnn: MainWindow) -> None:
    click_node(cnn, node(cnn, "conv_1"))
    cnn.inspector.name.setFocus()
    cnn.inspector.name.selectAll()
    qtbot.keyClicks(cnn.inspector.name, "conv_2")
    qtbot.keyClick(cnn.inspector.name, Qt.Key.Key_Return)
    (row,) = cnn.problems.problems()
    assert "two nodes are called conv_2" in row.message
    cnn.problems.fix_requested.emit(0)
    assert cnn.problems.problems() == []


def test_a_block_added_from_the_palette_by_keyboard_is_bound_to_the_data(
    qtbot: QtBot, window: MainWindow
) -> None:
    choose_data(qtbot, window, "digits")
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.palette_panel.search.hasFocus)
    qtbot.keyClicks(window.palette_panel.search, "targ")
    qtbot.keyClick(window.palette_panel.search, Qt.Key.Key_Return)
    (made,) = window.session.design.nodes.values()
    assert made.block == "Target"
    assert made.params["column"] == "label"
    assert made.params["classes"] == 10


def test_a_theme_is_switched_while_the_window_is_open(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.grab().toImage().pixelColor(5, 5).lightness()
    name = cnn.appearance.theme.name
    qtbot.keyClick(cnn, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert cnn.appearance.theme.name != name
    after = cnn.grab().toImage().pixelColor(5, 5).lightness()
    assert abs(after - before) > 100
    assert cnn.preferences.theme == cnn.appearance.theme.name


def test_a_right_click_offers_the_nodes_actions(
    cnn: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[str]] = []

    class Menu(QMenu):
        def exec(self, *_: object) -> None:
            shown.append([action.objectName() for action in self.actions()])

    monkeypatch.setattr("designer.menus.QMenu", Menu)
    point = view_point(cnn.canvas, cnn.canvas.node_rect(node(cnn, "conv_1")).center())
    place = cnn.canvas.viewport().mapToGlobal(point)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, place)
    QApplication.sendEvent(cnn.canvas.viewport(), event)
    assert {"copy", "duplicate", "delete", "bridge", "group"} <= set(shown[0])
