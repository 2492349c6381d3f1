"""In-app help: an index, a search, the pages of ``help_texts``, the keys, and one page a block."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QSplitter,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.blocks.block import Block
from core.blocks.catalog import blocks
from designer.block_page import block_page
from designer.help_texts import PAGES, Page
from designer.key_map import key_map
from widgets.inputs import LineEdit
from widgets.key_overlay import KeyRow
from widgets.theme import FAMILIES

BEGIN_PAGE, KEYS_PAGE = "begin", "keys"


class HelpDialog(QDialog):
    """Pages of help with an index beside them: how to begin, the keys, and one page a block."""

    def __init__(self, parent: QWidget | None = None, block: str = "") -> None:
        """``block`` is the kind whose page is shown first; without it the page to begin with."""
        super().__init__(parent)
        self._pages = {**PAGES, KEYS_PAGE: Page("Keys and mouse", keys_html, "shortcuts keyboard")}
        self.setWindowTitle("Layerloom help")
        self.resize(960, 820)
        self.search = LineEdit()
        self.search.setPlaceholderText("Search the help")
        self.search.setAccessibleName("Search the help")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.index = QTreeWidget()
        self.index.setHeaderHidden(True)
        self.index.setAccessibleName("Pages")
        self.index.setUniformRowHeights(True)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        # The font comes in these weights; a bolder one would be smeared from them.
        weights = "b, h2, h3 { font-weight: 600 } h3 { margin-top: 10px }"
        self.text.document().setDefaultStyleSheet(weights)
        self._fill()
        self.index.currentItemChanged.connect(self._show)
        self._lay_out()
        self.open_page(block or BEGIN_PAGE)

    def open_page(self, page: str) -> None:
        """Show a page by its key: the kind of a block, one of ``PAGES``, or ``keys``."""
        item = self._items.get(page, self._items[BEGIN_PAGE])
        self.index.setCurrentItem(item)
        self.index.scrollToItem(item)

    def _fill(self) -> None:
        self._items: dict[str, QTreeWidgetItem] = {}
        for page, told in self._pages.items():
            self._add(self.index.invisibleRootItem(), page, told.title)
        families: dict[str, QTreeWidgetItem] = {}
        for cls in sorted(blocks().values(), key=_place):
            if cls.listed:
                if cls.family not in families:
                    families[cls.family] = QTreeWidgetItem(self.index, [cls.family])
                    families[cls.family].setFlags(Qt.ItemFlag.ItemIsEnabled)
                self._add(families[cls.family], cls.kind, cls.label)
        self.index.expandAll()

    def _add(self, parent: QTreeWidgetItem, page: str, title: str) -> None:
        item = QTreeWidgetItem(parent, [title])
        item.setData(0, Qt.ItemDataRole.UserRole, page)
        self._items[page] = item

    def _lay_out(self) -> None:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.index)
        split = QSplitter()
        split.addWidget(side)
        split.addWidget(self.text)
        split.setStretchFactor(1, 1)
        split.setSizes([240, 660])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        outer = QVBoxLayout(self)
        outer.addWidget(split)
        outer.addWidget(buttons)

    def _show(self, item: QTreeWidgetItem | None) -> None:
        page = item.data(0, Qt.ItemDataRole.UserRole) if item else None
        if page in self._pages:
            self.text.setHtml(self._pages[page].text())
        elif page:
            self.text.setHtml(block_page(blocks()[page]))

    def _filter(self, words: str) -> None:
        """Leave the pages whose name or keywords have all of the words, and show the first block.

        The first page that is no block's is shown where no block fits.
        """
        wanted = words.lower().split()
        found: list[str] = []
        for page, item in self._items.items():
            text = self._words(page).lower()
            fits = all(word in text for word in wanted)
            item.setHidden(not fits)
            found += [page] if fits and wanted else []
        for at in range(self.index.topLevelItemCount()):
            family = self.index.topLevelItem(at)
            if family and family.childCount():
                inner = (family.child(i) for i in range(family.childCount()))
                family.setHidden(all(item is None or item.isHidden() for item in inner))
        if found:
            self.index.setCurrentItem(self._items[min(found, key=lambda p: p in self._pages)])

    def _words(self, page: str) -> str:
        """What a search looks through for a page."""
        if page in self._pages:
            return f"{self._pages[page].title} {self._pages[page].keywords}"
        cls = blocks()[page]
        return " ".join((cls.label, cls.kind, *cls.keywords))


def _place(cls: type[Block]) -> tuple[int, str]:
    """Where a block stands in the index: by family as in the palette, then by name."""
    known = FAMILIES.index(cls.family) if cls.family in FAMILIES else len(FAMILIES)
    return known, cls.label


def keys_html() -> str:
    """The page with all keys and mouse gestures."""
    return "".join(_keys(group, rows) for group, rows in key_map().items())


def _keys(group: str, rows: Sequence[KeyRow]) -> str:
    lines = tuple((", ".join((*row.keys, *row.mouse)), row.text) for row in rows)
    return f"<h3>{html.escape(group)}</h3>{_table(lines)}"


def _table(rows: tuple[tuple[str, str], ...]) -> str:
    lines = (
        f"<tr><td><b>{html.escape(key)}</b>&nbsp;&nbsp;</td><td>{html.escape(what)}</td></tr>"
        for key, what in rows
    )
    return f"<table cellpadding='3'>{''.join(lines)}</table>"
