"""Finding a node by typing, with real keys and clicks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design
from core.project.file import load
from core.project.gallery import examples
from designer.find_node import FindNode
from tests.designer.workbench import Workbench
from widgets.theme import Theme, dark, light


@pytest.fixture
def window(qtbot: QtBot) -> Workbench:
    """A window on the CNN example."""
    made = Workbench(qtbot, load(examples()["digits_cnn"]))
    made.begin(qtbot)
    return made


@pytest.fixture
def find(qtbot: QtBot, window: Workbench) -> FindNode:
    """The bar of that window, opened by its keys."""
    bar = FindNode(window.session, window.canvas)
    window.shortcut("Ctrl+Shift+F", bar.open)
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.canvas, Qt.Key.Key_F, held)
    qtbot.waitUntil(bar.search.hasFocus)
    return bar


def names(find: FindNode) -> list[str]:
    return [find.session.design.nodes[i].name for i in find.hits()]


def test_it_lists_every_node_in_computing_order_at_first(find: FindNode) -> None:
    assert find.isVisible()
    assert find.hits() == list(find.session.analysis.order)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("conv", ["conv_1", "conv_2", "conv_3"]),
        ("RELU_2", ["relu_2"]),
        ("batch norm", ["batch_norm_1", "batch_norm_2", "batch_norm_3"]),
        ("[B, 8, 8, 1]", ["image"]),
        ("no such node", []),
    ],
)
def test_typing_narrows_by_name_block_and_shape(
    qtbot: QtBot, find: FindNode, typed: str, found: list[str]
) -> None:
    qtbot.keyClicks(find.search, typed)
    assert names(find) == found
    assert find.note.isVisible() == (not found)


def test_enter_selects_the_chosen_hit_and_brings_it_into_view(
    qtbot: QtBot, window: Workbench, find: FindNode
) -> None:
    canvas, before = window.canvas, window.session.design
    canvas.set_zoom(1.0)
    canvas.centerOn(5000, 5000)
    qtbot.keyClicks(find.search, "conv")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(find.search, key)
    (chosen,) = canvas.selected_nodes()
    assert before.nodes[chosen].name == "conv_2"
    assert canvas.visible_rect().contains(canvas.node_rect(chosen))
    assert not find.isVisible()
    assert canvas.hasFocus()
    assert window.session.design is before


def test_a_click_on_a_hit_goes_there(qtbot: QtBot, window: Workbench, find: FindNode) -> None:
    item = find.list.item(2)
    place = find.list.visualItemRect(item).center()
    wanted = find.hits()[2]
    qtbot.mouseClick(find.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.canvas.selected_nodes() == [wanted]


def test_escape_closes_and_keeps_the_selection(
    qtbot: QtBot, window: Workbench, find: FindNode
) -> None:
    chosen = list(window.session.design.nodes)[:2]
    window.canvas.select(chosen)
    qtbot.keyClick(find.search, Qt.Key.Key_Escape)
    assert not find.isVisible()
    assert window.canvas.hasFocus()
    assert window.canvas.selected_nodes() == chosen


def test_a_click_on_the_canvas_closes_but_one_on_the_bar_does_not(
    qtbot: QtBot, window: Workbench, find: FindNode
) -> None:
    chosen = list(window.session.design.nodes)[:2]
    window.canvas.select(chosen)
    qtbot.mouseClick(find, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert find.isVisible()
    assert window.canvas.selected_nodes() == chosen
    corner = window.canvas.viewport().rect().bottomLeft() + QPoint(4, -4)
    qtbot.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    qtbot.waitUntil(lambda: not find.isVisible())


def test_keys_that_the_field_does_not_want_do_not_reach_the_canvas(
    qtbot: QtBot, window: Workbench, find: FindNode
) -> None:
    window.canvas.select(list(window.session.design.nodes)[:1])
    qtbot.keyClick(find.search, Qt.Key.Key_F2)
    qtbot.keyClick(find.search, Qt.Key.Key_Delete)
    assert not window.canvas.in_place.active
    assert window.session.undo_label == ""


def test_an_edit_while_it_is_open_shows_at_once(window: Workbench, find: FindNode) -> None:
    node = window.session.design.named("conv_1")
    assert node is not None
    window.session.act("Rename", lambda d: edits.rename(d, node.id, "edges"))
    assert "edges" in names(find)
    window.session.open(Design(), None)
    assert find.hits() == []
    assert find.note.text() == "There are no nodes yet"


def test_only_the_best_of_many_hits_are_shown(window: Workbench, find: FindNode) -> None:
    design = Design()
    for _ in range(130):
        design = edits.add_node(design, edits.new_node(design, "Dense"), (0, 0))
    window.session.open(design, None)
    assert len(find.hits()) == 100
    assert find.note.text() == "and 30 more"


@pytest.mark.parametrize("theme", [dark(), light()], ids=lambda theme: theme.name)
def test_a_hit_is_drawn_in_the_colours_of_the_theme(
    qtbot: QtBot, find: FindNode, theme: Theme
) -> None:
    find.set_theme(theme)
    qtbot.keyClicks(find.search, "conv")
    rect = find.list.visualItemRect(find.list.item(1))
    picture = find.list.viewport().grab().toImage()
    chip = QPoint(rect.left() + 17, rect.center().y())
    assert picture.pixelColor(chip).name() == theme.family_color("Convolution")
    assert picture.pixelColor(rect.topRight() - QPoint(1, 0)).name() == theme.surface


def test_the_bar_stays_in_the_middle_of_a_canvas_that_changes_its_size(
    qtbot: QtBot, window: Workbench, find: FindNode
) -> None:
    for width in (700, 300):
        window.resize(width, 500)
        with qtbot.waitExposed(window):
            QApplication.sendPostedEvents()
        assert window.canvas.width() == width
        assert window.canvas.rect().contains(find.geometry())
        assert abs(find.geometry().center().x() - window.canvas.rect().center().x()) <= 1


def test_the_hit_that_enter_takes_is_spoken(qtbot: QtBot, find: FindNode) -> None:
    spoken: list[str] = []
    find.spoken.announced.connect(spoken.append)
    qtbot.keyClicks(find.search, "conv")
    assert spoken[-1] == "conv_1, Convolution, [B, 8, 8, 32], 1 of 3"
    qtbot.keyClick(find.search, Qt.Key.Key_Down)
    assert spoken[-1] == "conv_2, Convolution, [B, 8, 8, 32], 2 of 3"
    qtbot.keyClicks(find.search, "qq")
    assert spoken[-1] == "No node matches “convqq”"
