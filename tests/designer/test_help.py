"""The help: an index, a search, and a page for every block."""

from __future__ import annotations

import html
import re

import pytest
from driving import node
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.blocks.catalog import blocks
from core.expression import FUNCTIONS, OPERATORS, VARIABLES, read
from designer.actions import MENUS, SPECS
from designer.block_page import PICTURES, block_page, source_of
from designer.help import KEYS_PAGE, HelpDialog
from designer.help_texts import EXAMPLES, PAGES
from designer.main_window import MainWindow

LISTED = sorted(kind for kind, cls in blocks().items() if cls.listed)


@pytest.fixture
def help_dialog(qtbot: QtBot) -> HelpDialog:
    dialog = HelpDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.mark.parametrize("kind", LISTED)
def test_every_block_has_a_page_that_fits_one_screen(kind: str, help_dialog: HelpDialog) -> None:
    cls = blocks()[kind]
    help_dialog.open_page(kind)
    shown = help_dialog.text.toPlainText()
    assert cls.label in shown
    assert all(p.label in shown for p in cls.params())
    if cls.inputs and not cls.passes_on:
        assert source_of(cls)
        assert cls.formula
        assert cls.formula.split()[0] in shown
        assert "\u2192" in shown, "the example's shapes"
    picture = QImage(str(PICTURES / f"{kind}.png"))
    assert picture.width() > picture.height() > 100
    assert help_dialog.text.document().size().height() < 1000


def test_pages_show_text_as_it_is() -> None:
    page = block_page(blocks()["Dense"])
    assert "``" not in page
    assert "<code>[B, ..., F]</code>" in page
    assert "y = x W + b" in page


def test_every_shortcut_is_named(help_dialog: HelpDialog) -> None:
    assert "How to begin" in help_dialog.text.toPlainText()
    help_dialog.open_page(KEYS_PAGE)
    assert "Shift+F5" in help_dialog.text.toPlainText()


@pytest.mark.parametrize("page", PAGES)
def test_pages_have_their_place_and_name_what_there_is(page: str, help_dialog: HelpDialog) -> None:
    help_dialog.open_page(page)
    shown = help_dialog.text.toPlainText()
    assert PAGES[page].title in (help_dialog.index.currentItem().text(0), shown.split("\n")[0])
    assert help_dialog.text.document().size().height() < help_dialog.text.height()
    keys = {key for spec in SPECS.values() for key in spec.shortcuts}
    assert set(re.findall(r"Ctrl\+(?:Shift\+)?\w+", shown)) <= keys
    text = html.unescape(PAGES[page].text())
    for menu, entry in re.findall(r"<b>(\w+) > ([^<]+)</b>", text):
        names = next(names for title, names in MENUS.items() if title.replace("&", "") == menu)
        entries = [SPECS[name].text.replace("&", "") for name in names if name in SPECS]
        assert entry in [e.removesuffix(" ...") for e in entries]


def test_all_of_the_language_of_formulas_is_told(help_dialog: HelpDialog) -> None:
    help_dialog.open_page("formulas")
    shown = help_dialog.text.toPlainText().split()
    assert {*FUNCTIONS, *OPERATORS, *VARIABLES} <= set(shown)
    for text in EXAMPLES:
        read(text)


def test_a_search_finds_pages_too(qtbot: QtBot, help_dialog: HelpDialog) -> None:
    qtbot.keyClicks(help_dialog.search, "safetensors")
    assert help_dialog.text.toPlainText().startswith("Code, ONNX and weights")


def test_a_search_leaves_what_fits_and_shows_the_first(
    qtbot: QtBot, help_dialog: HelpDialog
) -> None:
    qtbot.keyClicks(help_dialog.search, "long short")
    assert "Hochreiter" in help_dialog.text.toPlainText()
    visible = [kind for kind in LISTED if not help_dialog._items[kind].isHidden()]
    assert "LSTM" in visible
    assert "Dense" not in visible
    qtbot.keyClick(help_dialog.search, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(help_dialog.search, Qt.Key.Key_Delete)
    assert not help_dialog._items["Dense"].isHidden()


def test_f1_opens_the_page_of_the_selected_node(qtbot: QtBot, cnn: MainWindow) -> None:
    shown: list[str] = []

    def read() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, HelpDialog)
        shown.append(dialog.text.toPlainText())
        dialog.reject()

    cnn.canvas.select([node(cnn, "pool_1")])
    QTimer.singleShot(0, read)
    qtbot.keyClick(cnn, Qt.Key.Key_F1)
    assert shown[0].startswith("Max pooling")
