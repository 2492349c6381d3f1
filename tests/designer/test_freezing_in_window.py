"""Nodes are frozen by key, menu and inspector, show it, and are undone in one step."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from core.design.freezing import is_frozen
from core.project.gallery import examples
from designer.main_window import MainWindow
from tests.designer.driving import click_node, node
from widgets.canvas.node_layout import FROST

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def frozen(window: MainWindow) -> set[str]:
    return {n.name for n in window.session.design.nodes.values() if is_frozen(n)}


def press(qtbot: QtBot, window: MainWindow) -> None:
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_F, CTRL_SHIFT)


def test_a_key_freezes_all_selected_nodes_in_one_step(qtbot: QtBot, cnn: MainWindow) -> None:
    chosen = [node(cnn, n) for n in ("conv_1", "batch_norm_1", "relu_1")]
    cnn.canvas.select(chosen)
    press(qtbot, cnn)
    assert frozen(cnn) == {"conv_1", "batch_norm_1"}
    assert cnn.session.undo_label == "Freeze 2 nodes"
    assert cnn.actions_by_name["freeze"].text() == "Unfree&ze"
    press(qtbot, cnn)
    assert frozen(cnn) == set()
    assert cnn.session.undo_label == "Unfreeze 2 nodes"
    cnn.session.undo()
    cnn.session.undo()
    assert frozen(cnn) == set()
    assert cnn.actions_by_name["freeze"].text() == "Free&ze"


def test_where_some_are_frozen_the_others_follow(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select([node(cnn, "conv_1")])
    press(qtbot, cnn)
    cnn.canvas.select([node(cnn, n) for n in ("conv_1", "conv_2")])
    press(qtbot, cnn)
    assert frozen(cnn) == {"conv_1", "conv_2"}


def test_nothing_without_weights_can_be_frozen(qtbot: QtBot, cnn: MainWindow) -> None:
    action = cnn.actions_by_name["freeze"]
    cnn.canvas.select([])
    assert not action.isEnabled()
    cnn.canvas.select([node(cnn, "flatten")])
    assert not action.isEnabled()
    press(qtbot, cnn)
    assert cnn.session.undo_label == ""
    cnn.canvas.select([node(cnn, "logits")])
    assert action.isEnabled()


def test_a_frozen_node_has_a_snowflake_and_says_so(qtbot: QtBot, cnn: MainWindow) -> None:
    key = node(cnn, "conv_1")
    cnn.canvas.reset_zoom()
    cnn.canvas.reveal(key)
    cnn.canvas.select([])
    item = cnn.canvas.graph_scene.nodes[key]
    assert item.layout.frost.isNull()
    plain = picture(cnn)
    cnn.canvas.select([key])
    press(qtbot, cnn)
    cnn.canvas.select([])
    frost = cnn.canvas.graph_scene.nodes[key].layout.frost
    corner = cnn.canvas.mapFromScene(item.pos() + frost)
    changed = picture(cnn)
    size = round(FROST)
    spots = [(corner.x() + x, corner.y() + y) for x in range(size) for y in range(size)]
    assert sum(plain.pixel(*at) != changed.pixel(*at) for at in spots) > size
    card = item.layout.rect
    assert card.contains(frost.x() + FROST, frost.y() + FROST)


def picture(window: MainWindow) -> QImage:
    return window.canvas.viewport().grab().toImage()


def test_the_context_menu_freezes(qtbot: QtBot, cnn: MainWindow) -> None:
    key = node(cnn, "logits")
    click_node(cnn, key)

    def answer() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        qtbot.keyClick(menu, Qt.Key.Key_Z)

    QTimer.singleShot(0, answer)
    cnn.canvas.context_menu_requested.emit(QPoint(), key)
    assert frozen(cnn) == {"logits"}


def test_the_inspector_freezes_one_and_several(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select([node(cnn, "conv_1")])
    form = cnn.inspector.form
    qtbot.mouseClick(form.disclosure, Qt.MouseButton.LeftButton)
    box = form.field("trainable").editor
    assert box.isVisible()
    box.click()
    assert frozen(cnn) == {"conv_1"}
    assert form.disclosure.text() == "Advanced (1 set)"
    cnn.canvas.select([node(cnn, n) for n in ("conv_1", "conv_2", "batch_norm_1")])
    several = cnn.inspector.several.form
    trainable = several.field("trainable").editor
    assert trainable.isVisible(), "the nodes differ, so it is unfolded"
    assert trainable.checkState() == Qt.CheckState.PartiallyChecked
    trainable.click()
    assert frozen(cnn) == set()
    cnn.session.undo()
    assert frozen(cnn) == {"conv_1"}


def test_a_group_is_frozen_as_one(qtbot: QtBot, window: MainWindow) -> None:
    assert window.files.read(examples()["digits_resnet"])
    whole = window.session.analysis_of_whole
    before, own = whole.trainable_parameters, whole.parameters
    window.canvas.select([node(window, "stage_1")])
    share = window.session.analysis.nodes[node(window, "stage_1")].parameters
    press(qtbot, window)
    assert frozen(window) == {"stage_1"}
    whole = window.session.analysis_of_whole
    assert (whole.trainable_parameters, whole.parameters) == (before - share, own)
    assert share > 0
    item = window.canvas.graph_scene.nodes[node(window, "stage_1")]
    assert not item.layout.frost.isNull()
