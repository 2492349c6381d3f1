"""A network is built and trained from an empty window with keys alone, as without a mouse."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.train.events import EpochEnd
from designer.data_dialog import DataDialog
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from widgets.canvas.gestures.key_wire import KeyWire

Key = Qt.Key
NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


def active() -> QWindow:
    """The window that has the keyboard."""
    if QGuiApplication.focusWindow() is None:
        # Without a screen, nobody gives the keyboard back to the window below a closed popup.
        (main,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        main.activateWindow()
        QApplication.processEvents()
    return QGuiApplication.focusWindow()


def press(key: Key, held: Qt.KeyboardModifier = NONE) -> None:
    """Press a key where the window system would: Qt finds out who gets it."""
    QTest.keyClick(active(), key, held)


def write(text: str) -> None:
    for letter in text:
        QTest.keyClick(active(), letter)


def pick(key: Key, typed: str) -> None:
    """Open the search with a key, type, and take the first hit."""
    press(key)
    write(typed)
    press(Key.Key_Return)


def choose_digits(qtbot: QtBot) -> None:
    """Choose the digits in the dialog that opens on Ctrl+B."""

    def inside() -> None:
        dialog = QApplication.activeModalWidget()
        if dialog is None or QGuiApplication.focusWindow() is not dialog.windowHandle():
            QTimer.singleShot(10, inside)
            return
        assert isinstance(dialog, DataDialog)
        try:
            write("Handw")
            qtbot.waitUntil(dialog.ok.isEnabled, timeout=PATIENCE)
            press(Key.Key_Return)
        finally:
            dialog.reject()

    QTimer.singleShot(0, inside)
    press(Key.Key_B, CONTROL)


def wire_to(window: MainWindow, taker: str) -> None:
    """Wire the selected node's output to a port, walking until it is the one on offer."""
    press(Key.Key_W)
    gesture = window.canvas.gesture
    assert isinstance(gesture, KeyWire)
    for _ in gesture.candidates:
        if f" to {taker}" in gesture.spoken:
            break
        press(Key.Key_Right)
    assert f" to {taker}" in gesture.spoken
    press(Key.Key_Return)


def selected(window: MainWindow) -> str:
    """The name of the selected node."""
    (node,) = window.canvas.selected_nodes()
    return window.session.design.nodes[node].name


def go_to(window: MainWindow, name: str) -> None:
    """Select a node by the search for nodes."""
    press(Key.Key_F, CONTROL)
    write(name)
    press(Key.Key_Return)
    assert selected(window) == name


def set_units(window: MainWindow, units: int) -> None:
    """Go into the form of the selected node, type the first number, and come back."""
    press(Key.Key_Return)
    press(Key.Key_A, CONTROL)
    write(str(units))
    press(Key.Key_Return)
    press(Key.Key_Escape)
    assert window.canvas.hasFocus()


def test_a_residual_network_is_built_and_trained_with_keys_alone(
    qtbot: QtBot, listening: None, window: MainWindow
) -> None:
    window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is window.windowHandle())
    assert window.canvas.hasFocus()
    choose_digits(qtbot)
    assert window.session.design.data is not None

    pick(Key.Key_Tab, "input")
    for typed in ("flatten", "dense", "activation", "dense", "add", "dense", "cross"):
        pick(Key.Key_A, typed)
    assert selected(window).startswith("cross_entropy")
    pick(Key.Key_Space, "target")
    wire_to(window, "cross_entropy target")
    for name, units in (("dense", 32), ("dense_2", 32), ("dense_3", 10)):
        go_to(window, name)
        set_units(window, units)
    go_to(window, "dense")
    wire_to(window, "add input 2")
    go_to(window, "add")
    press(Key.Key_F2)
    press(Key.Key_A, CONTROL)
    write("residual")
    press(Key.Key_Return)
    assert selected(window) == "residual"
    assert window.session.analysis.problems == ()
    # 64 x 32 + 32, 32 x 32 + 32 and 32 x 10 + 10 weights of the dense layers
    assert window.session.analysis.parameters == 2080 + 1056 + 330
    assert len(window.session.design.wires) == 9

    spoken: list[str] = []
    window.canvas.announced.connect(spoken.append)
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, EpochEnd)
    ):
        press(Key.Key_F5)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press(Key.Key_F5, SHIFT)
    assert spoken[0] == "Compiling the design ..."
    assert " after epoch " in spoken[-1]
