"""Frames, notes and names, changed with mouse and keys: each change is one step of undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QCursor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit
from pytestqt.qtbot import QtBot

from core.design import marks
from designer.main_window import MainWindow
from tests.designer.driving import click_node
from tests.designs import iris_mlp
from tests.widgets.drag import press_move_release, view_point

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALONE = Qt.KeyboardModifier.NoModifier
RECT = (0.0, 300.0, 200.0, 80.0)


@pytest.fixture
def iris(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The window on a small network with one note, the focus on the canvas."""
    window.session.open(marks.add_note(iris_mlp(), "why", RECT, "yellow"), None)
    window.canvas.fit_all()
    window.activateWindow()
    window.canvas.setFocus()
    qtbot.waitUntil(window.canvas.hasFocus)
    QCursor.setPos(QPoint(5, 5))
    return window


def press(window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier = ALONE) -> None:
    QTest.keyClick(window.canvas, key, held)


def type_in(window: MainWindow, text: str, end: Qt.Key, held: Qt.KeyboardModifier = ALONE) -> None:
    """Type into the field that is open over the canvas."""
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit | QPlainTextEdit)
    assert window.canvas.isAncestorOf(field)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, end, held)


def nodes(window: MainWindow, *names: str) -> list[str]:
    found = [window.session.design.named(name) for name in names]
    assert all(found)
    return [node.id for node in found if node]


def context_menu(
    window: MainWindow, at: QPointF, monkeypatch: pytest.MonkeyPatch, *choices: str
) -> list[str]:
    """Right-click at a scene point and take entries, menu by menu; the texts of the first menu."""
    shown: list[list[str]] = []

    def entries(menu: QMenu) -> dict[str, QAction]:
        shown = [action for action in menu.actions() if not action.isSeparator()]
        return {action.text().split("\t")[0].replace("&", ""): action for action in shown}

    class Menu(QMenu):
        def exec(self, *_: object) -> None:
            shown.append(list(entries(self)))
            menu: QMenu = self
            for choice in choices:
                action = entries(menu)[choice]
                sub = action.menu()
                if sub is None:
                    action.trigger()
                else:
                    menu = sub

    monkeypatch.setattr("designer.menus.QMenu", Menu)
    spot = view_point(window.canvas, at)
    place = window.canvas.viewport().mapToGlobal(spot)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, place)
    QApplication.sendEvent(window.canvas.viewport(), event)
    return shown[0]


def test_f2_renames_a_node_on_the_canvas_in_one_step(iris: MainWindow) -> None:
    (dense,) = nodes(iris, "dense")
    before = iris.session.design
    click_node(iris, dense)
    press(iris, Qt.Key.Key_F2)
    type_in(iris, "encoder", Qt.Key.Key_Return)
    assert iris.canvas.graph.nodes[dense].title == "encoder"
    assert iris.inspector.name.text() == "encoder"
    assert iris.session.undo_label == "Rename dense"
    iris.session.undo()
    assert iris.session.design == before


def test_a_name_in_use_becomes_a_free_one(iris: MainWindow) -> None:
    (dense,) = nodes(iris, "dense")
    click_node(iris, dense)
    press(iris, Qt.Key.Key_F2)
    type_in(iris, "activation", Qt.Key.Key_Return)
    assert iris.session.design.nodes[dense].name == "activation_2"
    assert not [p for p in iris.session.analysis.problems if "called" in p.message]


def test_a_frame_is_drawn_renamed_and_removed_with_keys(iris: MainWindow) -> None:
    chosen = nodes(iris, "dense", "activation")
    iris.canvas.select(chosen)
    press(iris, Qt.Key.Key_J, CTRL)
    (frame,) = iris.canvas.graph.frames
    assert set(frame.nodes) == set(chosen)
    press(iris, Qt.Key.Key_F2)
    type_in(iris, "Encoder", Qt.Key.Key_Return)
    assert iris.canvas.graph.frames[0].title == "Encoder"
    assert iris.session.undo_label == "Rename frame"
    iris.canvas.select(chosen[:1])
    press(iris, Qt.Key.Key_J, CTRL | SHIFT)
    assert iris.canvas.graph.frames == ()
    assert iris.session.undo_label == "Remove frame"


