"""What is said aloud of acts, undo and the levels of groups, after real keys in the window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from core.project.gallery import examples
from designer.main_window import MainWindow
from tests.designer.test_adding import node

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def heard(qtbot: QtBot, listening: None, window: MainWindow) -> list[str]:
    """What is spoken from now on; the CNN example is open, and the canvas has the focus."""
    assert window.files.read(examples()["digits_cnn"])
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus)
    texts: list[str] = []
    window.canvas.announced.connect(texts.append)
    return texts


def press(qtbot: QtBot, window: MainWindow, key: Key, held: Qt.KeyboardModifier | None = None):
    qtbot.keyClick(window.canvas, key, held or Qt.KeyboardModifier.NoModifier)


def test_deleting_and_undoing(qtbot: QtBot, window: MainWindow, heard: list[str]) -> None:
    window.canvas.select([node(window, "relu_1")])
    press(qtbot, window, Key.Key_Delete)
    press(qtbot, window, Key.Key_Z, CONTROL)
    press(qtbot, window, Key.Key_Y, CONTROL)
    deleted, undone, again = heard
    assert deleted.startswith("Deleted relu_1. Error at conv_2: ")
    assert undone == (
        "Undone: Delete 1 node. Added relu_1."
        " Connected batch_norm_1 output to relu_1 input and relu_1 output to conv_2 input"
    )
    assert again.startswith("Done again: Delete 1 node. Deleted relu_1. ")


def test_wiring_and_bridging(qtbot: QtBot, window: MainWindow, heard: list[str]) -> None:
    window.canvas.select([node(window, "relu_1")])
    press(qtbot, window, Key.Key_Delete, CONTROL)
    assert heard == ["Deleted relu_1. Connected batch_norm_1 output to conv_2 input"]
    press(qtbot, window, Key.Key_Z, CONTROL)
    window.canvas.select([node(window, "relu_1")])
    press(qtbot, window, Key.Key_BracketRight)
    assert heard[-1] == "wire from batch_norm_1 output to relu_1 input, [B, 8, 8, 32], 1 of 2"
    press(qtbot, window, Key.Key_Delete)
    assert heard[-1].startswith("Disconnected relu_1 input from batch_norm_1 output. Error at ")
    window.canvas.select([node(window, "batch_norm_1")])
    press(qtbot, window, Key.Key_W)
    assert heard[-1].startswith("batch_norm_1 output to relu_1 input [B, 8, 8, 32], 1 of ")
    press(qtbot, window, Key.Key_Return)
    assert heard[-1] == "Connected batch_norm_1 output to relu_1 input"


def test_acts_that_change_no_wires_say_their_name(
    qtbot: QtBot, window: MainWindow, heard: list[str]
) -> None:
    window.canvas.select([node(window, "relu_1")])
    press(qtbot, window, Key.Key_Down)
    assert heard == ["Nudge 1 node"]
    press(qtbot, window, Key.Key_F2)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "act")
    qtbot.keyClick(field, Key.Key_Return)
    assert heard[-1] == "Renamed relu_1 to act"
    window.session.reread_data()
    assert len(heard) == 2


def test_entering_and_leaving_a_group(qtbot: QtBot, window: MainWindow, heard: list[str]) -> None:
    window.canvas.select([node(window, name) for name in ("conv_1", "batch_norm_1", "relu_1")])
    press(qtbot, window, Key.Key_G, CONTROL)
    name = window.session.design.nodes[window.canvas.selected_nodes()[0]].name
    assert heard[-1].startswith(
        f"Deleted conv_1, batch_norm_1 and relu_1. Added {name}. Connected "
    )
    press(qtbot, window, Key.Key_Return)
    inside = f"{len(window.canvas.graph.nodes)} blocks, {len(window.canvas.graph.wires)} wires"
    assert heard[-1] == f"Inside {name}: {inside}"
    press(qtbot, window, Key.Key_Backspace, CONTROL)
    assert heard[-1] == f"Left {name}. In {window.session.whole.name}: 15 blocks, 14 wires"


def test_an_opened_file_is_summed_up(window: MainWindow, heard: list[str]) -> None:
    assert window.files.read(examples()["digits_mlp"])
    graph = window.canvas.graph
    count = f"{len(graph.nodes)} blocks, {len(graph.wires)} wires"
    assert heard == [f"{window.session.design.name}: {count}"]
