"""What is spoken while keys are used on the canvas, and the line that shows where they go."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain
from tests.widgets.drag import press_move_release, view_point
from widgets.canvas import Canvas
from widgets.theme import Theme, dark, light

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def heard(canvas: Canvas) -> list[str]:
    texts: list[str] = []
    canvas.announced.connect(texts.append)
    return texts


def test_wiring_by_keyboard_is_spoken(canvas: Canvas, heard: list[str]) -> None:
    canvas.select(["b"])
    for key in (Key.Key_W, Key.Key_Right, Key.Key_Escape):
        QTest.keyClick(canvas, key)
    assert heard == [
        "node b out to node b in, 1 of 4, in place of the wire there."
        " Arrow keys choose, Enter connects, Esc gives up",
        "node b out to node c x, 2 of 4",
        "Given up",
    ]


def test_the_port_to_begin_with_is_spoken(canvas: Canvas, heard: list[str]) -> None:
    canvas.select(["c"])
    QTest.keyClick(canvas, Key.Key_W, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas, Key.Key_Down)
    assert heard[0].startswith("node c x, 1 of 2, to begin with. Arrow keys")
    assert heard[1] == "node c y, 2 of 2, to begin with"


def test_that_nothing_fits_is_spoken(canvas: Canvas, heard: list[str]) -> None:
    canvas.connection_refusal = lambda source, target: "no"
    canvas.select(["b"])
    QTest.keyClick(canvas, Key.Key_W)
    assert heard == ["No input can take node b out"]


def test_the_same_offer_is_spoken_once(canvas: Canvas, heard: list[str]) -> None:
    canvas.select(["b"])
    QTest.keyClick(canvas, Key.Key_W)
    canvas.show_graph(chain())
    assert len(heard) == 1


def test_walked_wires_are_spoken(canvas: Canvas, heard: list[str]) -> None:
    canvas.select(["a"])
    QTest.keyClick(canvas, Key.Key_BracketRight)
    assert heard == ["wire from node a out to node b in, carries 3, 1 of 1"]


def test_several_and_none_selected_are_spoken(canvas: Canvas, heard: list[str]) -> None:
    QTest.keyClick(canvas, Key.Key_A, CTRL)
    QTest.keyClick(canvas, Key.Key_Escape)
    assert heard == ["3 selected", "nothing selected"]


def test_a_box_is_not_spoken_while_it_grows(canvas: Canvas, heard: list[str]) -> None:
    corners = [QPointF(-400, -60), QPointF(300, 400)]
    press_move_release(canvas.viewport(), *(view_point(canvas, corner) for corner in corners))
    assert len(canvas.selected_nodes()) == 3
    assert heard == []


@pytest.fixture(params=[dark(), light()], ids=lambda theme: theme.name)
def ring(
    qtbot: QtBot, canvas: Canvas, request: pytest.FixtureRequest
) -> Iterator[tuple[Canvas, QLineEdit]]:
    """The canvas below a field, in one window."""
    theme: Theme = request.param
    canvas.set_theme(theme)
    window = QWidget()
    field = QLineEdit()
    column = QVBoxLayout(window)
    column.addWidget(field)
    column.addWidget(canvas)
    window.resize(700, 600)
    window.show()
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    yield canvas, field
    canvas.setParent(None)
    window.close()


def edge(canvas: Canvas) -> set[str]:
    """The colours along the upper and the right edge."""
    image = canvas.grab().toImage()
    right = image.width() - 1
    return {
        *(image.pixelColor(x, 0).name() for x in range(right)),
        *(image.pixelColor(right, y).name() for y in range(image.height())),
    }


def test_the_ring_is_drawn_when_the_focus_comes_by_keyboard(
    ring: tuple[Canvas, QLineEdit],
) -> None:
    canvas, field = ring
    accent = canvas.graph_scene.look.accent.name()
    ground = canvas.graph_scene.look.background.name()
    assert edge(canvas) == {ground}
    QTest.keyClick(field, Key.Key_Tab)
    assert canvas.hasFocus()
    assert edge(canvas) == {accent}
    canvas.pan_by(QPoint(40, 30))
    assert edge(canvas) == {accent}
    assert accent not in {
        canvas.viewport().grab().toImage().pixelColor(x, 20).name() for x in range(200)
    }
    QTest.keyClick(canvas, Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert field.hasFocus()
    assert edge(canvas) == {ground}


def test_a_click_shows_no_ring_and_takes_it_away(ring: tuple[Canvas, QLineEdit]) -> None:
    canvas, field = ring
    QTest.keyClick(field, Key.Key_Tab)
    accent = canvas.graph_scene.look.accent.name()
    assert edge(canvas) == {accent}
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert accent not in edge(canvas)
    field.setFocus()
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert canvas.hasFocus()
    assert accent not in edge(canvas)


def test_a_popup_that_closes_leaves_the_ring_as_it_was(ring: tuple[Canvas, QLineEdit]) -> None:
    canvas, field = ring
    QTest.keyClick(field, Key.Key_Tab)
    accent = canvas.graph_scene.look.accent.name()
    for kind in (QEvent.Type.FocusOut, QEvent.Type.FocusIn):
        QApplication.sendEvent(canvas, QFocusEvent(kind, Qt.FocusReason.PopupFocusReason))
    assert edge(canvas) == {accent}
