"""Notes and coloured frames: drawing, selecting, moving and resizing."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication

from tests.widgets.canvas.samples import chain
from tests.widgets.drag import press_move_release, view_point
from tests.widgets.test_theme import contrast
from widgets import theme
from widgets.canvas import Canvas, Frame, Graph, NoteView
from widgets.canvas.graph import HUES
from widgets.canvas.hits import hit_at
from widgets.canvas.hover import tooltip_for
from widgets.canvas.note_item import height_for
from widgets.canvas.note_text import NoteText
from widgets.canvas.style import Style, mix

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
RECT = (-300.0, 160.0, 200.0, 120.0)
NOTE = NoteView("note1", "# Why\nBecause it was better so.", RECT, "green")


@pytest.fixture
def noted(canvas: Canvas) -> Canvas:
    """a -> b, c, and a note left below."""
    graph = chain()
    canvas.show_graph(Graph(graph.nodes, graph.wires, (), (NOTE,)))
    return canvas


def at(canvas: Canvas, x: float, y: float) -> QPoint:
    return view_point(canvas, QPointF(x, y))


def color_at(canvas: Canvas, x: float, y: float) -> str:
    return canvas.viewport().grab().toImage().pixelColor(at(canvas, x, y)).name()


def test_a_note_is_a_card_in_its_colour_behind_the_nodes(noted: Canvas) -> None:
    tones = noted.graph_scene.look.hue("green")
    assert color_at(noted, -140, 260) == tones.note_fill.name()
    over = replace(NOTE, rect=(-20.0, -20.0, 300.0, 120.0), text="")
    noted.show_graph(Graph(chain().nodes, (), (), (over,)))
    assert color_at(noted, 270, 80) == tones.note_fill.name()
    assert color_at(noted, 140, 60) == noted.graph_scene.look.surface.name()


def test_zoomed_out_a_note_is_a_box_of_its_colour(noted: Canvas) -> None:
    noted.set_zoom(0.1)
    noted.center_on("note1")
    assert color_at(noted, -200, 220) == noted.graph_scene.look.hue("green").overview.name()
    noted.select(["note1"])
    assert color_at(noted, -200, 220) != noted.graph_scene.look.hue("green").overview.name()


def test_the_text_of_a_note_is_text_in_an_svg(noted: Canvas, tmp_path: Path) -> None:
    path = tmp_path / "picture.svg"
    noted.render_to(path)
    root = ElementTree.parse(path).getroot()
    texts = ["".join(e.itertext()).strip() for e in root.iter() if e.tag.endswith("text")]
    assert "Why" in texts
    assert "Because it was better so." in texts
    assert not [e for e in root.iter() if e.tag.endswith("image")]


def test_lines_are_broken_at_the_width_and_cut_at_the_height(noted: Canvas) -> None:
    fonts = noted.graph_scene.fonts
    one, wrapped = NoteText("word " * 9, fonts, 900, 900), NoteText("word " * 9, fonts, 60, 900)
    assert wrapped.height > 4 * one.height
    assert not wrapped.cut
    short = NoteText("word " * 9, fonts, 60, 2.5 * one.height)
    assert short.cut
    assert short.height == 2 * one.height
    assert NoteText("# word", fonts, 900, 900).height > one.height
    assert height_for("a\nb\nc", fonts, 200) - height_for("a\nb", fonts, 200) == one.height


def test_what_does_not_fit_is_in_the_tooltip(noted: Canvas) -> None:
    text = "a <b> " * 200
    noted.show_graph(Graph({}, (), (), (replace(NOTE, text=text),)))
    shown = tooltip_for(hit_at(noted.graph_scene, QPointF(-200, 220), 1.0), noted.graph_scene)
    assert "&lt;b&gt;" in shown
    noted.show_graph(Graph({}, (), (), (NOTE,)))
    hit = hit_at(noted.graph_scene, QPointF(-200, 220), 1.0)
    assert tooltip_for(hit, noted.graph_scene) == ""


def test_a_click_selects_a_note_and_a_drag_moves_it_with_the_selected_nodes(noted: Canvas) -> None:
    changes, moves = QSignalSpy(noted.selection_changed), QSignalSpy(noted.moved)
    spot = at(noted, -200, 220)
    QTest.mouseClick(noted.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, spot)
    assert (noted.selected_notes(), noted.selected_nodes()) == (["note1"], [])
    assert changes.at(0) == [[]]
    corner = view_point(noted, noted.node_rect("c").center())
    QTest.mouseClick(noted.viewport(), LEFT, CTRL, corner)
    assert (noted.selected_notes(), noted.selected_nodes()) == (["note1"], ["c"])
    press_move_release(noted.viewport(), spot, spot + QPoint(40, -16))
    assert moves.at(0)[0] == {"c": (40.0, 144.0), "note1": (-260.0, 144.0)}
    assert noted.graph_scene.notes["note1"].rect == QRectF(-260, 144, 200, 120)


def test_escape_puts_a_dragged_note_back(noted: Canvas) -> None:
    moves = QSignalSpy(noted.moved)
    spot = at(noted, -200, 220)
    press_move_release(noted.viewport(), spot, spot + QPoint(40, 40), release=False)
    assert noted.graph_scene.notes["note1"].rect.left() == -260
    QTest.keyClick(noted, Qt.Key.Key_Escape)
    assert noted.graph_scene.notes["note1"].rect == QRectF(*RECT)
    assert moves.count() == 0


@pytest.mark.parametrize(
    ("grip", "rect", "cursor"),
    [
        ((-103, 277), (-300, 160, 240, 150), Qt.CursorShape.SizeFDiagCursor),
        ((-102, 220), (-300, 160, 240, 120), Qt.CursorShape.SizeHorCursor),
        ((-298, 220), (-260, 160, 160, 120), Qt.CursorShape.SizeHorCursor),
        ((-200, 278), (-300, 160, 200, 150), Qt.CursorShape.SizeVerCursor),
        ((-200, 162), (-300, 190, 200, 90), Qt.CursorShape.SizeVerCursor),
        ((-298, 162), (-260, 190, 160, 90), Qt.CursorShape.SizeFDiagCursor),
    ],
    ids=["corner", "right", "left", "bottom", "top", "upper left"],
)
def test_a_note_is_resized_by_its_edges(
    noted: Canvas, grip: tuple[float, float], rect: tuple[float, ...], cursor: Qt.CursorShape
) -> None:
    changes = QSignalSpy(noted.note_changed)
    start = at(noted, *grip)
    QTest.mouseMove(noted.viewport(), start)
    assert noted.viewport().cursor().shape() == cursor
    press_move_release(noted.viewport(), start, start + QPoint(40, 30))
    assert changes.count() == 1
    assert changes.at(0) == ["note1", NOTE.text, tuple(map(float, rect))]
    assert noted.selected_notes() == ["note1"]


def test_a_note_does_not_shrink_to_nothing_and_escape_restores_it(noted: Canvas) -> None:
    changes = QSignalSpy(noted.note_changed)
    start = at(noted, -103, 277)
    press_move_release(noted.viewport(), start, start - QPoint(400, 300), release=False)
    item = noted.graph_scene.notes["note1"]
    assert item.rect.topLeft() == QPointF(-300, 160)
    assert item.rect.width() >= 90
    assert item.rect.height() >= 30
    QTest.keyClick(noted, Qt.Key.Key_Escape)
    assert item.rect == QRectF(*RECT)
    assert changes.count() == 0


def test_a_note_that_vanishes_while_it_is_resized_ends_the_drag(noted: Canvas) -> None:
    changes = QSignalSpy(noted.note_changed)
    start = at(noted, -103, 277)
    press_move_release(noted.viewport(), start, start + QPoint(30, 30), release=False)
    noted.show_graph(chain())
    QTest.mouseRelease(noted.viewport(), LEFT)
    assert not noted.has_gesture
    assert changes.count() == 0


def test_a_box_and_select_all_take_notes_too(noted: Canvas) -> None:
    start, end = at(noted, -320, 300), at(noted, -250, 250)
    press_move_release(noted.viewport(), start, end)
    assert (noted.selected_notes(), noted.selected_nodes()) == (["note1"], [])
    QTest.keyClick(noted, Qt.Key.Key_A, CTRL)
    assert (noted.selected_notes(), len(noted.selected_nodes())) == (["note1"], 3)
    assert "1 note, 4 selected" in noted.accessibleDescription()
    QTest.keyClick(noted, Qt.Key.Key_Escape)
    assert noted.selected_notes() == []


def test_keys_delete_and_nudge_notes_and_walk_to_them(noted: Canvas) -> None:
    deletes, nudges = QSignalSpy(noted.delete_requested), QSignalSpy(noted.nudged)
    noted.select(["a"])
    QTest.keyClick(noted, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert noted.selected_notes() == ["note1"]
    QTest.keyClick(noted, Qt.Key.Key_Right)
    assert nudges.at(0)[0] == {"note1": (-292.0, 160.0)}
    noted.select(["c", "note1"])
    QTest.keyClick(noted, Qt.Key.Key_Delete)
    assert deletes.at(0) == [["c", "note1"], []]


def test_a_note_that_is_gone_is_selected_no_longer(noted: Canvas) -> None:
    noted.select(["note1"])
    changes = QSignalSpy(noted.selection_changed)
    noted.show_graph(chain())
    assert noted.selected_notes() == []
    assert changes.count() == 1


def test_the_context_menu_of_a_note_selects_it(noted: Canvas) -> None:
    asked = QSignalSpy(noted.context_menu_requested)
    spot = at(noted, -200, 220)
    globally = noted.viewport().mapToGlobal(spot)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, globally)
    QApplication.sendEvent(noted.viewport(), event)
    assert asked.at(0)[1] == "note1"
    assert noted.selected_notes() == ["note1"]


def test_a_frame_takes_the_notes_inside_it_along(canvas: Canvas) -> None:
    graph = chain()
    inside = NoteView("in", "", (10.0, 100.0, 120.0, 44.0))
    frames = (Frame("f1", "Pair", ("b", "c"), "red"),)
    canvas.show_graph(Graph(graph.nodes, graph.wires, frames, (NOTE, inside)))
    moves = QSignalSpy(canvas.moved)
    start = view_point(canvas, canvas.graph_scene.frames["f1"].title_rect().center())
    press_move_release(canvas.viewport(), start, start + QPoint(16, 8))
    assert set(moves.at(0)[0]) == {"b", "c", "in"}
    assert moves.at(0)[0]["in"] == (26.0, 108.0)


def test_a_frame_is_drawn_in_its_colour(canvas: Canvas) -> None:
    graph = chain()

    def ground(color: str) -> str:
        frame = Frame("f1", "", ("c",), color)
        canvas.show_graph(Graph(graph.nodes, graph.wires, (frame,)))
        corner = canvas.graph_scene.frames["f1"].rect.bottomLeft() + QPointF(20, -8)
        return color_at(canvas, corner.x(), corner.y())

    seen = [ground(color) for color in HUES]
    assert len(set(seen)) == len(HUES)
    assert ground("no such colour") == seen[0]


@pytest.mark.parametrize("made", [theme.dark(), theme.light()], ids=lambda t: t.name)
@pytest.mark.parametrize("hue", HUES)
def test_texts_on_frames_and_notes_can_be_read(made: theme.Theme, hue: str) -> None:
    style = Style(made)
    tones = style.hue(hue)
    fill = QColor(tones.frame_fill)
    share, fill = fill.alphaF(), QColor(fill.name())
    ground = mix(style.background, fill, share)
    assert contrast(tones.frame_text.name(), ground.name()) >= 4.5
    assert contrast(style.text.name(), tones.note_fill.name()) >= 4.5
    assert contrast(style.muted.name(), tones.note_fill.name()) >= 3


@pytest.mark.parametrize("made", [theme.dark(), theme.light()], ids=lambda t: t.name)
def test_no_two_colours_look_alike(made: theme.Theme) -> None:
    fills = sorted(Style(made).hue(hue).note_fill.name() for hue in HUES)
    assert all(first != second for first, second in pairwise(fills))
