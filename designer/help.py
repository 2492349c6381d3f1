"""In-app help: how to begin, the shortcuts and the blocks, made from what declares them."""

from __future__ import annotations

import html
import inspect

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from core.blocks.block import Block
from core.blocks.catalog import blocks
from designer.actions import SPECS

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
CANVAS_KEYS = (
    ("Drag on empty canvas", "select with a box; Shift adds"),
    ("Middle drag, or Space and drag", "pan"),
    ("Wheel", "zoom around the pointer"),
    ("Delete", "delete what is selected"),
    ("Arrow keys", "move the selected nodes; Shift moves farther"),
    ("F2", "rename the selected node"),
    ("F, Home", "show the selection, show everything"),
    ("Tab, Space or double-click on empty canvas", "search a block and add it there"),
    ("Drop a wire on empty canvas", "search the blocks that fit it, and connect the chosen one"),
    ("A", "add the next block after the selected node"),
    ("Drop a free node on a wire", "insert it there"),
    ("Ctrl+Delete", "delete the selected nodes and connect what is around them"),
    ("Shift+Tab", "leave the canvas"),
    ("Ctrl+A, Escape", "select everything, select nothing"),
)


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
    keys = [(", ".join(s.shortcuts), s.tooltip) for s in SPECS.values() if s.shortcuts]
    return "".join(
        (
            BEGIN,
            "<h2>Keys</h2>",
            _table((*keys, *CANVAS_KEYS)),
            "<h2>Blocks</h2>",
            *(_block(b) for b in blocks().values() if b.listed),
        )
    )


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
