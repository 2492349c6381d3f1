"""Arranging, gliding and the minimap in the whole window, by key and menu."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.gallery import examples
from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.widgets.drag import press_move_release, view_point

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def cnn(window: MainWindow) -> MainWindow:
    """The window on the CNN example, its canvas under the keys."""
    assert window.files.read(examples()["digits_cnn"])
    window.activateWindow()
    window.canvas.setFocus()
    return window


def click_in_menu(qtbot: QtBot, window: MainWindow, title: str, name: str) -> None:
    menu = next(m for m in window.findChildren(QMenu) if m.title() == title)
    menu.popup(window.pos())
    place = menu.actionGeometry(window.actions_by_name[name]).center()
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=place)
    menu.close()


def glides(window: MainWindow) -> bool:
    return window.canvas.glide.running


def test_ctrl_l_arranges_and_undo_brings_everything_back(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    mess = {node: (37.0 * i, 511.0 * (i % 3)) for i, node in enumerate(before.nodes)}
    cnn.session.act("Move", lambda d: edits.move(d, mess))
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_L, CTRL)
    design, canvas = cnn.session.design, cnn.canvas
    ends = [(s.node, t.node) for t, s in design.wires.items()]
    assert all(canvas.node_rect(a).right() < canvas.node_rect(b).left() for a, b in ends)
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_L, CTRL | SHIFT)
    assert all(canvas.node_rect(a).bottom() < canvas.node_rect(b).top() for a, b in ends)
    for _ in range(3):
        qtbot.keyClick(cnn, Qt.Key.Key_Z, CTRL)
    assert cnn.session.design == before


def test_acts_glide_and_hands_do_not(qtbot: QtBot, cnn: MainWindow) -> None:
    node = next(iter(cnn.session.design.nodes))
    cnn.canvas_options.switch_animation()
    cnn.canvas.glide.milliseconds = 60_000
    start = view_point(cnn.canvas, cnn.canvas.node_rect(node).center())
    press_move_release(cnn.canvas.viewport(), start, start + QPoint(0, 40))
    assert not glides(cnn)
    cnn.canvas.select([node])
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_Down)
    assert not glides(cnn)
    _, y = cnn.session.design.position(node)
    qtbot.keyClick(cnn, Qt.Key.Key_Z, CTRL)
    assert glides(cnn)
    assert cnn.canvas.node_rect(node).top() == y
    cnn.canvas.select([])
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_L, CTRL)
    assert glides(cnn)
    assert cnn.files.read(examples()["digits_mlp"])
    assert not glides(cnn)


def test_animation_is_switched_in_the_menu_and_remembered(qtbot: QtBot, cnn: MainWindow) -> None:
    action = cnn.actions_by_name["animation"]
    assert not action.isChecked()
    click_in_menu(qtbot, cnn, "&View", "animation")
    assert action.isChecked()
    assert cnn.canvas.glide.milliseconds > 0
    assert Preferences().animation
    click_in_menu(qtbot, cnn, "&View", "animation")
    assert not action.isChecked()
    assert cnn.canvas.glide.milliseconds == 0
    assert not Preferences().animation


def test_the_minimap_is_switched_by_key_and_menu_and_remembered(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    action = cnn.actions_by_name["minimap"]
    cnn.canvas.set_zoom(3.0)
    qtbot.waitUntil(cnn.canvas.minimap.isVisible)
    assert action.isChecked()
    qtbot.keyClick(cnn.canvas, Qt.Key.Key_M)
    assert not cnn.canvas.minimap.isVisible()
    assert not action.isChecked()
    assert not Preferences().minimap
    click_in_menu(qtbot, cnn, "&View", "minimap")
    assert cnn.canvas.minimap.isVisible()
    assert action.isChecked()
    assert Preferences().minimap


def test_zoom_to_100_percent_and_fitting_the_selection(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.set_zoom(0.4)
    qtbot.keyClick(cnn, Qt.Key.Key_1, CTRL)
    assert cnn.canvas.zoom == 1.0
    last = list(cnn.session.design.nodes)[-1]
    cnn.canvas.centerOn(9000, 9000)
    cnn.canvas.select([last])
    click_in_menu(qtbot, cnn, "&View", "fit_selection")
    offset = cnn.canvas.visible_rect().center() - cnn.canvas.node_rect(last).center()
    assert offset.manhattanLength() < 3


def test_at_first_both_are_on(settings: Path) -> None:
    preferences = Preferences()
    preferences._settings.remove("animation")
    assert preferences.animation
    assert preferences.minimap
