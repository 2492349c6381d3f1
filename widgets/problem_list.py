"""The list of what is wrong or doubtful in a design, with a button where it can be mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from widgets.icon_label import IconLabel
from widgets.tab_order import keep_tab_order
from widgets.theme import Theme, dark

EMPTY_TEXT = "No problems. The design is ready to train."
_MOST_ROWS = 100
_SEVERITIES = ("error", "warning", "info")


@dataclass(frozen=True)
class ProblemRow:
    """What one row says. ``severity`` is ``error``, ``warning`` or ``info``.

    ``fix_label`` is the text of the button that mends it, ``""`` when there is no such button.
    """

    severity: str
    node_id: str
    node_name: str
    message: str
    remedy: str = ""
    fix_label: str = ""


class ProblemList(QWidget):
    """Rows of problems.

    ``activated`` carries the node id of a row that was clicked or entered, ``fix_requested`` the
    index of the problem whose button was pressed.
    """

    activated = Signal(str)
    fix_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = dark()
        self._problems: list[ProblemRow] = []
        self._rows: list[_Row] = []
        self._body = QWidget()
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(4, 4, 4, 4)
        self._column.setSpacing(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._body)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)
        self.setAccessibleName("Problems")
        self._fill()

    @property
    def summary(self) -> str:
        """How many there are, such as ``2 errors, 1 warning``."""
        counts = [(s, sum(p.severity == s for p in self._problems)) for s in _SEVERITIES]
        nouns = {"error": "error", "warning": "warning", "info": "note"}
        parts = [f"{n} {nouns[s]}{'' if n == 1 else 's'}" for s, n in counts if n]
        return ", ".join(parts) or "No problems"

    def problems(self) -> list[ProblemRow]:
        """The problems shown, in their order."""
        return list(self._problems)

    def set_problems(self, problems: Sequence[ProblemRow]) -> None:
        """Show ``problems``; the same ones again leave the rows and the focus alone."""
        if list(problems) != self._problems:
            self._problems = list(problems)
            self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of ``theme``."""
        self._theme = theme
        self._fill()

    def row(self, index: int) -> QFrame:
        """The widget of one problem, which takes the focus, clicks and Enter."""
        return self._rows[index]

    def _fill(self) -> None:
        while item := self._column.takeAt(0):
            if old := item.widget():
                old.hide()
                old.deleteLater()
        self._rows = []
        for index, problem in enumerate(self._problems[:_MOST_ROWS]):
            row = _Row(problem, self._theme)
            row.entered.connect(lambda id=problem.node_id: self.activated.emit(id))
            row.stepped.connect(lambda step, at=index: self._focus(at + step))
            row.fix.clicked.connect(lambda _checked, at=index: self.fix_requested.emit(at))
            self._rows.append(row)
            self._column.addWidget(row)
        keep_tab_order(self, [widget for row in self._rows for widget in (row, row.fix)])
        if not self._problems:
            self._column.addWidget(_note(EMPTY_TEXT, self._theme))
        if hidden := len(self._problems) - len(self._rows):
            self._column.addWidget(_note(f"and {hidden} more", None))
        self._column.addStretch(1)

    def _focus(self, index: int) -> None:
        if 0 <= index < len(self._rows):
            self._rows[index].setFocus(Qt.FocusReason.TabFocusReason)


class _Row(QFrame):
    """One problem. ``entered`` follows a click or Enter, ``stepped`` the arrow keys."""

    entered = Signal()
    stepped = Signal(int)

    def __init__(self, problem: ProblemRow, theme: Theme) -> None:
        super().__init__()
        self.setProperty("role", "row")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        place = f" in {problem.node_name}" if problem.node_name else ""
        self.setAccessibleName(f"{problem.severity.capitalize()}{place}: {problem.message}")
        self.setAccessibleDescription(problem.remedy)
        grid = QGridLayout(self)
        grid.setContentsMargins(8, 7, 8, 7)
        grid.setHorizontalSpacing(9)
        grid.setVerticalSpacing(2)
        grid.setColumnStretch(1, 1)
        color = {"error": theme.error, "warning": theme.warning}.get(problem.severity, theme.accent)
        picture = IconLabel(16)
        picture.show_icon(problem.severity, color)
        picture.setToolTip(problem.severity.capitalize())
        grid.addWidget(picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        self.name = _label(problem.node_name, "title")
        self.message = _label(problem.message, "")
        self.remedy = _label(problem.remedy, "muted")
        for line, label in enumerate((self.name, self.message, self.remedy)):
            label.setVisible(bool(label.text()))
            grid.addWidget(label, line, 1)
        self.fix = QPushButton(problem.fix_label)
        self.fix.setAccessibleName(f"{problem.fix_label}{place}")
        self.fix.setVisible(bool(problem.fix_label))
        grid.addWidget(self.fix, 0, 2, 3, 1, Qt.AlignmentFlag.AlignVCenter)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.entered.emit()
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(-1 if key == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", role)
    return label


def _note(text: str, theme: Theme | None) -> QWidget:
    note = QWidget()
    line = QHBoxLayout(note)
    line.setContentsMargins(8, 8, 8, 8)
    line.setSpacing(9)
    if theme:
        picture = IconLabel(16)
        picture.show_icon("success", theme.success)
        line.addWidget(picture)
    line.addWidget(_label(text, "muted"), 1)
    return note
