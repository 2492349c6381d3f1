"""The table of the canvas' keys and what the canvas does with keys are the same."""

import string
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication

from widgets.canvas import Canvas
from widgets.canvas.key_map import HINTS

LISTED = {QKeySequence(key)[0].toCombined() for hint in HINTS for key in hint.keys}
LEAVES = QKeySequence("Shift+Tab")[0].toCombined()
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
BRACKETS = (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight)
NAMED = (
    *("Tab", "Space", "Backspace", "Del", "Ins", "Esc", "Return", "Enter", "Home", "End"),
    *("PgUp", "PgDown", "Left", "Up", "Right", "Down", "+", "-", "=", ".", ",", "/", "#", "[", "]"),
    *(f"F{number}" for number in range(1, 13)),
    *string.ascii_uppercase,
    *string.digits,
)
EVERY_KEY = [QKeySequence(name)[0].key() for name in NAMED]


@pytest.fixture(autouse=True)
def ailing(canvas: Canvas) -> None:
    """The selected node has a problem, which a key can mend."""
    graph = canvas.graph
    ill = replace(graph.nodes["b"], badge="error", badge_text="Wrong", fix="Mend it")
    canvas.show_graph(replace(graph, nodes={**graph.nodes, "b": ill}))


def handles(canvas: Canvas, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
    """Whether the canvas keeps a key for itself while one node is selected."""
    canvas.cancel_gesture()
    canvas.in_place.finish()
    canvas.select(["b"])
    typed = key in BRACKETS and modifiers == PLAIN
    text = QKeySequence(key).toString() if typed else ""
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)
    canvas.keyPressEvent(event) if key == Qt.Key.Key_Tab else QApplication.sendEvent(canvas, event)
    return event.isAccepted()


@pytest.mark.parametrize(
    "combined", sorted(LISTED - {LEAVES}), ids=lambda c: QKeySequence(c).toString()
)
def test_every_listed_key_is_handled(canvas: Canvas, combined: int) -> None:
    pressed = QKeyCombination.fromCombined(combined)
    assert handles(canvas, pressed.key(), pressed.keyboardModifiers())


@pytest.mark.parametrize("modifier", [PLAIN, CTRL, ALT], ids=["plain", "Ctrl", "Alt"])
def test_every_handled_key_is_listed(canvas: Canvas, modifier: Qt.KeyboardModifier) -> None:
    handled = {k for k in EVERY_KEY if handles(canvas, k, modifier)}
    listed = {k for k in EVERY_KEY if QKeyCombination(modifier, k).toCombined() in LISTED}
    assert handled == listed


def test_rows_say_how_and_what() -> None:
    for hint in HINTS:
        assert hint.keys or hint.mouse
        assert hint.text[0].isupper()
    assert len({hint.text for hint in HINTS}) == len(HINTS)
