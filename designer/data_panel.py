"""The panel that shows the data of the design and edits how its rows are split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from core.data.binding import DataBinding, doubts, source_of, split_of
from core.data.environment import Environment
from core.data.source import Source, sources
from core.data.split import Split
from core.design import edits
from core.design.document import Design
from core.errors import InputError, WorkError
from core.params import Param, Value
from core.project.runs import FOLDER, RunStore
from core.project.teacher import COLUMN
from designer.data_words import column_text
from designer.session import Session
from designer.split_sizes import SplitSizes, split_sizes
from widgets.labels import wrapped_label
from widgets.parameter_form import ParameterForm

TEACHER = Param(
    "teacher",
    "column",
    "",
    "Teacher",
    "The id of a run on the same data: what its network says of each row is the column "
    f"{COLUMN!r}, for a Distillation loss. Empty: none.",
    advanced=True,
)
NOTHING = "Choose the data that this design learns from: a built-in set or files of your own."


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
        binding = _binding(self.session.design)
        source = sources().get(str(binding.source.get("kind", ""))) if binding else None
        licence = source.licence if source else ""
        self._title.setText(_title(binding, source))
        _show_text(self._summary, source.summary() if source else "" if binding else NOTHING)
        _show_text(self._licence, f"Licence: {licence}." if licence else "")
        played = source is not None and issubclass(source, Environment)
        for part in (self._split_title, self.form, self._doubt, self._sizes, self._empty_split):
            part.setVisible(binding is not None and not played)
        _show_text(self._played, _played(binding) if binding and played else "")
        faults = self._show_split(binding) if binding and not played else {}
        facts = self.session.analysis.facts
        columns = facts.columns if facts else {}
        _show_text(self._columns, "\n".join(column_text(n, t) for n, t in columns.items()))
        fault = facts.fault.removeprefix("data: ") if facts else ""
        # What is wrong with the split stands beside the value already.
        known = fault in faults.values()
        _show_text(self._problem, _sentence(fault, facts.remedy) if facts and not known else "")

    def _show_split(self, binding: DataBinding) -> dict[str, str]:
        """Show the split and what follows from it; returns its faults by parameter."""
        split = split_of(binding)
        wrong = (*Split.read(binding.split)[1], *split.check())
        faults = {fault.name: fault.message for fault in wrong}
        self.form.set_values(
            (*Split.params(), TEACHER),
            {**split.values(), TEACHER.name: binding.teacher},
            faults,
            {TEACHER.name: self._runs()},
            subject="split",
        )
        _show_text(self._doubt, "\n".join(f"{doubt.message}." for doubt in doubts(binding)))
        sizes = problem = ""
        facts = self.session.analysis.facts
        if facts and facts.columns:
            try:
                sizes = _rows(split_sizes(binding, self.session.folder))
                if split.labelled:
                    sizes += f" {split.labelled:,} of the training rows keep their label."
            except InputError as error:
                problem = _sentence(error.message, error.hint)
        _show_text(self._sizes, sizes)
        _show_text(self._empty_split, problem)
        return faults

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
        if name == TEACHER.name:
            self.session.act("Change teacher", _with_teacher(str(value)), merge="data.teacher")
        else:
            self.session.act("Change split", _with_split(name, value), merge=f"split.{name}")


def _with_split(name: str, value: Value) -> Callable[[Design], Design]:
    def edit(design: Design) -> Design:
        binding = DataBinding.from_json(design.data)
        changed = replace(binding, split={**binding.split, name: value})
        return edits.set_data(design, changed.to_json())

    return edit


def _with_teacher(run: str) -> Callable[[Design], Design]:
    def edit(design: Design) -> Design:
        binding = DataBinding.from_json(design.data)
        return edits.set_data(design, replace(binding, teacher=run).to_json())

    return edit


def _binding(design: Design) -> DataBinding | None:
    """The design's data; None where there is none, or nothing that can be read as such."""
    if design.data is None:
        return None
    try:
        return DataBinding.from_json(design.data)
    except InputError:
        return None


def _played(binding: DataBinding) -> str:
    """What is played in place of reading rows; empty while the parameters are wrong."""
    try:
        source = source_of(binding)
    except InputError:
        return ""
    return source.epoch_text() if isinstance(source, Environment) else ""


def _title(binding: DataBinding | None, source: type[Source] | None) -> str:
    if binding is None:
        return "No data"
    if source is None:
        return str(binding.source.get("kind", "")) or "No data"
    path = str(binding.source.get("path", "")).strip().rstrip("/")
    return f"{source.label}: {Path(path).name}" if path else source.label


def _rows(sizes: SplitSizes) -> str:
    about = "" if sizes.exact else "about "
    named = ((Split.params()[at].label, size) for at, size in enumerate(sizes.sizes))
    parts = ", ".join(f"{size:,} {name.lower()}" for name, size in named)
    between = sizes.rows - sum(sizes.sizes)
    left_out = f"; {between:,} between them are left out" if between else ""
    return f"{sizes.rows:,} rows: {about}{parts}{left_out}."


def _sentence(message: str, remedy: str) -> str:
    """A message and its remedy as sentences."""
    text = message[:1].upper() + message[1:]
    return f"{text.rstrip('.')}. {remedy}".strip() if text else ""


def _show_text(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
