"""The keyboard map lists every shortcut there is, and goes with any key or click."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from designer.actions import SPECS
from designer.help import keys_html
from designer.key_map import GROUPS, key_map
from designer.main_window import MainWindow
from widgets.canvas.key_map import HINTS
from widgets.key_overlay import KeyOverlay


def open_map(qtbot: QtBot, window: MainWindow) -> KeyOverlay:
    """Press the question mark on the canvas; without Shift, as no real keyboard is behind it."""
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Question)
    found = window.findChild(KeyOverlay)
    assert found is not None
    return found


def test_every_shortcut_and_every_hint_is_listed_once(qtbot: QtBot, window: MainWindow) -> None:
    rows = [row for group in key_map().values() for row in group]
    shown = [key for row in rows for key in row.keys]
    native = QKeySequence.SequenceFormat.NativeText
    for spec in SPECS.values():
        for key in spec.shortcuts:
            assert shown.count(QKeySequence(key).toString(native)) == 1, key
    texts = [row.text for row in rows]
    for hint in HINTS:
        assert texts.count(hint.text) == 1, hint.text
    assert set(key_map()) <= set(GROUPS)
    page = keys_html()
    assert all(text.replace("&", "&amp;") in page for text in texts)


def test_the_question_mark_shows_the_map_over_the_whole_window(
    qtbot: QtBot, window: MainWindow
) -> None:
    overlay = open_map(qtbot, window)
    assert overlay.geometry() == window.rect()
    assert overlay.hasFocus()
    words = {label.text() for label in overlay.findChildren(QLabel)}
    assert {"Training", "Groups", "Ctrl+Shift+G", "Wheel", "Drag from port to port"} <= words
    (scroll,) = overlay.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: not scroll.verticalScrollBar().isVisible())
    window.resize(1000, 650)
    qtbot.waitUntil(lambda: overlay.geometry() == window.rect())


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Question, Qt.Key.Key_Tab])
def test_any_key_closes_it_and_the_focus_returns(
    qtbot: QtBot, window: MainWindow, key: Qt.Key
) -> None:
    overlay = open_map(qtbot, window)
    qtbot.keyClick(overlay, Qt.Key.Key_Shift)
    assert overlay.isVisible()
    with qtbot.waitSignal(overlay.destroyed):
        qtbot.keyClick(overlay, key)
    assert window.canvas.hasFocus()


def test_keys_and_clicks_do_nothing_else_while_it_is_open(qtbot: QtBot, window: MainWindow) -> None:
    window.editor.add("Dense", 0, 0)
    overlay = open_map(qtbot, window)
    with qtbot.waitSignal(overlay.destroyed):
        qtbot.keyClick(overlay, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(window.session.design.nodes) == 1
    overlay = open_map(qtbot, window)
    with qtbot.waitSignal(overlay.destroyed):
        qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert len(window.canvas.selected_nodes()) == 1


def test_a_question_mark_in_a_text_is_typed(qtbot: QtBot, window: MainWindow) -> None:
    search = window.palette_panel.search
    search.setFocus()
    qtbot.keyClicks(search, "what?")
    assert search.text() == "what?"
    assert window.findChild(KeyOverlay) is None


def test_enter_on_a_node_leads_to_its_parameters(qtbot: QtBot, window: MainWindow) -> None:
    window.editor.add("Dense", 0, 0)
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_Return)
    assert window.inspector.form.field("units").editor.hasFocus()
