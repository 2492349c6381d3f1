"""Carries out what people want of the runs in the panel, beside the window's own work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from core.errors import LayerloomError
from core.project.run_acts import delete, design_of, rename, set_tags, tags_in
from core.project.run_report import Report, reports
from core.project.runs import Run, RunStore
from core.train.events import EpochEnd, Event
from designer.amounts import amount
from designer.background import Background, outcome
from designer.run_rows import NAME, TAGS
from designer.runs_panel import RunsPanel
from designer.session import Session
from designer.training import Trainer
from widgets.theme import Theme, dark


class RunControl(QObject):
    """Reads the runs of the open design when somebody looks, and does what the panel's acts say.

    ``show_wanted`` carries the run that the views shall show, ``open_wanted`` a design to open,
    ``resume_wanted`` the run to go on with. ``restored`` comes after a run's design was taken back,
    ``current_gone`` when the run that the views showed was deleted.
    """

    show_wanted = Signal(object)
    open_wanted = Signal(object)
    resume_wanted = Signal(object)
    restored = Signal()
    current_gone = Signal()
    noted = Signal(str)
    trouble = Signal(str, str)

    def __init__(self, session: Session, trainer: Trainer, window: QWidget) -> None:
        super().__init__(window)
        self.session, self.trainer, self.window = session, trainer, window
        self.panel = RunsPanel()
        self._theme = dark()
        self._reading = Background()
        self._reading.answered.connect(self._take)
        self._asides: set[Background] = set()
        self._comparisons: list[Any] = []
        self.panel.seen.connect(self.refresh)
        self.panel.wanted.connect(self._do)
        self.panel.edited.connect(self._edit)
        trainer.state_changed.connect(self._stand)
        trainer.finished.connect(self.refresh)
        trainer.heard.connect(self._hear)
        session.changed.connect(self._enable)

    def set_theme(self, theme: Theme) -> None:
        """Draw the panel and open comparisons in the colours of ``theme``."""
        self._theme = theme
        for shown in (self.panel, *self._comparisons):
            shown.set_theme(theme)

    def refresh(self, *_: object) -> None:
        """Read the runs anew, if somebody can see them."""
        if self.panel.isVisible():
            store, project = self.trainer.store, self.trainer.project
            self._reading.work_out(lambda: outcome(partial(reports, store, project)))

    def close(self) -> None:
        """Wait for nothing any more."""
        for background in (self._reading, *self._asides):
            background.close()
        for dialog in list(self._comparisons):
            dialog.close()

    def _take(self, answer: list[Report] | LayerloomError) -> None:
        if isinstance(answer, LayerloomError):
            self.trouble.emit(answer.message, answer.hint)
            answer = []
        self.panel.show_reports(answer)
        self._enable()

    def _stand(self) -> None:
        self._enable()
        self.refresh()

    def _enable(self, *_: object) -> None:
        run = self.trainer.run
        self.panel.is_busy = self.trainer.busy
        self.panel.in_use = run.id if run is not None and self.trainer.busy else ""
        listed = [r.run for r in self.panel.rows.reports]
        self.panel.can_resume = frozenset(r.id for r in listed if self.trainer.can_resume(r))
        self.panel.enable()

    def _hear(self, event: Event) -> None:
        """Let the row of the run that is going on keep up with it."""
        run = self.trainer.run
        if isinstance(event, EpochEnd) and run is not None and self.panel.isVisible():
            figures = {"train": event.train, "validation": event.validation}
            self.panel.rows.advance(run.id, event.epoch, figures)

    def _do(self, name: str) -> None:
        chosen = [r.run for r in self.panel.selected()]
        acts: dict[str, Callable[[], object]] = {
            "compare": lambda: self._compare(chosen),
            "show": lambda: self.show_wanted.emit(chosen[0]),
            "resume": lambda: self.resume_wanted.emit(chosen[0]),
            "restore": lambda: self._restore(chosen[0]),
            "open": lambda: self._open(chosen[0]),
            "rename": lambda: self.panel.edit(NAME),
            "tag": lambda: self.panel.edit(TAGS),
            "events": lambda: self._export(chosen),
            "delete": lambda: self._delete(chosen),
            "refresh": self.refresh,
        }
        acts[name]()

    def _edit(self, run: str, title: str, text: str) -> None:
        """Keep a name or tags that were typed; what cannot be is shown as it was."""
        store = self.trainer.store
        if title == NAME:
            self._aside(lambda: rename(store, store.get(run), text), self._edited)
        else:
            self._aside(lambda: set_tags(store, store.get(run), tags_in(text)), self._edited)

    def _edited(self, run: Run) -> None:
        if self.trainer.run is not None and self.trainer.run.id == run.id:
            self.trainer.run = run
        self.refresh()

    def _restore(self, run: Run) -> None:
        def take(design: object) -> None:
            label = f"Restore design of run {run.title}"
            if self.session.act(label, lambda _: design, whole=True):  # type: ignore[arg-type,return-value]
                self.noted.emit(f"The design is that of run {run.title}; undo takes it back")
                self.restored.emit()
            else:
                self.noted.emit(f"The design is that of run {run.title} already")

        self._aside(lambda: design_of(run), take)

    def _open(self, run: Run) -> None:
        from core.project.moving import moved

        # A design without a file counts paths from the working folder.
        folder = self.session.folder
        self._aside(lambda: moved(design_of(run), folder, Path.cwd()), self.open_wanted.emit)

    def _delete(self, runs: Sequence[Run]) -> None:
        what = f"run {runs[0].title}" if len(runs) == 1 else amount(len(runs), "run")
        whose = "Its" if len(runs) == 1 else "Their"
        text = f"Delete {what}? {whose} figures and weights are gone for good."
        start = self.session.analysis_of_whole.recipe.initial_weights
        if start in {name for run in runs for name in (run.id, run.name)} - {""}:
            text += " The recipe says that training starts from weights that go with it."
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self.window, "Delete runs", text, buttons.Yes | buttons.Cancel, buttons.Cancel
        )
        if answer == buttons.Yes:
            store = self.trainer.store
            self._aside(lambda: _delete_all(store, runs), lambda _: self._gone(runs))

    def _gone(self, runs: Sequence[Run]) -> None:
        self.noted.emit(f"Deleted {amount(len(runs), 'run')}")
        self.refresh()
        if self.trainer.run is not None and self.trainer.run.id in {run.id for run in runs}:
            self.current_gone.emit()

    def _export(self, runs: Sequence[Run]) -> None:
        from core.project.tensorboard import write_events

        folder = QFileDialog.getExistingDirectory(
            self.window, "Export for TensorBoard", str(self.session.folder)
        )
        if not folder:
            return
        store, place = self.trainer.store, Path(folder)

        def tell(files: list[Path]) -> None:
            done = f"Wrote {amount(len(files), 'file')} into {place.name}"
            self.noted.emit(done if files else "These runs have no figures yet")

        self._aside(lambda: [f for run in runs for f in write_events(store, run, place)], tell)

    def _compare(self, runs: Sequence[Run]) -> None:
        # Plotting takes a quarter of a second to import.
        from designer.run_comparison import RunComparison

        dialog = RunComparison(self.trainer.store, runs, self.window)
        dialog.set_theme(self._theme)
        dialog.trouble.connect(self.trouble)
        self._comparisons.append(dialog)
        dialog.finished.connect(lambda _: self._comparisons.remove(dialog))
        dialog.show()

    def _aside(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        """Do something on another thread; an error goes to ``trouble``, an answer to ``then``."""
        background = Background()
        self._asides.add(background)

        def take(answer: tuple[Any]) -> None:
            self._asides.discard(background)
            background.close()
            (found,) = answer
            if isinstance(found, LayerloomError):
                self.trouble.emit(found.message, found.hint)
                self.refresh()
            else:
                then(found)

        background.answered.connect(take)
        background.work_out(lambda: (outcome(work),))


def _delete_all(store: RunStore, runs: Sequence[Run]) -> None:
    for run in runs:
        delete(store, run)
