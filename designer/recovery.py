"""Keeps unsaved work on disk, so that a crash loses at most a few seconds of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from core.design.document import Design
from core.errors import LayerloomError
from core.project.file import load, save
from designer.session import Session

DELAY_MS = 3000


class Recovery(QObject):
    """Writes the session's unsaved design beside its file, or into a folder if it has none.

    The copy goes away when the design is saved, given up or closed; one that is still there when a
    file is opened comes from a crash. Such a copy is not written over until ``release``.
    """

    def __init__(self, session: Session, folder: Path) -> None:
        super().__init__(session)
        self.session = session
        self._folder = folder
        self._place = self.place
        self._held = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self.write)
        session.changed.connect(self._note)

    @property
    def place(self) -> Path:
        """Where the copy of the open design is kept."""
        path = self.session.file
        if path is None:
            return self._folder / "untitled.loom.unsaved"
        return path.with_name(f".{path.name}.unsaved")

    def leftover(self) -> Design | None:
        """Unsaved work of a session that crashed, if there is any for the open design."""
        if not self.place.is_file():
            return None
        try:
            found = load(self.place)
        except LayerloomError:
            # A copy that cannot be read is no use to anybody; the file itself is unharmed.
            return None
        self._held = found != self.session.whole
        return found if self._held else None

    def release(self) -> None:
        """The user has seen the copy of a crash: it may be written over."""
        self._held = False

    def write(self) -> None:
        """Write the copy now, or take it away if there is nothing unsaved."""
        if self._held:
            return
        if not self.session.dirty:
            self.discard()
            return
        try:
            self.place.parent.mkdir(parents=True, exist_ok=True)
            save(self.session.whole, self.place)
        except (OSError, LayerloomError):
            # A folder that cannot be written is told when the user saves; here it would only nag.
            return

    def discard(self) -> None:
        """Take the copy away."""
        self.release()
        self._timer.stop()
        self._remove(self.place)

    def _note(self, *_: object) -> None:
        if self.place != self._place:
            # The user saved or gave up what was open before.
            self._remove(self._place)
            self._place = self.place
            self.release()
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    @staticmethod
    def _remove(place: Path) -> None:
        try:
            place.unlink(missing_ok=True)
        except OSError:
            # In a read-only folder there is no copy either.
            return
