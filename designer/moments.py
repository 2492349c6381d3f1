"""Which steps of the shown run have their weights kept, and which of them is looked at."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from core.project.moments import Moment, moments
from core.project.runs import Run
from designer.background import Background


class Moments(QObject):
    """``at`` is the step that all views show, None for the network as it is now.

    ``changed`` comes when another one is looked at, ``known_changed`` when there are others.
    """

    changed = Signal()
    known_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.known: tuple[Moment, ...] = ()
        self.note = ""
        self.at: int | None = None
        self._reading: Background | None = None

    def choose(self, step: int | None) -> None:
        """Look at a step that is known, or (None) at now."""
        known = [moment.step for moment in self.known]
        if step is not None and step not in known:
            wanted = step
            step = min(known, key=lambda one: abs(one - wanted), default=None)
        if step != self.at:
            self.at = step
            self.changed.emit()

    def learn(self, known: Sequence[Moment], note: str = "") -> None:
        """Take up what is kept of the run; where the looked at is not, the nearest one is."""
        if self._reading is not None:
            self._reading.forget()
        self.known, self.note = tuple(known), note
        self.known_changed.emit()
        self.choose(self.at)

    def forget(self) -> None:
        """Another run is shown, of which nothing is known yet."""
        self.learn(())

    def read(self, run: Run) -> None:
        """Find out what a run that is there keeps, on another thread."""
        self.forget()
        if self._reading is None:
            self._reading = Background()
            self._reading.answered.connect(lambda found: self.learn(found.found, found.note))
        self._reading.work_out(lambda: moments(run.directory))

    def close(self) -> None:
        """Wait for nothing that is being read."""
        if self._reading is not None:
            self._reading.close()
            self._reading = None
