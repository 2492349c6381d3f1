"""New, Open, Save and the question before work is lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from core.design import edits
from core.design.document import Design
from core.errors import LayerloomError
from core.project.file import SUFFIX, load, save
from designer.preferences import Preferences
from designer.session import Session
from widgets.uncollected import uncollected

UNNAMED = Design().name
FILTER = f"Layerloom projects (*{SUFFIX})"


class Files(QObject):
    """Opens and saves the session's design.

    ``opened`` comes after another design was opened, ``saved`` after the design got its file;
    ``trouble`` carries a message and a hint.
    """

    opened = Signal()
    saved = Signal()
    trouble = Signal(str, str)

    def __init__(self, session: Session, preferences: Preferences, window: QWidget) -> None:
        super().__init__(window)
        self.session, self.preferences, self.window = session, preferences, window
        self.may_leave_training: Callable[[], bool] = lambda: True

    def new(self) -> None:
        """Begin an empty design."""
        if self.may_leave():
            self.session.open(Design(), None)
            self.opened.emit()

    def open(self) -> None:
        """Ask for a file and open it."""
        if not self.may_leave():
            return
        name, _ = QFileDialog.getOpenFileName(
            self.window, "Open project", str(self.session.folder), FILTER
        )
        if name:
            self.read(Path(name))

    def open_recent(self, path: Path) -> None:
        """Open a recent file."""
        if self.may_leave():
            self.read(path)

    def open_copy(self, path: Path) -> None:
        """Open what is in a file as a design without one, so that saving asks for a place."""
        try:
            design = load(path)
        except LayerloomError as error:
            self.trouble.emit(error.message, error.hint)
            return
        self.open_design(design)

    def open_design(self, design: Design) -> None:
        """Open a design that has no file yet, so that saving asks for a place."""
        if self.may_leave():
            self.session.open(design, None)
            self.opened.emit()

    def read(self, path: Path) -> bool:
        """Open a file; what is open stays open if that fails. Returns whether it succeeded."""
        with uncollected():
            try:
                design = load(path)
            except LayerloomError as error:
                self.trouble.emit(error.message, error.hint)
                return False
            self.session.open(design, path.resolve())
        self.preferences.add_recent_file(path)
        self.opened.emit()
        return True

    def save(self) -> bool:
        """Save to the design's file, asking for one if it has none."""
        return self._write(self.session.file) if self.session.file else self.save_as()

    def save_as(self) -> bool:
        """Ask for a file and save there."""
        proposal = self.session.file or self.session.folder / f"{self.session.design.name}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self.window, "Save project as", str(proposal), FILTER)
        if not name:
            return False
        path = Path(name)
        return self._write(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))

    def beside(self, suffix: str) -> Path:
        """The file that is proposed for what is written of the design, without a dot."""
        file = self.session.file
        return self.session.folder / f"{file.stem if file else self.session.whole.name}.{suffix}"

    def may_leave(self) -> bool:
        """Ask before unsaved work or a running training is lost; False means stay."""
        if not self.may_leave_training():
            return False
        if not self.session.dirty:
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self.window,
            "Unsaved changes",
            f"Save the changes to {self.title()} first?",
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        return self.save() if answer == buttons.Save else answer == buttons.Discard

    def title(self) -> str:
        """What the open design is called."""
        return self.session.file.name if self.session.file else self.session.design.name

    def _write(self, path: Path) -> bool:
        if self.session.design.name == UNNAMED:
            self.session.act("Name the design", lambda d: edits.set_name(d, path.stem))
        try:
            save(self.session.whole, path)
        except LayerloomError as error:
            self.trouble.emit(error.message, error.hint)
            return False
        self.session.saved_as(path.resolve())
        self.preferences.add_recent_file(path)
        self.saved.emit()
        return True
