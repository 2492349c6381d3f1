"""An empty canvas offers ways to begin and stands in nobody's way."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain
from tests.widgets.drag import press_move_release
from widgets import theme
from widgets.canvas import Canvas, Graph
from widgets.canvas.empty_state import Way


@pytest.fixture
def act(canvas: Canvas) -> QAction:
    return QAction("Act", canvas)


@pytest.fixture
def empty(canvas: Canvas, act: QAction) -> Canvas:
    menu = QMenu(canvas)
    menu.addAction("One")
    ways = [Way("drag", "Drag something"), Way("keyboard", "Press a key")]
    canvas.empty_state.offer("Begin", ways, [("Do it", act), ("Choose", menu)])
    canvas.show_graph(Graph({}))
    return canvas


def buttons(canvas: Canvas) -> dict[str, QPushButton]:
    return {b.text(): b for b in canvas.empty_state.findChildren(QPushButton)}


def test_it_says_what_it_was_given_until_there_is_a_node(empty: Canvas) -> None:
    card = empty.empty_state
    texts = {label.text() for label in card.findChildren(QLabel)}
    assert {"Begin", "Drag something", "Press a key"} <= texts
    assert card.isVisible()
    empty.show_graph(chain())
    assert not card.isVisible()
    empty.show_graph(Graph({}))
    assert card.isVisible()


def test_a_canvas_that_was_given_nothing_shows_nothing(canvas: Canvas) -> None:
    canvas.show_graph(Graph({}))
    assert not canvas.empty_state.isVisible()


def test_the_buttons_act(qtbot: QtBot, empty: Canvas, act: QAction) -> None:
    triggered = QSignalSpy(act.triggered)
    qtbot.mouseClick(buttons(empty)["Do it"], Qt.MouseButton.LeftButton)
    assert triggered.count() == 1
    menu = buttons(empty)["Choose"].menu()
    assert menu is not None
    assert [a.text() for a in menu.actions()] == ["One"]


def test_it_stays_in_the_middle(empty: Canvas) -> None:
    card, view = empty.empty_state, empty.viewport()
    for _ in range(2):
        assert (card.geometry().center() - view.rect().center()).manhattanLength() <= 2
        empty.pan_by(QPoint(70, 40))
        assert (card.geometry().center() - view.rect().center()).manhattanLength() <= 2
        empty.resize(700, 520)


def test_it_fits_into_a_small_canvas(qtbot: QtBot, empty: Canvas) -> None:
    empty.resize(380, 190)
    card = empty.empty_state
    qtbot.waitUntil(lambda: empty.viewport().rect().contains(card.geometry()))
    for button in buttons(empty).values():
        corner = button.mapTo(card, QPoint(0, 0))
        assert card.rect().contains(button.rect().translated(corner))


def test_what_is_done_to_it_is_done_to_the_canvas(qtbot: QtBot, empty: Canvas) -> None:
    card = empty.empty_state
    added = QSignalSpy(empty.add_requested)
    place = QPoint(card.width() // 2, 8)
    qtbot.mouseDClick(card, Qt.MouseButton.LeftButton, pos=place)
    assert added.count() == 1
    at = empty.scene_point(card.mapTo(empty.viewport(), place).toPointF())
    assert added.at(0) == pytest.approx([at.x(), at.y()], abs=1)
    center = empty.view_state()[:2]
    middle = Qt.MouseButton.MiddleButton
    press_move_release(card, place, place + QPoint(30, 0), button=middle)
    assert empty.view_state()[0] == pytest.approx(center[0] - 30, abs=1)


def test_its_icons_follow_the_theme(empty: Canvas) -> None:
    before = empty.empty_state.grab().toImage()
    empty.set_theme(theme.light())
    assert empty.empty_state.grab().toImage() != before
