"""Search, keyboard and drag of the palette."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot

from tests.widgets.drag import drag_to_canvas, press_move_release
from widgets.canvas import Canvas
from widgets.palette import Palette, PaletteEntry, entry_of, match_score

ENTRIES = [
    PaletteEntry("dense", "Dense", "Dense", "y = Wx + b", "Dense", ("linear", "fully connected")),
    PaletteEntry("conv2d", "Convolution 2D", "Convolution", "", "Convolution", ("cnn",)),
    PaletteEntry("transposed", "Transposed convolution", "Convolution", "", "Convolution"),
    PaletteEntry("lstm", "LSTM", "Recurrent", "", "Recurrent", ("rnn",)),
]


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    made = Palette()
    qtbot.addWidget(made)
    made.set_entries(ENTRIES)
    made.resize(240, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("", ["dense", "conv2d", "transposed", "lstm"]),
        ("conv", ["conv2d", "transposed"]),
        ("CONV2", ["conv2d"]),
        ("fully", ["dense"]),
        ("rnn", ["lstm"]),
        ("recurr", ["lstm"]),
        ("cv2", ["conv2d"]),
        ("zzz", []),
    ],
)
def test_search(palette: Palette, query: str, kinds: list[str]) -> None:
    palette.search.setText(query)
    assert palette.visible_kinds() == kinds
    assert palette.nothing.isVisible() == (not kinds)


def test_no_hits_are_said(palette: Palette) -> None:
    QTest.keyClicks(palette.search, "xyz")
    assert palette.nothing.text() == "No block matches “xyz”"
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert palette.list.isVisible()


def test_better_matches_come_first() -> None:
    scores = [match_score(query, ENTRIES[1]) for query in ("conv2d", "cnn", "convol", "2d", "cv2")]
    assert None not in scores
    assert scores == sorted(set(scores), key=lambda score: score or 0)


def test_the_keyboard_leads_from_search_to_a_block(palette: Palette) -> None:
    activated = QSignalSpy(palette.activated)
    QTest.keyClicks(palette.search, "conv")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.list.hasFocus()
    QTest.keyClick(palette.list, Qt.Key.Key_Down)
    QTest.keyClick(palette.list, Qt.Key.Key_Return)
    assert [activated.at(i)[0] for i in range(activated.count())] == ["conv2d", "transposed"]


def test_enter_without_a_search_adds_nothing(palette: Palette) -> None:
    activated = QSignalSpy(palette.activated)
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert activated.count() == 0


def test_a_double_click_activates(palette: Palette) -> None:
    activated = QSignalSpy(palette.activated)
    at = palette.item_rect("lstm").center()
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(palette.list.viewport(), left, none, at)
    QTest.mouseDClick(palette.list.viewport(), left, none, at)
    assert [activated.at(i)[0] for i in range(activated.count())] == ["lstm"]


def test_a_closed_family_stays_closed_after_a_search(palette: Palette) -> None:
    title = palette.list.topLevelItem(1)
    assert title is not None
    assert entry_of(title) is None
    at = palette.list.visualItemRect(title).center()
    QTest.mouseClick(
        palette.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    assert palette.visible_kinds() == ["dense", "lstm"]
    palette.search.setText("conv")
    assert palette.visible_kinds() == ["conv2d", "transposed"]
    palette.search.clear()
    assert palette.visible_kinds() == ["dense", "lstm"]


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[tuple[Palette, Canvas]]:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    palette, canvas = Palette(), Canvas()
    palette.set_entries(ENTRIES)
    palette.setFixedWidth(220)
    row.addWidget(palette)
    row.addWidget(canvas, 1)
    window.resize(1000, 600)
    window.show()
    qtbot.waitExposed(window)
    yield palette, canvas
    window.close()


def test_blocks_are_dragged_onto_the_canvas(qtbot: QtBot, desk: tuple[Palette, Canvas]) -> None:
    palette, canvas = desk
    dropped = QSignalSpy(canvas.block_dropped)
    for index, kind in enumerate(("dense", "lstm", "dense")):
        drag_to_canvas(qtbot, palette, kind, canvas, QPoint(200 + 100 * index, 250))
    drops = [dropped.at(i) for i in range(dropped.count())]
    assert [drop[0] for drop in drops] == ["dense", "lstm", "dense"]
    assert [drop[1] - drops[0][1] for drop in drops] == [0, 100, 200]
    assert canvas.hasFocus()


def test_a_drag_shows_a_ghost_and_leaves_nothing_behind(
    qtbot: QtBot, desk: tuple[Palette, Canvas]
) -> None:
    palette, canvas = desk
    dropped = QSignalSpy(canvas.block_dropped)
    source = palette.list.viewport()
    start = palette.item_rect("dense").center()
    over = source.mapFromGlobal(canvas.viewport().mapToGlobal(QPoint(300, 200)))
    press_move_release(source, start, start + QPoint(12, 0), over, release=False)
    ghosts = [label for label in palette.window().children() if isinstance(label, QLabel)]
    assert [ghost.isVisible() for ghost in ghosts] == [True]
    center = ghosts[0].mapToGlobal(ghosts[0].rect().center())
    assert (center - canvas.viewport().mapToGlobal(QPoint(300, 200))).manhattanLength() <= 3
    QTest.keyClick(palette.list, Qt.Key.Key_Escape)
    assert dropped.count() == 0
    assert not [label for label in palette.window().children() if isinstance(label, QLabel)]


def test_a_drop_elsewhere_does_nothing(desk: tuple[Palette, Canvas]) -> None:
    palette, canvas = desk
    dropped, activated = QSignalSpy(canvas.block_dropped), QSignalSpy(palette.activated)
    start = palette.item_rect("dense").center()
    press_move_release(palette.list.viewport(), start, start + QPoint(0, 90))
    assert (dropped.count(), activated.count()) == (0, 0)


def test_a_family_title_cannot_be_dragged(desk: tuple[Palette, Canvas]) -> None:
    palette, canvas = desk
    dropped = QSignalSpy(canvas.block_dropped)
    source = palette.list.viewport()
    title = palette.list.topLevelItem(0)
    assert title is not None
    start = palette.list.visualItemRect(title).center()
    over = source.mapFromGlobal(canvas.viewport().mapToGlobal(QPoint(300, 200)))
    press_move_release(source, start, over)
    assert dropped.count() == 0
