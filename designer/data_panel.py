"""The panel that shows the data of the design and edits how its rows are split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.errors import WorkError
from core.params import Value
from core.project.runs import FOLDER, RunStore
from designer.data_words import NOTHING, column_text
from designer.session import Session
from widgets.labels import wrapped_label
from widgets.parameter_form import ParameterForm

if TYPE_CHECKING:
    from designer.data_standing import SplitStanding


class DataPanel(QScrollArea):
    """Shows the data binding of the session's design.

    ``choose_requested`` is emitted when the person wants to choose other data.
    """

    choose_requested = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWidgetResizable(True)
        self.setAccessibleName("Data")
        self._title = wrapped_label("title")
        self._summary = wrapped_label("muted")
        self._problem = wrapped_label("error")
        self._doubt = wrapped_label("warning")
        self._columns = wrapped_label("")
        self._split_title = wrapped_label("title")
        self._split_title.setText("Split")
        self._sizes = wrapped_label("")
        self._empty_split = wrapped_label("error")
        self._licence = wrapped_label("muted")
        self._played = wrapped_label("")
        self.choose = QPushButton("Choose data…")
        self.choose.setProperty("role", "primary")
        self.choose.clicked.connect(self.choose_requested)
        self.form = ParameterForm()
        self.form.changed.connect(self._set)
        self._lay_out()
        self._shown: object = None
        session.changed.connect(self._follow)
        self._show()

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(14, 14, 14, 14)
        column.setSpacing(10)
        for label in (self._title, self._summary, self._problem, self._columns):
            column.addWidget(label)
        column.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignLeft)
        column.addSpacing(6)
        parts: tuple[QWidget, ...] = (
            self._split_title,
            self.form,
            self._doubt,
            self._sizes,
            self._empty_split,
            self._played,
            self._licence,
        )
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        self.setWidget(body)

    def _follow(self, *_: object) -> None:
        """Most edits leave the data alone, and splitting rows takes too long to do for each."""
        now = (self.session.design.data, self.session.analysis.facts, self.session.folder)
        if now != self._shown:
            self._shown = now
            self._show()

    def _show(self) -> None:
        found = None
        if self.session.design.data is not None:
            # Reading data loads numpy, which an empty design has no need of.
            from designer.data_standing import standing

            found = standing(self.session.design, self.session.analysis.facts, self.session.folder)
        self._title.setText(found.title if found else "No data")
        _show_text(self._summary, found.summary if found else NOTHING)
        _show_text(self._licence, found.licence if found else "")
        _show_text(self._played, found.played if found else "")
        split = found.split if found else None
        for part in (self._split_title, self.form, self._doubt, self._sizes, self._empty_split):
            part.setVisible(split is not None)
        if split:
            self._show_split(split)
        facts = self.session.analysis.facts
        columns = facts.columns if facts else {}
        _show_text(self._columns, "\n".join(column_text(n, t) for n, t in columns.items()))
        _show_text(self._problem, found.problem if found else "")

    def _show_split(self, split: SplitStanding) -> None:
        self.form.set_values(
            split.params,
            split.values,
            split.faults,
            {split.params[-1].name: self._runs()},
            subject="split",
        )
        _show_text(self._doubt, split.doubt)
        _show_text(self._sizes, split.sizes)
        _show_text(self._empty_split, split.problem)

    def showEvent(self, event: QShowEvent) -> None:
        """Offer the runs that there are now."""
        super().showEvent(event)
        self._show()

    def _runs(self) -> tuple[str, ...]:
        """The ids of the runs that may teach, the newest first."""
        try:
            return tuple(run.id for run in RunStore(self.session.folder / FOLDER).runs())
        except WorkError:
            # Choosing one says what is wrong with the store.
            return ()

    def _set(self, name: str, value: Value) -> None:
        from designer.data_standing import TEACHER, with_split, with_teacher

        if name == TEACHER.name:
            self.session.act("Change teacher", with_teacher(str(value)), merge="data.teacher")
        else:
            self.session.act("Change split", with_split(name, value), merge=f"split.{name}")


def _show_text(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
