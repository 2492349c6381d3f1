"""A session with its canvas in a small window, for tests that need nothing else of the designer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from core.design.document import Design
from designer.editor import Editor
from designer.library import Library
from designer.session import Session
from widgets.canvas.view import Canvas
from widgets.palette import Palette


class Workbench(QWidget):
    """The window; ``side`` takes what stands beside the canvas."""

    def __init__(self, qtbot: QtBot, design: Design, blocks: Path = Path("nowhere")) -> None:
        super().__init__()
        self.session = Session()
        self.session.open(design, None)
        self.canvas = Canvas()
        self.palette_panel = Palette()
        self.editor = Editor(self.session, self.canvas, self.palette_panel, Library(blocks))
        self.side = QHBoxLayout(self)
        self.side.setContentsMargins(0, 0, 0, 0)
        self.side.addWidget(self.canvas, 1)
        self.resize(1000, 700)
        qtbot.addWidget(self)
        qtbot.addWidget(self.palette_panel)

    def begin(self, qtbot: QtBot) -> None:
        """Show the window and give the canvas the focus."""
        with qtbot.waitExposed(self):
            self.show()
        self.activateWindow()
        self.canvas.setFocus()
        qtbot.waitUntil(self.canvas.hasFocus)
        self.canvas.fit_all()

    def shortcut(self, keys: str, slot: object) -> None:
        """Let keys do something in this window."""
        QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def key(self, qtbot: QtBot, key: Qt.Key) -> None:
        """Press a key with Ctrl on the canvas."""
        qtbot.keyClick(self.canvas, key, Qt.KeyboardModifier.ControlModifier)
