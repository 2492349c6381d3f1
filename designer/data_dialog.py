"""The dialog in which the data of a design is chosen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.data.binding import DataBinding
from core.data.source import Source, sources
from core.errors import InputError
from core.params import Param, Value
from core.project.teacher import same_rows
from designer.data_edit import choose_data, stored_path
from designer.data_preview import Preview
from designer.preview_pane import PreviewPane
from designer.preview_reader import PreviewReader
from designer.session import Session
from designer.source_list import SourceList
from widgets.parameter_form import ParameterForm

KIND_OF_SUFFIX = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".npz": "npz"}
NAMING = ("names", "column")


class DataDialog(QDialog):
    """A list of sources, the parameters of the chosen one, and the first samples it delivers.

    The design changes only when the dialog is accepted.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setWindowTitle("Choose data")
        self.resize(960, 680)
        self.setAcceptDrops(True)
        self._kind = ""
        self._values: dict[str, dict[str, Value]] = {}
        self._split: dict[str, Any] = {}
        self._preview = Preview()
        self._new_file = False
        self.sources = SourceList()
        self.form = ParameterForm()
        self.form.setAccessibleName("Parameters of the source")
        self.pane = PreviewPane()
        self.reader = PreviewReader()
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.ok = self.buttons.button(kinds.Ok)
        self._lay_out()
        self._connect()
        self._remember()

    def binding(self) -> dict[str, Any]:
        """The chosen data in its saved form, ``{"source": ..., "split": ...}``.

        Shares and seed of the split stay as they were; the order of rows follows a new source. A
        teacher stays as long as the rows do.
        """
        source = {"kind": self._kind, **self._values[self._kind]} if self._kind else {}
        before = _present(self.session)
        same = before is not None and before.source.get("kind") == self._kind
        split = {k: v for k, v in self._split.items() if same or k != "order"}
        chosen = DataBinding(source, split)
        if before is not None and before.teacher and same_rows(before, chosen):
            chosen = replace(chosen, teacher=before.teacher)
        return chosen.to_json()

    def choose_path(self, path: str | Path) -> None:
        """Choose a file or folder; its suffix says which source reads it."""
        kind = _kind_of(Path(path), self._kind)
        if kind:
            self.sources.select(kind)
            self._set("path", str(path))

    def accept(self) -> None:
        """Bind the design to what was chosen, as one step of undo."""
        wrong = next((p.name for p in self._params() if self.form.field(p.name).problem), None)
        if wrong is not None:
            self.form.field(wrong).editor.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        found, data = self._preview.description, self.binding()
        if found is None or not self.ok.isEnabled():
            return
        before = self.session.design.data
        self.session.act("Choose data", lambda design: choose_data(design, data, found))
        if self.session.design.data == before:
            # The same choice again: the file itself may have changed.
            self.session.reread_data()
        super().accept()

    def done(self, result: int) -> None:
        """Close; a preview that is still being read is dropped."""
        self.reader.forget()
        super().done(result)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file or folder that a source can read."""
        if _dropped(event.mimeData(), self._kind):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Choose the dropped file or folder."""
        path = _dropped(event.mimeData(), self._kind)
        if path:
            event.acceptProposedAction()
            self.choose_path(path)

    def _lay_out(self) -> None:
        self._title, self._summary = _label("title"), _label("muted")
        self.ok.setText("Use this data")
        self.ok.setDefault(True)
        self.ok.setProperty("role", "primary")
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(self._title)
        right.addWidget(self._summary)
        self._parameters = _Fitted(self.form)
        right.addWidget(self._parameters, 1)
        right.addWidget(self.pane, 1)
        halves = QHBoxLayout()
        halves.setSpacing(18)
        self.sources.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        halves.addWidget(self.sources)
        halves.addLayout(right, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(14)
        whole.addLayout(halves, 1)
        whole.addWidget(self.buttons)
        self.sources.setFocus()

    def _connect(self) -> None:
        self.sources.chosen.connect(self._choose)
        self.form.changed.connect(self._set)
        self.reader.answered.connect(self._take)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.destroyed.connect(self.reader.close)

    def _remember(self) -> None:
        """Start from the design's present data, or from the first source."""
        present = _present(self.session)
        if present is None:
            self.sources.setCurrentRow(0)
            return
        self._split = dict(present.split)
        kind = str(present.source.get("kind", ""))
        if kind in sources():
            values = {k: v for k, v in present.source.items() if k != "kind"}
            self._values[kind] = sources()[kind].read(values)[0].values()
            self.sources.select(kind)
        else:
            self._title.setText("No data source is chosen")
            self.ok.setEnabled(False)

    def _choose(self, kind: str) -> None:
        source = sources()[kind]
        self._kind = kind
        self._values.setdefault(kind, source.defaults())
        self._title.setText(source.label)
        self._summary.setText(_about(source))
        self._preview = Preview()
        self.pane.show_text("")
        self._ask()

    def _set(self, name: str, value: Value) -> None:
        values = self._values[self._kind]
        if name == "path":
            value = stored_path(str(value), self.session.file)
            self._new_file = self._new_file or value != values["path"]
        values[name] = value
        self._ask()

    def _ask(self) -> None:
        """Read the preview of what is chosen now; until it is there, it cannot be accepted."""
        self.reader.forget()
        self.ok.setEnabled(False)
        values = self._values[self._kind]
        source, _ = sources()[self._kind].read(values)
        faults = {fault.name: fault.message for fault in source.check()}
        unchosen = "path" in values and not str(values["path"]).strip()
        self._preview = Preview(options={} if unchosen else self._preview.options)
        self._show_form({} if unchosen else faults)
        if unchosen:
            what = "folder" if self._params()[0].kind == "folder" else "file"
            self.pane.show_text(f"Choose a {what}, or drop one here, to see what is in it.")
        elif faults:
            self.pane.show_text("Correct the parameters above to see the data.")
        else:
            self.pane.show_reading()
            self.reader.ask(DataBinding.from_json(self.binding()), self.session.folder)

    def _take(self, preview: Preview) -> None:
        self._preview = preview
        if self._new_file and preview.options:
            self._new_file = False
            if self._drop_names(preview):
                self._ask()
                return
        self._show_form({})
        self.pane.show_preview(preview)
        self.ok.setEnabled(preview.description is not None)

    def _drop_names(self, preview: Preview) -> bool:
        """Forget columns chosen in another file that this one lacks; whether there were any."""
        values = self._values[self._kind]
        before = dict(values)
        for name, there in preview.options.items():
            known = {*there, *preview.options.get("target", ())}
            old = values[name]
            if isinstance(old, tuple):
                values[name] = tuple(str(v) for v in old if v in known)
            elif old not in known:
                values[name] = ""
        return values != before

    def _show_form(self, faults: dict[str, str]) -> None:
        params = self._params()
        self._parameters.setVisible(bool(params))
        self.form.set_values(
            params,
            self._values[self._kind],
            faults,
            {p.name: self._preview.options.get(p.name, ()) for p in params if p.kind in NAMING},
            subject=self._kind,
        )
        for line in self.form.findChildren(QLineEdit):
            # A file dropped on it belongs to the dialog, which knows what to make of it.
            line.setAcceptDrops(False)

    def _params(self) -> tuple[Param, ...]:
        return sources()[self._kind].params() if self._kind else ()


class _Fitted(QScrollArea):
    """Scrolls its content, and never takes more height than that needs."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.content = content
        self.setWidget(content)

    def sizeHint(self) -> QSize:
        return self.content.sizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


def _present(session: Session) -> DataBinding | None:
    try:
        return DataBinding.from_json(session.design.data) if session.design.data else None
    except InputError:
        return None


def _about(source: type[Source]) -> str:
    """The whole summary, and the licence where there is one."""
    licence = f"\nLicence: {source.licence}." if source.licence else ""
    return source.summary() + licence


def _kind_of(path: Path, present: str) -> str:
    """The source for a path: by suffix, else the present one if it reads files; ``""`` if none."""
    if path.is_dir():
        return "images"
    known = KIND_OF_SUFFIX.get(path.suffix.lower())
    if known:
        return known
    reads = [p.kind for p in sources()[present].params()] if present else []
    return present if "path" in reads else ""


def _dropped(data: QMimeData, present: str) -> str:
    """The path of the one readable file or folder that is dragged, ``""`` if it is no such."""
    files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return files[0] if len(files) == 1 and _kind_of(Path(files[0]), present) else ""


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setProperty("role", role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
