"""In-app help: how to begin, the shortcuts and the blocks, made from what declares them."""

from __future__ import annotations

import html
import inspect
from collections.abc import Sequence

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from core.blocks.block import Block
from core.blocks.catalog import blocks
from designer.key_map import key_map
from widgets.key_overlay import KeyRow

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
    """One page of help."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Layerloom help")
        self.resize(720, 640)
        self.text = QTextBrowser()
        self.text.setOpenExternalLinks(True)
        # The font comes in these weights; a bolder one would be smeared from them.
        weights = "b, h2, h3 { font-weight: 600 }"
        self.text.document().setDefaultStyleSheet(weights)
        self.text.setHtml(help_html())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)


def help_html() -> str:
    """The page."""
    return "".join(
        (
            BEGIN,
            GROUPS,
            "<h2>Keys and mouse</h2>",
            *(_keys(group, rows) for group, rows in key_map().items()),
            "<h2>Blocks</h2>",
            *(_block(b) for b in blocks().values() if b.listed),
        )
    )


def _keys(group: str, rows: Sequence[KeyRow]) -> str:
    lines = tuple((", ".join((*row.keys, *row.mouse)), row.text) for row in rows)
    return f"<h3>{html.escape(group)}</h3>{_table(lines)}"


def _table(rows: tuple[tuple[str, str], ...]) -> str:
    lines = (
        f"<tr><td><b>{html.escape(key)}</b>&nbsp;&nbsp;</td><td>{html.escape(what)}</td></tr>"
        for key, what in rows
    )
    return f"<table cellpadding='3'>{''.join(lines)}</table>"


def _block(block: type[Block]) -> str:
    text = html.escape(inspect.getdoc(block) or "").replace("``", "").replace("\n\n", "<p>")
    params = tuple((p.label, f"{p.help} Default: {p.default}.") for p in block.params())
    return f"<h3>{html.escape(block.label)}</h3><p>{text}</p>{_table(params)}"
