"""The block search popup: fuzzy hits, and choosing by keys and mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.block_search import BlockSearch
from widgets.palette_rows import PaletteEntry
from widgets.theme import light


def entry(kind: str, label: str, family: str, *keywords: str) -> PaletteEntry:
    return PaletteEntry(kind, label, family, f"About {label}.", family, keywords)


ENTRIES = [
    entry("Dense", "Dense", "Dense", "linear", "fully connected"),
    entry("Conv", "Convolution", "Convolution", "conv2d"),
    entry("MaxPool", "Max pooling", "Pooling"),
    entry("AveragePool", "Average pooling", "Pooling"),
    entry("MultiHeadAttention", "Multi-head attention", "Attention"),
]


@pytest.fixture
def popup(qtbot: QtBot) -> BlockSearch:
    made = BlockSearch()
    qtbot.addWidget(made)
    made.offer(ENTRIES, QPoint(300, 300), "Blocks that take [B, 4]")
    qtbot.waitExposed(made)
    return made


def selected(popup: BlockSearch) -> str:
    return popup.visible_kinds()[popup.list.currentRow()]


def test_all_entries_are_offered_in_their_order_and_the_first_is_chosen(
    popup: BlockSearch,
) -> None:
    assert popup.visible_kinds() == [e.kind for e in ENTRIES]
    assert selected(popup) == "Dense"
    assert popup.search.hasFocus()
    assert popup.search.placeholderText() == "Blocks that take [B, 4]"


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ("den", ["Dense"]),
        ("pool", ["AveragePool", "MaxPool"]),
        ("linear", ["Dense"]),
        ("mha", ["MultiHeadAttention"]),
        ("conv2", ["Conv"]),
        ("xyz", []),
    ],
)
def test_typing_leaves_the_best_hits(
    popup: BlockSearch, qtbot: QtBot, typed: str, hits: list[str]
) -> None:
    qtbot.keyClicks(popup.search, typed)
    assert popup.visible_kinds() == hits
    assert popup.nothing.isVisible() == (not hits)
    assert popup.list.isVisible() == bool(hits)


def test_arrows_go_round_and_enter_chooses(popup: BlockSearch, qtbot: QtBot) -> None:
    chosen, closed = QSignalSpy(popup.chosen), QSignalSpy(popup.closed)
    qtbot.keyClick(popup.search, Qt.Key.Key_Up)
    assert selected(popup) == "MultiHeadAttention"
    qtbot.keyClick(popup.search, Qt.Key.Key_Down)
    qtbot.keyClick(popup.search, Qt.Key.Key_Down)
    qtbot.keyClick(popup.search, Qt.Key.Key_Tab)
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    assert chosen.at(0) == ["MaxPool"]
    assert closed.count() == 1
    assert not popup.isVisible()


def test_enter_without_a_hit_keeps_the_popup_open(popup: BlockSearch, qtbot: QtBot) -> None:
    chosen = QSignalSpy(popup.chosen)
    qtbot.keyClicks(popup.search, "xyz")
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    assert chosen.count() == 0
    assert popup.isVisible()


def test_a_click_chooses(popup: BlockSearch, qtbot: QtBot) -> None:
    chosen = QSignalSpy(popup.chosen)
    at = popup.item_rect("AveragePool").center()
    qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert chosen.at(0) == ["AveragePool"]


def test_escape_closes(popup: BlockSearch, qtbot: QtBot) -> None:
    chosen, closed = QSignalSpy(popup.chosen), QSignalSpy(popup.closed)
    qtbot.keyClick(popup.search, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert (chosen.count(), closed.count()) == (0, 1)


def test_a_second_offer_begins_anew(popup: BlockSearch, qtbot: QtBot) -> None:
    qtbot.keyClicks(popup.search, "conv")
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    popup.offer([], QPoint(300, 300), nothing_fits="No block fits here")
    assert popup.search.text() == ""
    assert popup.nothing.text() == "No block fits here"
    assert popup.nothing.isVisible()


def test_the_popup_stays_on_the_screen(popup: BlockSearch) -> None:
    popup.close()
    area = QApplication.primaryScreen().availableGeometry()
    popup.offer(ENTRIES, area.bottomRight())
    assert area.contains(popup.geometry())
    popup.close()
    popup.offer(ENTRIES, area.topLeft())
    assert area.contains(popup.geometry())


def test_chips_have_the_familys_colour_in_each_theme(popup: BlockSearch, qtbot: QtBot) -> None:
    for theme in (popup.theme, light()):
        popup.set_theme(theme)
        image = popup.list.viewport().grab().toImage()
        middle = popup.item_rect("Conv").center().y()
        found = {image.pixelColor(x, middle).name() for x in range(40)}
        assert theme.family_color("Convolution") in found


def test_the_popup_is_as_high_as_its_hits_need(popup: BlockSearch, qtbot: QtBot) -> None:
    full = popup.height()
    qtbot.keyClicks(popup.search, "xyz")
    qtbot.waitUntil(lambda: popup.height() < full / 2)
    popup.search.clear()
    qtbot.waitUntil(lambda: popup.height() == full)


def test_the_hit_that_enter_takes_is_spoken(qtbot: QtBot) -> None:
    popup = BlockSearch()
    qtbot.addWidget(popup)
    spoken: list[str] = []
    popup.spoken.announced.connect(spoken.append)
    popup.offer(ENTRIES, QPoint(300, 300))
    assert spoken == ["Dense, Dense, 1 of 5"]
    qtbot.keyClick(popup.search, Qt.Key.Key_Down)
    assert spoken[-1] == "Convolution, Convolution, 2 of 5"
    qtbot.keyClicks(popup.search, "pool")
    assert spoken[-1] == "Average pooling, Pooling, 1 of 2"
    qtbot.keyClicks(popup.search, "qq")
    assert spoken[-1] == "No block matches “poolqq”"
