"""The one place where the design changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as FilePath

from PySide6.QtCore import QObject, Signal

from core.design.analysis import Analysis, DataFacts, analyse
from core.design.document import Design
from core.design.history import History
from core.design.levels import Path, at_level, level, valid_path
from core.design.naming import follow
from core.design.nesting import check_no_circle
from core.design.outlook import outlook
from core.errors import InputError

Edit = Callable[[Design], Design]


class Session(QObject):
    """The open design with its history, file and analysis, and which level of it is edited.

    ``whole`` is the design with all its groups; ``design`` is the level that the user is in, as a
    design of its own: the outermost one, or the inside of the group that ``path`` leads into.
    ``changed`` carries the whole designs before and after, and comes once for each act, undo or
    opening, and when another level is entered. ``refused`` carries why an act cannot be.
    """

    changed = Signal(object, object)
    refused = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.file: FilePath | None = None
        self._saved = Design()
        self._history = History.of(self._saved)
        self._facts: DataFacts | None = None
        self.path: Path = ()
        self.design = self._saved
        self.analysis_of_whole: Analysis = analyse(self._saved)
        self.analysis: Analysis = self.analysis_of_whole

    @property
    def whole(self) -> Design:
        """The design with all its groups as it is now."""
        return self._history.design

    @property
    def folder(self) -> FilePath:
        """Where the design's data paths count from."""
        return self.file.parent if self.file else FilePath.cwd()

    @property
    def dirty(self) -> bool:
        """Whether there is something to save."""
        return self.whole != self._saved

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

    def act(self, label: str, edit: Edit, merge: str = "", *, whole: bool = False) -> bool:
        """Carry out an edit of this level, or of the ``whole`` design, as one step of undo.

        Acts of one ``merge`` key in a row are one step. Returns whether anything changed; where the
        edit cannot be, ``refused`` says why.
        """
        try:
            after = edit(self.whole) if whole else at_level(self.path, edit)(self.whole)
            check_no_circle(after, self.whole)
            after = follow(self.whole, after)
        except InputError as error:
            self.refused.emit(error.message, error.hint)
            return False
        if after == self.whole:
            return False
        self._become(self._history.act(label, after, merge))
        return True

    def go_to(self, path: Path) -> None:
        """Edit the level that a path leads into, as far as there is one."""
        if valid_path(self.whole, path) != self.path:
            self.path = valid_path(self.whole, path)
            self._become(self._history)

    def enter(self, node: str) -> bool:
        """Edit the inside of the group that a node of this level uses; False for other nodes."""
        before = self.path
        self.go_to((*self.path, node))
        return self.path != before

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

    def open(self, design: Design, file: FilePath | None) -> None:
        """Begin with another design; its history is empty."""
        self.file, self.path = file, ()
        self._saved = design
        self._become(History.of(design), reread=True)

    def saved_as(self, file: FilePath) -> None:
        """Remember that the present state is in this file."""
        moved = file.parent != self.folder
        self.file, self._saved = file, self.whole
        self._become(self._history, reread=moved)

    def reread_data(self) -> None:
        """Look at the data files again; they may have changed under the open design."""
        if _facts(self.whole, self.folder) != self._facts:
            self._become(self._history, reread=True)

    def _become(self, history: History, reread: bool = False) -> None:
        before, self._history = self.whole, history
        whole = self.whole
        if reread or whole.data != before.data:
            self._facts = _facts(whole, self.folder)
        self.path = valid_path(whole, self.path)
        self.design = level(whole, self.path)
        self.analysis_of_whole = analyse(whole, self._facts, self.analysis_of_whole)
        self.analysis = outlook(self.analysis_of_whole, self.design, self.path)
        self.changed.emit(before, whole)


def _facts(design: Design, folder: FilePath) -> DataFacts | None:
    """What is known of the design's data; None without data, which needs nothing loaded."""
    if design.data is None:
        return None
    from core.project.facts import data_facts

    return data_facts(design, folder)
