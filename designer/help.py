"""In-app help: how to begin, the shortcuts and the blocks, made from what declares them."""

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
from designer.key_map import key_map
from widgets.inputs import LineEdit
from widgets.key_overlay import KeyRow
from widgets.theme import FAMILIES

BEGIN_PAGE, KEYS_PAGE = "begin", "keys"

BEGIN = """
<h2>How to begin</h2>
<ol>
<li><b>Choose data</b> (Ctrl+B): built-in data, a CSV file, a NumPy archive or a folder of images.
<li><b>Drag blocks</b> from the palette onto the canvas: an Input, some layers, a Target and a loss.
<li><b>Wire them</b>: drag from the dot on a node's right side to a dot on another's left side.
The shapes show at once; the problems list says what is missing and how to mend it.
<li><b>Press Train</b> (F5) and watch the loss fall. Select a node to see what it computes for the
sample; the saliency view shows which inputs the prediction depends on.
<li><b>Save</b> (Ctrl+S). The same file trains without a window:
<code>layerloom train FILE.loom</code>
</ol>
"""
GROUPS = """
<h2>Groups</h2>
<p>Select nodes and press Ctrl+G: they become one block with the ports they need. Double-click it,
or press Ctrl+Enter, to see and edit its inside; the line above the canvas leads back out. All uses
of a group change together; Make single gives one use a copy for itself. In the inspector a use can
be repeated, take the weights of another use, and set what was exposed by Expose parameters inside
the group. Add to my blocks keeps a group for other designs.
"""


class HelpDialog(QDialog):
    """Pages of help with an index beside them: how to begin, the keys, and one page a block."""

    def __init__(self, parent: QWidget | None = None, block: str = "") -> None:
        """``block`` is the kind whose page is shown first; without it the page to begin with."""
        super().__init__(parent)
        self.setWindowTitle("Layerloom help")
        self.resize(960, 820)
        self.search = LineEdit()
        self.search.setPlaceholderText("Search the blocks")
        self.search.setAccessibleName("Search the blocks")
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
        """Show a page by its key: the kind of a block, ``begin`` or ``keys``."""
        item = self._items.get(page, self._items[BEGIN_PAGE])
        self.index.setCurrentItem(item)
        self.index.scrollToItem(item)

    def _fill(self) -> None:
        self._items: dict[str, QTreeWidgetItem] = {}
        for page, title in ((BEGIN_PAGE, "How to begin"), (KEYS_PAGE, "Keys and mouse")):
            self._add(self.index.invisibleRootItem(), page, title)
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
        if page == BEGIN_PAGE:
            self.text.setHtml(BEGIN + GROUPS)
        elif page == KEYS_PAGE:
            self.text.setHtml(keys_html())
        elif page:
            self.text.setHtml(block_page(blocks()[page]))

    def _filter(self, words: str) -> None:
        """Leave the blocks whose name or keywords have all of the words, and show the first."""
        wanted = words.lower().split()
        first: QTreeWidgetItem | None = None
        for page, item in self._items.items():
            cls = blocks().get(page)
            text = " ".join((cls.label, cls.kind, *cls.keywords)).lower() if cls else ""
            fits = all(word in text for word in wanted)
            item.setHidden(not fits)
            first = first or (item if fits and wanted else None)
        for at in range(self.index.topLevelItemCount()):
            family = self.index.topLevelItem(at)
            if family and family.childCount():
                inner = (family.child(i) for i in range(family.childCount()))
                family.setHidden(all(item is None or item.isHidden() for item in inner))
        if first is not None:
            self.index.setCurrentItem(first)


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
