"""The panel that shows the design as Python code, and which lines the selected nodes are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.design.analysis import Analysis
from core.design.flat import flat_id
from core.errors import InputError
from designer.background import Background
from designer.session import Session
from widgets.code_view import CodeView
from widgets.theme import Theme

if TYPE_CHECKING:
    from core.compile.source import Source

# Milliseconds that must pass without another edit before code is written.
PAUSE = 120


class CodePanel(QWidget):
    """The code of the whole design, kept up to date while it can be seen.

    ``node_wanted`` carries the unfolded node whose line is chosen. Where the design has an error,
    the code from before it is shown faded, and the error above it.
    """

    node_wanted = Signal(str)
    save_wanted = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.source: Source | None = None
        self._written: Analysis | None = None
        self._nodes: tuple[str, ...] = ()
        self._is_seen = False
        self._background = Background()
        self._background.answered.connect(self._take)
        self.destroyed.connect(self._background.close)
        self._timer = QTimer(self, singleShot=True, interval=PAUSE)
        self._timer.timeout.connect(self._write)
        self.view = CodeView()
        self.view.setAccessibleName("Code")
        self.view.line_chosen.connect(self._choose)
        self.fault = QLabel()
        self.fault.setProperty("role", "error")
        self.fault.setWordWrap(True)
        self.fault.hide()
        self.copy = QPushButton("&Copy")
        self.copy.setToolTip("Copy all code to the clipboard")
        self.copy.clicked.connect(self._copy)
        self.save = QPushButton("&Save as …")
        self.save.setToolTip("Write the code into a Python file")
        self.save.clicked.connect(self.save_wanted)
        self._lay_out()
        session.changed.connect(self._changed)

    @property
    def is_current(self) -> bool:
        """Whether what is shown, code or fault, is that of the present design."""
        return self._written is self.session.analysis_of_whole

    def set_theme(self, theme: Theme) -> None:
        """Show the code in the colours of ``theme``."""
        self.view.set_theme(theme)

    def show_nodes(self, nodes: Sequence[str]) -> None:
        """Mark the lines of these nodes of the level that is edited."""
        self._nodes = tuple(nodes)
        self._mark()

    def be_seen(self, seen: bool) -> None:
        """Write code from now on, as somebody can see it, or no more."""
        self._is_seen = seen
        if not seen:
            self._timer.stop()
            self._background.forget()
        elif not self.is_current:
            self._write()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(8, 6, 8, 0)
        line.addWidget(self.fault, 1)
        line.addStretch()
        line.addWidget(self.copy)
        line.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(line)
        column.addWidget(self.view, 1)
        self._enable()

    def _changed(self, *_: object) -> None:
        if self._is_seen:
            self._timer.start()

    def _write(self) -> None:
        analysis = self.session.analysis_of_whole
        self._background.work_out(lambda: (analysis, _written(analysis)))

    def _take(self, answer: tuple[Analysis, Source | InputError]) -> None:
        self._written, found = answer
        is_sound = not isinstance(found, InputError)
        if not isinstance(found, InputError):
            self.source = found
            self.view.set_code(found.text)
        else:
            hint = f" {found.hint}" if found.hint else ""
            self.fault.setText(f"{found.message}.{hint}")
        self.fault.setVisible(not is_sound)
        self.view.colors.set_faded(not is_sound)
        self._enable()
        self._mark()

    def _enable(self) -> None:
        sound = self.source is not None and self.fault.isHidden()
        self.copy.setEnabled(sound)
        self.save.setEnabled(sound)

    def _mark(self) -> None:
        spots = [(self.session.path, node) for node in self._nodes]
        found = self.source.spans if self.source else {}
        self.view.mark([span for spot in spots for span in found.get(spot, ())])

    def _choose(self, line: int) -> None:
        """Go to the node of a line, in the level that is edited if it has one there."""
        spots = self.source.at(line) if self.source else []
        here = [spot for spot in spots if spot[0] == self.session.path]
        for path, node in (*here, *spots)[:1]:
            self.node_wanted.emit(flat_id(path, node))

    def _copy(self) -> None:
        if self.source is not None:
            QGuiApplication.clipboard().setText(self.source.text)


def _written(analysis: Analysis) -> Source | InputError:
    # Not needed before somebody looks at code.
    from core.compile.source import write_source

    try:
        return write_source(analysis)
    except InputError as error:
        return error
