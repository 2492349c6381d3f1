"""Renaming nodes and frames and writing notes, in fields over the canvas."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.canvas.samples import chain
from tests.widgets.drag import send_mouse, view_point
from widgets import theme
from widgets.canvas import Canvas, Frame, Graph, NoteView

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
NOTE = NoteView("note1", "old", (-300.0, 160.0, 200.0, 60.0), "blue")
Field = QLineEdit | QPlainTextEdit


@pytest.fixture
def busy(canvas: Canvas, qtbot: QtBot) -> Canvas:
    """a -> b, a frame around b and c, a note; the canvas has the focus."""
    graph = chain()
    frames = (Frame("f1", "Pair", ("b", "c")),)
    canvas.show_graph(Graph(graph.nodes, graph.wires, frames, (NOTE,)))
    canvas.activateWindow()
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    return canvas


def field(canvas: Canvas) -> Field:
    """The open field, which has the focus."""
    found = QApplication.focusWidget()
    assert isinstance(found, QLineEdit | QPlainTextEdit)
    assert canvas.isAncestorOf(found)
    return found


def hints(canvas: Canvas) -> list[str]:
    return [label.text() for label in canvas.findChildren(QLabel) if label.isVisible()]


def wheel(canvas: Canvas, over: QWidget) -> None:
    """Turn the wheel one notch up over a widget."""
    at = over.mapTo(canvas, over.rect().center())
    QTest.wheelEvent(canvas.windowHandle(), QPointF(at), QPoint(0, 120))


def double_click(canvas: Canvas, at: QPointF) -> None:
    QTest.mouseDClick(canvas.viewport(), LEFT, NONE, view_point(canvas, at))


def test_f2_opens_a_field_over_the_title_and_enter_renames(busy: Canvas) -> None:
    renamed = QSignalSpy(busy.renamed)
    busy.select(["b"])
    QTest.keyClick(busy, Qt.Key.Key_F2)
    title = busy.viewportTransform().mapRect(busy.graph_scene.nodes["b"].title_rect())
    line = field(busy)
    place = line.mapTo(busy.viewport(), QPoint(0, 0))
    assert line.text() == line.selectedText() == "node b"
    assert abs(place.x() - title.left()) < 12
    assert abs(place.y() + line.height() / 2 - title.center().y()) < 4
    QTest.keyClicks(line, "edges")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert renamed.count() == 1
    assert renamed.at(0) == ["b", "edges"]
    assert busy.hasFocus()
    assert not busy.in_place.active


def test_escape_gives_up_and_an_unchanged_name_is_no_change(busy: Canvas) -> None:
    renamed = QSignalSpy(busy.renamed)
    busy.select(["b"])
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        QTest.keyClick(busy, Qt.Key.Key_F2)
        if key == Qt.Key.Key_Escape:
            QTest.keyClicks(field(busy), "other")
        QTest.keyClick(field(busy), key)
        assert not busy.in_place.active
    assert renamed.count() == 0
    assert busy.selected_nodes() == ["b"], "Escape was meant for the field"


def test_double_clicks_on_titles_rename_nodes_and_frames(busy: Canvas) -> None:
    renamed = QSignalSpy(busy.renamed)
    frame = busy.graph_scene.frames["f1"].text_rect()
    for title in (busy.graph_scene.nodes["a"].title_rect(), frame):
        double_click(busy, title.center())
        QTest.keyClicks(field(busy), "new")
        QTest.keyClick(field(busy), Qt.Key.Key_Enter)
    assert [renamed.at(i) for i in range(renamed.count())] == [["a", "new"], ["f1", "new"]]


def test_f2_renames_the_frame_whose_nodes_are_selected(busy: Canvas) -> None:
    busy.select(["a", "b"])
    QTest.keyClick(busy, Qt.Key.Key_F2)
    assert not busy.in_place.active
    busy.select(["c", "b"])
    QTest.keyClick(busy, Qt.Key.Key_F2)
    assert field(busy).text() == "Pair"


def test_an_empty_name_is_refused_with_a_word(busy: Canvas) -> None:
    renamed = QSignalSpy(busy.renamed)
    busy.select(["b"])
    QTest.keyClick(busy, Qt.Key.Key_F2)
    QTest.keyClick(field(busy), Qt.Key.Key_Backspace)
    QTest.keyClick(field(busy), Qt.Key.Key_Return)
    assert busy.in_place.active
    assert any("at least one" in text for text in hints(busy))
    QTest.keyClicks(field(busy), "x")
    assert hints(busy) == []
    QTest.keyClick(field(busy), Qt.Key.Key_Return)
    assert renamed.at(0) == ["b", "x"]


def test_a_name_that_is_taken_becomes_a_free_one_and_says_so(busy: Canvas) -> None:
    renamed = QSignalSpy(busy.renamed)
    busy.in_place.name_for = lambda _, text: "a_2" if text == "a" else text
    busy.select(["b"])
    QTest.keyClick(busy, Qt.Key.Key_F2)
    QTest.keyClicks(field(busy), "a")
    assert any("a_2" in text for text in hints(busy))
    QTest.keyClick(field(busy), Qt.Key.Key_Return)
    assert renamed.at(0) == ["b", "a_2"]


@pytest.mark.parametrize("text", ["edges", ""])
def test_a_click_elsewhere_commits_what_can_be(busy: Canvas, qtbot: QtBot, text: str) -> None:
    renamed = QSignalSpy(busy.renamed)
    busy.select(["b"])
    QTest.keyClick(busy, Qt.Key.Key_F2)
    QTest.keyClick(field(busy), Qt.Key.Key_Backspace)
    QTest.keyClicks(field(busy), text)
    QTest.mouseClick(busy.viewport(), LEFT, NONE, QPoint(20, 20))
    assert not busy.in_place.active
    assert renamed.count() == (1 if text else 0)
    assert busy.selected_nodes() == []


def test_the_field_follows_the_view_and_stays_readable(busy: Canvas) -> None:
    busy.select(["b"])
    busy.set_zoom(2.0)
    QTest.keyClick(busy, Qt.Key.Key_F2)
    line = field(busy)
    large = line.font().pixelSize()
    before = line.mapTo(busy.viewport(), QPoint(0, 0))
    busy.pan_by(QPoint(30, -20))
    assert line.mapTo(busy.viewport(), QPoint(0, 0)) - before == QPoint(30, -20)
    busy.set_zoom(0.2)
    assert large == 26
    assert line.font().pixelSize() == 12
    title = busy.viewportTransform().map(busy.graph_scene.nodes["b"].title_rect().center())
    assert abs(line.mapTo(busy.viewport(), line.rect().center()).y() - title.y()) < 4


def test_a_node_out_of_view_comes_into_view_to_be_renamed(busy: Canvas) -> None:
    busy.centerOn(QPointF(9000, 9000))
    busy.in_place.rename("b")
    place = field(busy).mapTo(busy.viewport(), field(busy).rect().center())
    assert busy.viewport().rect().contains(place)


def test_the_field_goes_with_its_node(busy: Canvas) -> None:
    renamed = QSignalSpy(busy.renamed)
    busy.in_place.rename("b")
    busy.show_graph(Graph({"a": chain().nodes["a"]}))
    assert not busy.in_place.active
    assert renamed.count() == 0
    busy.in_place.rename("b")
    assert not busy.in_place.active


def test_the_field_gives_up_when_its_text_is_changed_under_it(busy: Canvas) -> None:
    spies = [QSignalSpy(busy.renamed), QSignalSpy(busy.note_changed)]
    graph = busy.graph
    busy.in_place.rename("b")
    QTest.keyClicks(field(busy), "typed")
    other = replace(graph.nodes["b"], title="other")
    busy.show_graph(replace(graph, nodes={**graph.nodes, "b": other}))
    assert not busy.in_place.active
    busy.in_place.edit_note("note1")
    busy.show_graph(replace(graph, notes=(replace(NOTE, rect=(0.0, 300.0, 200.0, 60.0)),)))
    assert busy.in_place.active, "it is the same text elsewhere"
    busy.show_graph(replace(graph, notes=(replace(NOTE, text="other"),)))
    assert not busy.in_place.active
    assert [spy.count() for spy in spies] == [0, 0]


def test_the_wheel_over_a_field_zooms_the_canvas(busy: Canvas) -> None:
    for begin, item in ((busy.in_place.edit_note, "note1"), (busy.in_place.rename, "b")):
        begin(item)
        before, size = busy.zoom, field(busy).font().pixelSize()
        wheel(busy, field(busy))
        assert busy.zoom == pytest.approx(before * 1.2)
        assert field(busy).font().pixelSize() > size
    assert busy.in_place.active


def test_keys_of_the_field_do_not_reach_the_nodes(busy: Canvas) -> None:
    nudges, deletes = QSignalSpy(busy.nudged), QSignalSpy(busy.delete_requested)
    busy.select(["b"])
    QTest.keyClick(busy, Qt.Key.Key_F2)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Delete, Qt.Key.Key_F, Qt.Key.Key_N):
        QTest.keyClick(field(busy), key)
    assert (nudges.count(), deletes.count(), busy.zoom) == (0, 0, 1.0)
    assert field(busy).text() == "fn"


def test_another_theme_ends_the_editing(busy: Canvas) -> None:
    renamed = QSignalSpy(busy.renamed)
    busy.in_place.rename("b")
    QTest.keyClicks(field(busy), "edges")
    busy.set_theme(theme.light())
    assert renamed.at(0) == ["b", "edges"]


def test_n_writes_a_note_at_the_pointer(busy: Canvas) -> None:
    added = QSignalSpy(busy.note_added)
    none = Qt.MouseButton.NoButton
    send_mouse(busy.viewport(), QEvent.Type.MouseMove, QPoint(60, 80), none, none)
    corner = busy.scene_point(QPointF(60, 80))
    QTest.keyClick(busy, Qt.Key.Key_N)
    page = field(busy)
    QTest.keyClicks(page, "first")
    QTest.keyClick(page, Qt.Key.Key_Return)
    QTest.keyClicks(page, "second")
    assert added.count() == 0, "Enter alone begins a line"
    QTest.keyClick(page, Qt.Key.Key_Return, CTRL)
    text, rect, color = added.at(0)
    assert (text, color) == ("first\nsecond", "yellow")
    assert rect[:2] == (round(corner.x()), round(corner.y()))
    assert busy.hasFocus()


def test_ctrl_enter_is_the_notes_even_where_it_is_a_shortcut(busy: Canvas) -> None:
    added, other = QSignalSpy(busy.note_added), QShortcut(QKeySequence("Ctrl+Return"), busy)
    acted = QSignalSpy(other.activated)
    QTest.keyClick(busy, Qt.Key.Key_Return, CTRL)
    assert acted.count() == 1
    QTest.keyClick(busy, Qt.Key.Key_N)
    QTest.keyClicks(field(busy), "text")
    QTest.keyClick(field(busy), Qt.Key.Key_Return, CTRL)
    assert (added.count(), acted.count()) == (1, 1)


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_an_empty_or_given_up_note_is_not_made(busy: Canvas, key: Qt.Key) -> None:
    added = QSignalSpy(busy.note_added)
    QTest.keyClick(busy, Qt.Key.Key_N)
    QTest.keyClicks(field(busy), "text" if key == Qt.Key.Key_Escape else "  ")
    QTest.keyClick(field(busy), key, CTRL)
    assert added.count() == 0
    assert not busy.in_place.active


@pytest.mark.parametrize("how", ["F2", "Enter", "double click"])
def test_a_note_is_edited_where_it_stands(busy: Canvas, how: str) -> None:
    changed = QSignalSpy(busy.note_changed)
    busy.select(["note1"])
    if how == "double click":
        double_click(busy, QPointF(-200, 190))
    else:
        QTest.keyClick(busy, Qt.Key.Key_F2 if how == "F2" else Qt.Key.Key_Return)
    page = field(busy)
    corner = busy.viewportTransform().map(QPointF(-300, 160))
    assert (page.mapTo(busy.viewport(), QPointF(0, 0)) - corner).manhattanLength() <= 4
    QTest.keyClicks(page, " and new")
    QTest.keyClick(page, Qt.Key.Key_Return, CTRL)
    assert changed.at(0) == ["note1", "old and new", NOTE.rect]


def test_a_note_grows_with_its_text(busy: Canvas) -> None:
    changed = QSignalSpy(busy.note_changed)
    busy.in_place.edit_note("note1")
    page = field(busy)
    before = page.height()
    for _ in range(8):
        QTest.keyClick(page, Qt.Key.Key_Return)
        QTest.keyClicks(page, "line")
    assert page.height() > before
    QTest.mouseClick(busy.viewport(), LEFT, NONE, QPoint(20, 20))
    left, top, width, height = changed.at(0)[2]
    assert (left, top, width) == NOTE.rect[:3]
    assert height > 2 * NOTE.rect[3]


def test_an_emptied_note_is_reported_as_empty(busy: Canvas) -> None:
    changed = QSignalSpy(busy.note_changed)
    busy.in_place.edit_note("note1")
    QTest.keyClick(field(busy), Qt.Key.Key_A, CTRL)
    QTest.keyClick(field(busy), Qt.Key.Key_Delete)
    QTest.keyClick(field(busy), Qt.Key.Key_Return, CTRL)
    assert changed.at(0)[:2] == ["note1", ""]
