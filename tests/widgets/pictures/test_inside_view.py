"""What is seen inside of a node, and what mouse and keys tell of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.explain.inside.patches import Patches
from core.explain.inside.receptive import Field
from core.explain.inside.seen import FILTERS, FRAMES, GATES, HEADS, OUTPUT, WEIGHTS, Facet, Insides
from widgets.pictures.inside_view import InsideView

TOKENS = tuple("whale")
NUMBERS = np.random.default_rng(0)
# A kernel of 3 with zeros around, on 8 pixels.
AXIS = np.stack([np.arange(8) - 1, np.arange(8) + 2], axis=1).clip(0, 8).astype(np.int32)


def convolution(channels: int = 1) -> Insides:
    kernel = NUMBERS.normal(size=(3, 3, channels, 4))
    axes = ("rows", "columns", "input channels", "filters")
    facets = (
        Facet(FILTERS, "Kernel", kernel, axes),
        Facet(WEIGHTS, "Bias", np.array([1.0, 2.0, -3.0, 4.0]), ("outputs",)),
    )
    image = NUMBERS.uniform(size=(8, 8, 1)).astype(np.float32)
    output = NUMBERS.normal(size=(8, 8, 4))
    return Insides("conv", 0, 9, output, image, (), facets, Field((AXIS, AXIS), (8, 8)))


def attention() -> Insides:
    weights = np.full((2, 5, 5), 0.05)
    weights[0, 1, 3] = weights[1, 1, 4] = 0.8
    heads = Facet(HEADS, "", weights, ("heads", "queries", "keys"), TOKENS, TOKENS, (0.0, 1.0))
    ids = np.arange(5, dtype=np.int32)
    return Insides("attention", 0, 9, np.zeros((5, 4)), ids, TOKENS, (heads,))


def vision() -> Insides:
    """Four patches of an image of 6 by 8 behind a class token; every query looks at patch 2."""
    rows, columns = (np.array([[0, n], [n, 2 * n]], np.int32) for n in (3, 4))
    patches = Patches(rows, columns, before=1)
    weights = np.full((2, 5, 5), 0.05)
    weights[:, :, 3] = 0.8
    axes = ("heads", "queries", "keys")
    heads = Facet(HEADS, "", weights, axes, patches.names, patches.names, (0.0, 1.0))
    heads = replace(heads, row_patches=patches, column_patches=patches)
    image = np.full((6, 8, 1), 0.5, np.float32)
    output = NUMBERS.normal(size=(5, 4))
    return Insides("attention", 0, 9, output, image, facets=(heads,), patches=patches)


@pytest.fixture
def view(qtbot: QtBot) -> InsideView:
    made = InsideView()
    qtbot.addWidget(made)
    made.resize(420, 380)
    with qtbot.waitExposed(made):
        made.show()
    return made


def show(view: InsideView, found: Insides) -> None:
    assert found.output is not None
    view.value.show_value(found.output, found.node, "")
    view.show_insides(found)
    # What is shown beside it takes its room before anything is pointed at.
    QApplication.processEvents()


def titles(view: InsideView) -> list[str]:
    return [view.pages.tabText(i) for i in range(view.pages.count())]


def press(qtbot: QtBot, view: InsideView, title: str) -> None:
    """Click a choice."""
    at = view.pages.tabRect(titles(view).index(title)).center()
    qtbot.mouseClick(view.pages, Qt.MouseButton.LeftButton, pos=at)


def hover(qtbot: QtBot, picture: QWidget, where: QPointF) -> None:
    qtbot.mouseMove(picture, QPoint(1, 1))
    qtbot.mouseMove(picture, where.toPoint())


def test_only_what_a_node_has_is_offered_and_the_choice_stays(
    qtbot: QtBot, view: InsideView
) -> None:
    assert not view.pages.isVisible()
    show(view, convolution())
    assert titles(view) == ["Output", "Filters", "Weights"]
    press(qtbot, view, "Filters")
    assert view.cards[0].isVisible()
    assert view.cards[0].title.text() == "Kernel, 3 × 3 × 1 × 4"
    show(view, attention())
    assert titles(view) == ["Output", "Heads"]
    assert view.page == OUTPUT
    # Another convolution shows its filters again, as was chosen.
    show(view, convolution())
    assert view.page == FILTERS


def test_a_unit_outlines_what_it_sees(qtbot: QtBot, view: InsideView) -> None:
    found = convolution()
    show(view, found)
    assert view.pane.isVisible()
    hover(qtbot, view.value.maps, view.value.maps.cell_rect((2, 0, 4)).center())
    assert view.pane.box == ((0, 2), (3, 6))
    whole, outlined = view.pane.image_rect(), view.pane.box_rect()
    assert outlined.width() == pytest.approx(whole.width() * 3 / 8)
    assert outlined.left() - whole.left() == pytest.approx(whole.width() * 3 / 8)
    assert f"{found.output[0, 4, 2]:.4g}" in view.readout.text()  # type: ignore[index]
    assert "sees rows 0 to 1, columns 3 to 5" in view.readout.text()
    view.value.maps.setFocus()
    qtbot.keyClick(view.value.maps, Qt.Key.Key_Down)
    assert view.value.maps.cell == (2, 1, 4)
    assert view.pane.box == ((0, 3), (3, 6))

    # While it trains, what is pointed at stays so; another sample begins anew.
    later = replace(found, sample=found.sample.copy())
    view.show_insides(later)
    assert view.pane.box == ((0, 3), (3, 6))
    view.show_insides(replace(later, sample=1 - found.sample))
    assert view.pane.box is None


def test_an_element_of_a_sequence_outlines_its_patch_and_is_named(
    qtbot: QtBot, view: InsideView
) -> None:
    show(view, vision())
    sequence = view.value.sequence
    assert view.pane.isVisible()
    hover(qtbot, sequence, sequence.cell_rect((2, 1)).center())
    assert view.pane.box == ((0, 3), (4, 8))
    assert "Patch in row 0, column 1: Step 2, feature 1" in view.readout.text()
    sequence.setFocus()
    qtbot.keyClick(sequence, Qt.Key.Key_Right)
    assert view.pane.box == ((3, 6), (0, 4))
    assert "Patch in row 1, column 0" in view.readout.text()
    hover(qtbot, sequence, sequence.cell_rect((0, 1)).center())
    assert view.pane.box is None
    assert "Class token: Step 0" in view.readout.text()


def test_a_head_shows_in_the_image_what_a_patch_looks_at(qtbot: QtBot, view: InsideView) -> None:
    show(view, vision())
    press(qtbot, view, "Heads")
    QApplication.processEvents()
    assert view.pane.isVisible()
    assert not view.heads.tokens.isVisible()
    grid = view.heads.grid
    before = view.pane.grab().toImage()
    hover(qtbot, grid, grid.cell_rect((1, 4, 3)).center())
    assert view.readout.text() == (
        "Head 1: row 1, column 1 (4) → row 1, column 0 (3), weight 0.800"
    )
    assert (view.pane.box, view.pane.other) == (((3, 6), (0, 4)), ((3, 6), (4, 8)))
    picture = view.pane.image()
    assert picture.pixelColor(1, 4).red() > 3 * picture.pixelColor(1, 1).red()
    assert view.pane.grab().toImage() != before
    hover(qtbot, grid, QPointF(grid.width() - 2, grid.height() - 2))
    assert (view.pane.box, view.pane.other) == (None, None)
    assert view.pane.grab().toImage() == before


def test_a_sequence_of_maps_begins_with_its_last_step(qtbot: QtBot, view: InsideView) -> None:
    gate = np.zeros((3, 4, 4, 2), np.float32)
    gate[0, 1, 2, 0], gate[2, 1, 2, 0] = 0.25, 0.75
    facet = Facet(GATES, "Input gate", gate, FRAMES, limits=(0.0, 1.0))
    output = np.zeros((4, 4, 2), np.float32)
    show(view, Insides("convlstm", 0, 9, output, np.zeros((3, 4, 4, 1)), facets=(facet,)))
    press(qtbot, view, "Gates")
    QApplication.processEvents()
    (card,) = view.cards
    assert card.channel.value() == 2
    assert card.channel.accessibleName() == "Step"
    hover(qtbot, card.picture, card.picture.cell_rect((0, 1, 2)).center())
    assert "0.75 at row 1, column 2" in view.readout.text()
    card.channel.setFocus()
    card.channel.selectAll()
    qtbot.keyClicks(card.channel, "0")
    qtbot.keyClick(card.channel, Qt.Key.Key_Return)
    hover(qtbot, card.picture, card.picture.cell_rect((0, 1, 2)).center())
    assert "0.25 at row 1, column 2" in view.readout.text()


def test_a_clicked_channel_is_enlarged_until_it_is_left(qtbot: QtBot, view: InsideView) -> None:
    show(view, convolution())
    maps = view.value.maps
    small = maps.tile_rects()[2]
    qtbot.mouseClick(maps, Qt.MouseButton.LeftButton, pos=small.center().toPoint())
    assert maps.alone == 2
    assert maps.tile_rects()[2].width() > 2 * small.width()
    qtbot.keyClick(maps, Qt.Key.Key_Escape)
    assert maps.alone is None
    assert maps.tile_rects()[2] == small


def test_arrow_keys_go_from_tile_to_tile(qtbot: QtBot, view: InsideView) -> None:
    show(view, convolution())
    maps = view.value.maps
    maps.setFocus()
    for _ in range(9):
        qtbot.keyClick(maps, Qt.Key.Key_Right)
    assert maps.cell == (1, 0, 0)
    qtbot.keyClick(maps, Qt.Key.Key_Left)
    assert maps.cell == (0, 0, 7)
    assert "row 0, column 7" in maps.accessibleDescription()


def test_filters_over_many_channels_are_seen_one_channel_at_a_time(
    qtbot: QtBot, view: InsideView
) -> None:
    found = convolution(5)
    show(view, found)
    press(qtbot, view, "Filters")
    card = view.cards[0]
    assert card.channel.isVisible()
    card.channel.setFocus()
    for _ in range(3):
        qtbot.keyClick(card.channel, Qt.Key.Key_Up)
    card.picture.point_at((1, 2, 0))
    value = found.facets[0].value[2, 0, 3, 1]
    assert f"{value:.4g} at row 2, column 0" in view.readout.text()


def test_a_cell_of_a_head_highlights_its_tokens(qtbot: QtBot, view: InsideView) -> None:
    show(view, attention())
    press(qtbot, view, "Heads")
    heads = view.heads
    hover(qtbot, heads.grid, heads.grid.cell_rect((0, 1, 3)).center())
    assert view.readout.text() == "Head 0: h (1) → l (3), weight 0.800"
    assert heads.tokens.marked == (1, 3)
    # A token shows what it looks at most, in the head that was pointed at last.
    hover(qtbot, heads.grid, heads.grid.cell_rect((1, 0, 0)).center())
    hover(qtbot, heads.tokens, heads.tokens.rects()[1].center())
    assert view.readout.text() == "Head 1: h (1) → e (4), weight 0.800, the largest"
    assert heads.tokens.marked == (1, 4)
    heads.tokens.setFocus()
    qtbot.keyClick(heads.tokens, Qt.Key.Key_Left)
    assert heads.tokens.marked[0] == 0


def test_gates_are_named_and_their_cells_told(qtbot: QtBot, view: InsideView) -> None:
    value = np.linspace(0, 1, 15).reshape(5, 3)
    gate = Facet(GATES, "Forget gate", value, ("steps", "units"), TOKENS, (), (0.0, 1.0))
    ids = np.arange(5, dtype=np.int32)
    show(view, Insides("lstm", 0, 9, np.zeros(3), ids, TOKENS, (gate,)))
    press(qtbot, view, "Gates")
    (card,) = view.cards
    assert card.title.text() == "Forget gate, 5 × 3"
    hover(qtbot, card.picture, card.picture.cell_rect((4, 1)).center())
    assert view.readout.text() == f"Step 4 'e', unit 1: {value[4, 1]:.4g}"
