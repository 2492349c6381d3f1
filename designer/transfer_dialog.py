"""The dialog that takes weights from a run or a file, and shows which of them fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.project.runs import Run
from core.train.commands import CompareWeights
from core.train.events import Event, WeightsCompared
from core.train.transfer import Match, Shape
from designer.training import Trainer
from widgets.banner import Banner
from widgets.inputs import ComboBox
from widgets.labels import wrapped_label

INTRO = (
    "A new training starts from these weights where names and shapes match; all else is drawn "
    "anew. The design keeps the choice, in the recipe."
)
FILES = "Weights (*.safetensors)"


@dataclass(frozen=True)
class _Part:
    """One part of the list: its title, and rows of name, shape and what is said of it."""

    title: str
    rows: tuple[tuple[str, str, str], ...]
    is_open: bool = True


class TransferDialog(QDialog):
    """Asks where weights come from and shows how they fit the design.

    ``chosen`` is the source that was settled on, ``layers`` the unfolded nodes whose weights are
    all taken from it.
    """

    def __init__(
        self, trainer: Trainer, design_text: str, current: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Start from weights")
        self.resize(640, 520)
        self._trainer, self._text = trainer, design_text
        self.compared: WeightsCompared | None = None
        self.source = ComboBox()
        self.source.setAccessibleName("Weights of")
        self.source.setPlaceholderText("Choose a run or a file")
        self.file_button = QPushButton("&File ...")
        self.file_button.setToolTip("Take the weights of a .safetensors file")
        self.file_button.clicked.connect(self._choose_file)
        self.list = QTreeWidget()
        self.list.setAccessibleName("How the weights fit")
        self.list.setHeaderLabels(["Weights", "Shape", "Taken from"])
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        self.summary = wrapped_label("")
        self.freeze = QCheckBox("F&reeze the layers that are taken whole")
        self.freeze.setToolTip("Training then leaves them as they are and costs less")
        self.banner = Banner()
        self._lay_out()
        self._offer(current)
        trainer.heard.connect(self._hear)
        self.source.currentIndexChanged.connect(self._ask)
        self._ask()

    @property
    def chosen(self) -> str:
        """The id of a run, or the path of a file; empty for weights that are drawn anew."""
        return str(self.source.currentData() or "")

    @property
    def layers(self) -> tuple[str, ...]:
        """The unfolded nodes whose weights are all taken."""
        if self.compared is None:
            return ()
        return tuple(self.compared.nodes[name] for name in self.compared.match.layers)

    def _lay_out(self) -> None:
        intro = wrapped_label("muted")
        intro.setText(INTRO)
        row = QHBoxLayout()
        row.addWidget(self.source, 1)
        row.addWidget(self.file_button)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.use = buttons.addButton("&Start from these", QDialogButtonBox.ButtonRole.AcceptRole)
        self.clear = buttons.addButton("&Draw anew", QDialogButtonBox.ButtonRole.ResetRole)
        self.clear.setToolTip("Start from random weights again")
        self.clear.clicked.connect(self._draw_anew)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(intro)
        column.addLayout(row)
        column.addWidget(self.banner)
        for part in (self.summary, self.list, self.freeze, buttons):
            column.addWidget(part)

    def _offer(self, current: str) -> None:
        for run in self._runs():
            self.source.addItem(_title(run), run.id)
        if current and self.source.findData(current) < 0:
            self.source.addItem(Path(current).name, current)
        self.source.setCurrentIndex(self.source.findData(current) if current else -1)
        self.clear.setEnabled(bool(current))

    def _runs(self) -> Iterable[Run]:
        return self._trainer.store.runs()

    def _choose_file(self) -> None:
        folder = str(self._trainer.session.folder)
        name, _ = QFileDialog.getOpenFileName(self, "Weights", folder, FILES)
        if name:
            self.take_file(Path(name))

    def take_file(self, path: Path) -> None:
        """Choose a file; one beside the project is named from there, so that both can be moved."""
        folder = self._trainer.session.folder.resolve()
        inside = path.resolve().is_relative_to(folder)
        name = str(path.resolve().relative_to(folder)) if inside else str(path.resolve())
        if self.source.findData(name) < 0:
            self.source.addItem(path.name, name)
        self.source.setCurrentIndex(self.source.findData(name))

    def _ask(self) -> None:
        self.compared = None
        self.list.clear()
        self.banner.clear()
        self.use.setEnabled(False)
        self.freeze.setEnabled(False)
        if not self.chosen:
            self.summary.setText("Choose a run above, or a file.")
            return
        self.summary.setText("Comparing ...")
        self._trainer.process.send(
            CompareWeights(
                self._text,
                str(self._trainer.session.folder),
                str(self._trainer.store.root),
                self.chosen,
            )
        )

    def _hear(self, event: Event) -> None:
        if not isinstance(event, WeightsCompared) or event.source != self.chosen:
            return
        if event.fault:
            self.summary.setText("")
            self.banner.show_message("error", event.fault, "")
            return
        self.compared = event
        self._show(event.match)

    def _show(self, match: Match) -> None:
        total = len(match.taken) + len(match.misfits) + len(match.missing)
        self.summary.setText(f"{len(match.taken)} of the design's {total} arrays are taken.")
        for part in _parts(match):
            if not part.rows:
                continue
            top = QTreeWidgetItem([f"{part.title} ({len(part.rows)})"])
            self.list.addTopLevelItem(top)
            top.setFirstColumnSpanned(True)
            for row in part.rows:
                top.addChild(QTreeWidgetItem(list(row)))
            top.setExpanded(part.is_open)
        self.use.setEnabled(bool(match.taken))
        self.freeze.setEnabled(bool(match.layers))
        if match.taken:
            self.use.setFocus(Qt.FocusReason.OtherFocusReason)

    def _draw_anew(self) -> None:
        self.source.setCurrentIndex(-1)
        self.accept()


def _parts(match: Match) -> tuple[_Part, ...]:
    return (
        _Part(
            "Another shape",
            tuple(
                (n, _size(own), f"is {_size(given)}") for n, (own, given) in match.misfits.items()
            ),
        ),
        _Part("Drawn anew", tuple((n, _size(s), "not given") for n, s in match.missing.items())),
        _Part("Taken", tuple((name, "", given) for name, given in match.taken.items())),
        _Part(
            "Not used",
            tuple((n, _size(s), "not in the design") for n, s in match.unused.items()),
            is_open=False,
        ),
    )


def _size(shape: Shape) -> str:
    return " x ".join(map(str, shape)) or "1"


def _title(run: Run) -> str:
    when = run.created.replace("T", " ")[:16]
    figures = run.summary.get("validation") or run.summary.get("test") or {}
    best = next((f"{n} {v:.3f}" for n, v in figures.items() if v is not None and n != "loss"), "")
    return ", ".join(part for part in (f"{run.project}, run of {when}", best) if part)