@pytest.fixture
def framed(iris: MainWindow) -> Callable[[], QPointF]:
    """Where the title of a frame around two nodes stands."""
    iris.canvas.select(nodes(iris, "dense", "activation"))
    press(iris, Qt.Key.Key_J, CTRL)
    iris.canvas.fit_all()
    (item,) = iris.canvas.graph_scene.frames.values()
    return item.text_rect().center


def test_the_menu_of_a_frame_colours_selects_and_removes(
    iris: MainWindow, framed: Callable[[], QPointF], monkeypatch: pytest.MonkeyPatch
) -> None:
    iris.canvas.select([])
    context_menu(iris, framed(), monkeypatch, "Colour", "Green")
    assert iris.canvas.graph.frames[0].color == "green"
    assert iris.session.undo_label == "Colour frame"
    context_menu(iris, framed(), monkeypatch, "Select its nodes")
    assert set(iris.canvas.selected_nodes()) == set(nodes(iris, "dense", "activation"))
    context_menu(iris, framed(), monkeypatch, "Rename")
    type_in(iris, "Part", Qt.Key.Key_Return)
    assert iris.canvas.graph.frames[0].title == "Part"
    context_menu(iris, framed(), monkeypatch, "Remove frame")
    assert iris.canvas.graph.frames == ()


def test_the_menu_of_a_node_reaches_its_frame(
    iris: MainWindow, framed: Callable[[], QPointF], monkeypatch: pytest.MonkeyPatch
) -> None:
    (dense,) = nodes(iris, "dense")
    at = iris.canvas.node_rect(dense).center()
    context_menu(iris, at, monkeypatch, "Frame “Frame 1”", "Colour", "Red")
    assert iris.canvas.graph.frames[0].color == "red"


def test_a_note_is_written_moved_and_deleted_in_one_step_each(iris: MainWindow) -> None:
    before = iris.session.design
    iris.canvas.select([])
    press(iris, Qt.Key.Key_N)
    type_in(iris, "# Idea", Qt.Key.Key_Return, CTRL)
    made = iris.canvas.selected_notes()
    assert [iris.session.design.notes[i].text for i in made] == ["# Idea"]
    assert iris.session.undo_label == "Add note"
    press(iris, Qt.Key.Key_F2)
    type_in(iris, "!", Qt.Key.Key_Return, CTRL)
    assert iris.session.design.notes[made[0]].text == "# Idea!"
    assert iris.session.undo_label == "Edit note"
    x, y, *size = iris.session.design.notes[made[0]].rect
    press(iris, Qt.Key.Key_Right)
    press(iris, Qt.Key.Key_Right)
    assert iris.session.design.notes[made[0]].rect == (x + 16, y, *size)
    press(iris, Qt.Key.Key_Delete)
    assert iris.session.design.notes == before.notes
    assert iris.session.undo_label == "Delete 1 note"
    for _ in range(4):
        iris.session.undo()
    assert iris.session.design == before


def test_an_emptied_note_is_deleted(iris: MainWindow) -> None:
    iris.canvas.select(["note1"])
    press(iris, Qt.Key.Key_Return)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_A, CTRL)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Delete)
    QTest.mouseClick(iris.canvas.viewport(), Qt.MouseButton.LeftButton, ALONE, QPoint(10, 10))
    assert iris.session.design.notes == {}


def test_a_note_is_resized_by_its_corner_in_one_step(iris: MainWindow) -> None:
    iris.canvas.set_zoom(1.0)
    iris.canvas.center_on("note1")
    start = view_point(iris.canvas, QPointF(197, 377))
    press_move_release(iris.canvas.viewport(), start, start + QPoint(40, 24))
    assert iris.session.design.notes["note1"].rect == (0, 300, 240, 104)
    assert iris.session.undo_label == "Resize note"


