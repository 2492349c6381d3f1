"""From the canvas into the inspector's form and back, by keys and by a double click."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from core.project.gallery import examples
from designer.main_window import MainWindow
from tests.designer.test_adding import node
from tests.widgets.drag import view_point

Key = Qt.Key


@pytest.fixture
def cnn(qtbot: QtBot, window: MainWindow) -> MainWindow:
    """The window on the CNN example with the focus on the canvas."""
    assert window.files.read(examples()["digits_cnn"])
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus)
    return window


def enter(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Select a node, with the panel behind another one, and press Enter."""
    window.canvas.select([node(window, name)])
    window.docks.show("recipe")
    qtbot.keyClick(window.canvas, Key.Key_Return)
    assert window.inspector.isVisible()


def test_enter_goes_to_the_first_parameter_and_escape_back(qtbot: QtBot, cnn: MainWindow) -> None:
    enter(qtbot, cnn, "conv_1")
    field = QApplication.focusWidget()
    assert field is cnn.inspector.form.first_editor()
    assert isinstance(field, QSpinBox)
    qtbot.keyClick(field, Key.Key_Escape)
    assert cnn.canvas.hasFocus()
    assert cnn.canvas.selected_nodes() == [node(cnn, "conv_1")]


def test_the_first_escape_takes_back_what_was_typed(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    enter(qtbot, cnn, "conv_1")
    field = QApplication.focusWidget()
    assert isinstance(field, QSpinBox)
    qtbot.keyClick(field, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, "77")
    assert field.text() == "77"
    qtbot.keyClick(field, Key.Key_Escape)
    assert field.hasFocus()
    assert field.text() == "32"
    qtbot.keyClick(field, Key.Key_Escape)
    assert cnn.canvas.hasFocus()
    assert cnn.session.design == before


def test_a_node_without_parameters_leads_to_its_name(qtbot: QtBot, cnn: MainWindow) -> None:
    before = cnn.session.design
    enter(qtbot, cnn, "flatten")
    field = QApplication.focusWidget()
    assert field is cnn.inspector.name
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "xyz")
    qtbot.keyClick(field, Key.Key_Escape)
    qtbot.keyClick(field, Key.Key_Escape)
    assert cnn.canvas.hasFocus()
    assert cnn.session.design == before


def test_a_double_click_goes_to_the_form_too(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.reset_zoom()
    cnn.canvas.center_on(node(cnn, "conv_1"))
    corner = cnn.canvas.node_rect(node(cnn, "conv_1")).bottomLeft()
    body = view_point(cnn.canvas, corner) + QPoint(40, -10)
    qtbot.mouseClick(cnn.canvas.viewport(), Qt.MouseButton.LeftButton, pos=body)
    qtbot.mouseDClick(cnn.canvas.viewport(), Qt.MouseButton.LeftButton, pos=body)
    assert QApplication.focusWidget() is cnn.inspector.form.first_editor()


def test_a_group_is_entered_instead(qtbot: QtBot, cnn: MainWindow) -> None:
    cnn.canvas.select([node(cnn, name) for name in ("conv_1", "batch_norm_1")])
    qtbot.keyClick(cnn.canvas, Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(cnn.canvas, Key.Key_Return)
    assert cnn.session.path
    assert cnn.canvas.hasFocus()
