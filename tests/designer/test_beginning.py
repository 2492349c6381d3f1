"""How a person begins: examples and data from the empty canvas and from the menu."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from core.project.file import load
from core.project.gallery import examples
from designer.main_window import MainWindow
from tests.designer.driving import choose_data
from tests.widgets.drag import drag_to_canvas


def button(window: MainWindow, text: str) -> QPushButton:
    found = window.canvas.empty_state.findChildren(QPushButton)
    return next(b for b in found if b.text() == text)


def pick(qtbot: QtBot, menu: QMenu, text: str) -> None:
    """Click an entry of an open menu."""
    action = next(a for a in menu.actions() if a.text() == text)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_an_example_from_the_empty_canvas_is_an_untitled_copy(
    qtbot: QtBot, window: MainWindow
) -> None:
    path = examples()["digits_mlp"]
    title = load(path).name
    menu = button(window, "Open an example").menu()
    assert menu is not None
    menu.popup(window.mapToGlobal(QPoint(300, 300)))
    assert [a.text() for a in menu.actions()] == [load(p).name for p in examples().values()]
    pick(qtbot, menu, title)
    assert window.session.design == load(path)
    assert window.session.file is None
    assert title in window.windowTitle()
    assert not window.canvas.empty_state.isVisible()
    assert path.resolve() not in window.preferences.recent_files()


def test_the_file_menu_has_the_examples_and_asks_before_work_is_lost(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.editor.add("Dense", 0, 0)
    before = window.session.design
    file_menu = next(a.menu() for a in window.menuBar().actions() if a.text() == "&File")
    assert window.examples.menuAction() in file_menu.actions()
    cancel = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *_: cancel)
    window.examples.popup(window.mapToGlobal(QPoint(300, 300)))
    pick(qtbot, window.examples, load(examples()["digits_cnn"]).name)
    assert window.session.design is before


def test_choose_data_opens_the_dialog(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(
        "designer.data_dialog.DataDialog.exec", lambda dialog: opened.append(dialog)
    )
    qtbot.mouseClick(button(window, "Choose data …"), Qt.MouseButton.LeftButton)
    assert len(opened) == 1


def test_a_block_may_be_dropped_on_the_card(qtbot: QtBot, window: MainWindow) -> None:
    choose_data(qtbot, window, "digits")
    card = window.canvas.empty_state
    place = card.geometry().topLeft() + QPoint(60, 12)
    window.resize(800, 700)
    qtbot.waitUntil(lambda: card.geometry().contains(place) or card.isVisible())
    place = card.geometry().topLeft() + QPoint(60, 12)
    drag_to_canvas(qtbot, window.palette_panel, "Input", window.canvas, place)
    assert [n.block for n in window.session.design.nodes.values()] == ["Input"]
    assert not card.isVisible()