def test_nodes_and_notes_are_moved_duplicated_and_deleted_together(iris: MainWindow) -> None:
    before, (dense,) = iris.session.design, nodes(iris, "dense")
    iris.canvas.select([dense, "note1"])
    press(iris, Qt.Key.Key_Down)
    assert iris.session.undo_label == "Nudge 1 node and 1 note"
    x, y = before.position(dense)
    assert iris.session.design.position(dense) == (x, y + 8)
    assert iris.session.design.notes["note1"].rect[1] == RECT[1] + 8
    press(iris, Qt.Key.Key_D, CTRL)
    copy, written = iris.canvas.selected_nodes(), iris.canvas.selected_notes()
    assert copy != [dense]
    assert written != ["note1"]
    note = iris.session.design.notes[written[0]]
    assert (note.text, note.color, note.rect[0]) == ("why", "yellow", RECT[0] + 32)
    assert iris.session.undo_label == "Duplicate 1 node and 1 note"
    press(iris, Qt.Key.Key_Delete)
    assert iris.session.undo_label == "Delete 1 node and 1 note"
    iris.session.undo()
    iris.session.undo()
    iris.session.undo()
    assert iris.session.design == before


def test_notes_travel_by_the_clipboard(iris: MainWindow) -> None:
    before, (dense,) = iris.session.design, nodes(iris, "dense")
    iris.canvas.select([dense, "note1"])
    press(iris, Qt.Key.Key_X, CTRL)
    assert iris.session.undo_label == "Cut 1 node and 1 note"
    assert iris.session.design.notes == {}
    press(iris, Qt.Key.Key_V, CTRL)
    (note,) = iris.session.design.notes.values()
    assert (note.text, note.rect) == ("why", RECT)
    assert iris.canvas.selected_notes() == [note.id]
    assert len(iris.canvas.selected_nodes()) == 1
    iris.canvas.select([note.id])
    press(iris, Qt.Key.Key_C, CTRL)
    press(iris, Qt.Key.Key_V, CTRL)
    assert iris.session.undo_label == "Paste 1 note"
    assert len(iris.session.design.notes) == 2
    assert len(iris.session.design.nodes) == len(before.nodes)
    QGuiApplication.clipboard().clear()


def test_the_menu_colours_all_selected_notes(
    iris: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    rect = (300.0, 300.0, 200.0, 80.0)
    iris.session.act("Add", lambda d: marks.add_note(d, "other", rect))
    iris.canvas.fit_all()
    iris.canvas.select(["note1", "note2"])
    texts = context_menu(iris, QPointF(100, 340), monkeypatch, "Colour", "Purple")
    assert {"Copy", "Duplicate", "Delete"} <= set(texts)
    assert [n.color for n in iris.session.design.notes.values()] == ["purple", "purple"]
    assert iris.session.undo_label == "Colour 2 notes"
    assert "Group" not in texts


def test_a_note_is_added_where_the_menu_was_opened(
    iris: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    iris.canvas.set_zoom(1.0)
    at = iris.canvas.visible_rect().topLeft() + QPointF(30, 40)
    context_menu(iris, at, monkeypatch, "Add note")
    type_in(iris, "here", Qt.Key.Key_Return, CTRL)
    (made,) = iris.canvas.selected_notes()
    x, y, *_ = iris.session.design.notes[made].rect
    assert (x, y) == pytest.approx((at.x(), at.y()), abs=1)


def test_what_is_typed_counts_before_an_action_and_before_the_window_closes(
    iris: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dense,) = nodes(iris, "dense")
    iris.canvas.in_place.rename(dense)
    QTest.keyClicks(QApplication.focusWidget(), "encoder")
    iris.actions_by_name["fit"].trigger()
    assert iris.session.design.nodes[dense].name == "encoder"
    iris.canvas.in_place.edit_note("note1")
    QTest.keyClicks(QApplication.focusWidget(), " not")
    with monkeypatch.context() as stay:
        stay.setattr(iris.files, "may_leave", lambda: False)
        iris.close()
    assert iris.session.design.notes["note1"].text == "why not"


def test_actions_are_offered_only_where_they_mean_something(iris: MainWindow) -> None:
    def enabled() -> set[str]:
        names = ("copy", "rename", "frame", "unframe", "bridge")
        return {name for name in names if iris.actions_by_name[name].isEnabled()}

    iris.canvas.select([])
    assert enabled() == set()
    iris.canvas.select(["note1"])
    assert enabled() == {"copy", "rename"}
    iris.canvas.select(nodes(iris, "dense"))
    assert enabled() == {"copy", "rename", "frame", "bridge"}
    iris.actions_by_name["frame"].trigger()
    assert "unframe" in enabled()
    iris.canvas.select(nodes(iris, "dense", "activation"))
    assert "rename" not in enabled()
