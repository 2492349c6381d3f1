"""The one place where the design changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.design.analysis import Analysis, DataFacts, analyse
from core.design.document import Design
from core.design.history import History
from core.project.facts import data_facts

Edit = Callable[[Design], Design]


class Session(QObject):
    """The open design with its history, file and analysis.

    ``changed`` carries the designs before and after, and comes once for each act, undo or opening.
    """

    changed = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.path: Path | None = None
        self._saved = Design()
        self._history = History.of(self._saved)
        self._facts: DataFacts | None = None
        self.analysis: Analysis = analyse(self._saved)

    @property
    def design(self) -> Design:
        """The design as it is now."""
        return self._history.design

    @property
    def folder(self) -> Path:
        """Where the design's data paths count from."""
        return self.path.parent if self.path else Path.cwd()

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.design != self._saved

    @property
    def undo_label(self) -> str:
        """The act that undo takes back, empty if there is none."""
        return self._history.undo_label

    @property
    def redo_label(self) -> str:
        """The act that redo does again, empty if there is none."""
        return self._history.redo_label

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of all states of the history, undone ones included."""
        return tuple(step.label for step in self._history.steps)

    @property
    def at(self) -> int:
        """Which of the ``steps`` is the present one."""
        return self._history.at

    def act(self, label: str, edit: Edit, merge: str = "") -> bool:
        """Carry out an edit as one step of undo; acts of one ``merge`` key in a row are one.

        Returns whether anything changed.
        """
        after = edit(self.design)
        if after == self.design:
            return False
        self._become(self._history.act(label, after, merge))
        return True

    def undo(self) -> None:
        """Take the last act back."""
        self._become(self._history.undo())

    def redo(self) -> None:
        """Do the last undone act again."""
        self._become(self._history.redo())

    def jump(self, index: int) -> None:
        """Undo or redo up to one of the ``steps``; an index beyond them is passed over."""
        if index != self.at and 0 <= index < len(self._history.steps):
            self._become(replace(self._history, at=index))

    def open(self, design: Design, path: Path | None) -> None:
        """Begin with another design; its history is empty."""
        self.path = path
        self._saved = design
        self._become(History.of(design), reread=True)

    def saved_as(self, path: Path) -> None:
        """Remember that the present state is in this file."""
        moved = path.parent != self.folder
        self.path, self._saved = path, self.design
        self._become(self._history, reread=moved)

    def reread_data(self) -> None:
        """Look at the data files again; they may have changed under the open design."""
        if data_facts(self.design, self.folder) != self._facts:
            self._become(self._history, reread=True)

    def _become(self, history: History, reread: bool = False) -> None:
        before, self._history = self.design, history
        if reread or self.design.data != before.data:
            self._facts = data_facts(self.design, self.folder)
        self.analysis = analyse(self.design, self._facts, self.analysis)
        self.changed.emit(before, self.design)
