"""Drives the worker: Train, Pause, Stop, Resume, and what is watched meanwhile."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.errors import LayerloomError
from core.project.file import to_text
from core.project.runs import (
    CHECKPOINT,
    IMPORTED,
    RUNNING,
    WEIGHTS,
    Run,
    RunStore,
    store_of,
)
from core.train.budget import DEFAULT_SHARE
from core.train.commands import (
    Continue,
    CrossValidate,
    LoadRun,
    Pause,
    SetBudget,
    SetRate,
    StepOnce,
    Stop,
    Survey,
    Train,
    Watch,
)
from core.train.events import (
    Compiled,
    Continued,
    CrossValidated,
    EpochEnd,
    Event,
    Failed,
    Finished,
    Kept,
    Loaded,
    Paused,
    Progress,
    RateChanged,
    Ready,
    Saved,
    Started,
    Surveyed,
    View,
    WeightsCompared,
)
from core.train.stage import Stage
from core.train.summary import Summary
from core.units import in_units
from designer.amounts import duration
from designer.layer_history import LayerHistory
from designer.moments import Moments
from designer.session import Session
from designer.training_process import TrainingProcess
from designer.training_words import how_far, how_it_ended, stage_at

IDLE, STARTING, TRAINING, PAUSED, STOPPING = "idle", "starting", "training", "paused", "stopping"
FOLDING = "cross-validating"


class Trainer(QObject):
    """The state of training as the window sees it.

    ``state_changed`` comes when ``state`` changes; ``noted`` carries what to tell in one line;
    ``trouble`` carries a message, a hint, and whether the run can be resumed. ``heard`` carries the
    worker's events that views show. ``diverged`` carries the failure of a run that did. ``device``
    is the kind that runs are trained on, ``device_kinds`` those that there are. ``moments`` says
    which step of the run is looked at, ``layers`` what was recorded of its layers.
    """

    state_changed = Signal()
    noted = Signal(str)
    trouble = Signal(str, str, bool)
    heard = Signal(object)
    finished = Signal(object)
    diverged = Signal(object)

    def __init__(self, session: Session, unsaved_store: Path) -> None:
        super().__init__()
        self.session = session
        self.state = IDLE
        self.device = "auto"
        self.device_kinds: tuple[str, ...] = ()
        self.run: Run | None = None
        self.summary: Summary | None = None
        self.progress = (0.0, "")
        self._unsaved_store = unsaved_store
        self._store: RunStore | None = None
        self._started: Started | None = None
        self._stages: tuple[Stage, ...] = ()
        self._saved: Saved | None = None
        self._memory = ""
        self.moments = Moments(self)
        self.layers = LayerHistory(self)
        self.moments.changed.connect(self._look)
        self._watch = Watch("", 0)
        self._survey = Survey(0.0)
        self._look_share = DEFAULT_SHARE
        self.process = TrainingProcess(self)
        self.process.told.connect(self._hear)
        self.process.died.connect(self._mourn)

    @property
    def busy(self) -> bool:
        """Whether a run is going on, even if it waits."""
        return self.state != IDLE

    @property
    def resumable(self) -> bool:
        """Whether the last run can be gone on with."""
        return self.run is not None and self.can_resume(self.run)

    def can_resume(self, run: Run) -> bool:
        """Whether a run can be gone on with: it was broken off, or the recipe has more epochs."""
        if self.busy or run.status in ("diverged", "early_stopping", IMPORTED, RUNNING):
            return False
        if not (run.directory / CHECKPOINT).is_file():
            return False
        done = int(run.summary.get("epochs", 0))
        return run.status != "epochs" or done < self.session.analysis_of_whole.recipe.total_epochs

    @property
    def is_broken_off(self) -> bool:
        """Whether the last run never came to an end: it was killed, and can be gone on with."""
        if self.run is None or not self.resumable:
            return False
        # Weights are written when a run ends, and deleted when it goes on.
        return not (self.run.directory / WEIGHTS).is_file()

    @property
    def store(self) -> RunStore:
        """Where the runs of the open design are kept."""
        path = self.session.file
        return store_of(path) if path else RunStore(self._unsaved_store)

    @property
    def project(self) -> str:
        """The name that runs of the open design are kept under."""
        return self.session.file.stem if self.session.file else "untitled"

    def train(self, resume: bool = False) -> None:
        """Begin a run, or go on with the last one."""
        if self.busy:
            return
        if resume and self.run is None:
            return
        self._store = self.store
        self._stages = self.session.analysis_of_whole.recipe.stages
        self.moments.forget()
        self._become(STARTING)
        self.noted.emit("Compiling the design ...")
        self.process.send(self._survey)
        self.process.send(SetBudget(self._look_share))
        self.process.send(
            Train(
                design=to_text(self.session.whole),
                folder=str(self.session.folder),
                store=str(self._store.root),
                project=self.project,
                resume=self.run.id if resume and self.run else "",
                device=self.device,
            )
        )
        self.process.send(self._watch)

    def pause_or_continue(self) -> None:
        """Pause a running training, or go on with a paused one."""
        if self.state == TRAINING:
            self.process.send(Pause())
        elif self.state == PAUSED:
            self.process.send(Continue())

    def step(self) -> None:
        """Do one step of a paused training."""
        if self.state == PAUSED:
            self.process.send(StepOnce())

    def set_rate(self, rate: float) -> None:
        """Change the learning rate of the run that is going on; the recipe stays as it is."""
        if self.state in (TRAINING, PAUSED):
            self.process.send(SetRate(rate=rate))

    def scale_rate(self, factor: float) -> None:
        """Multiply the learning rate of the run that is going on."""
        if self.state in (TRAINING, PAUSED):
            self.process.send(SetRate(factor=factor))

    def stop(self) -> None:
        """End the run after the present step."""
        if self.state == FOLDING:
            self.process.send(Stop())
        elif self.state in (STARTING, TRAINING, PAUSED):
            self.process.send(Stop())
            self._become(STOPPING)

    def cross_validate(self, folds: int, stratify: bool) -> None:
        """Train once for each fold, with 0 folds one for each row; ``heard`` carries what comes."""
        if self.busy:
            return
        self._become(FOLDING)
        design, folder = to_text(self.session.whole), str(self.session.folder)
        self.process.send(CrossValidate(design, folder, folds, stratify))

    def watch(self, node: str, row: int) -> None:
        """Choose the node and the probe sample that the views show."""
        wanted = Watch(node, row, at=self.moments.at)
        if wanted != self._watch:
            self._watch = wanted
            if self.process.pid is not None:
                self.process.send(wanted)

    @property
    def watched(self) -> Watch:
        """What the views show."""
        return self._watch

    def _look(self) -> None:
        """Another step is looked at."""
        self.watch(self._watch.node, self._watch.row)

    def survey(self, wanted: Survey) -> None:
        """Choose what is surveyed while training."""
        if wanted != self._survey:
            self._survey = wanted
            if self.process.pid is not None:
                self.process.send(wanted)

    def set_look_share(self, share: float) -> None:
        """Let looking take this part of a training's time, also of one that is going on."""
        self._look_share = share
        if self.process.pid is not None:
            self.process.send(SetBudget(share))

    def forget(self) -> None:
        """Another design was opened: let go of its predecessor's run."""
        if self.busy:
            self.close()
            self._become(IDLE)
        self.run = self._started = self.summary = None
        self.moments.forget()
        self.layers.clear()
        self.progress = (0.0, "")

    def adopt_last_run(self) -> Run | None:
        """Take up the newest run of the open design, and have its weights loaded for the views.

        Returns the run, None if there is none.
        """
        try:
            runs = self.store.runs(self.project) if self.session.file else []
        except LayerloomError as error:
            self.trouble.emit(error.message, error.hint, False)
            return None
        if not runs:
            return None
        self.adopt(runs[0])
        return runs[0]

    def adopt(self, run: Run) -> None:
        """Take up a run of the open design, and have its weights loaded for the views."""
        self.run, self._store = run, self.store
        self.layers.clear()
        self.moments.read(run)
        if run.status == IMPORTED and self.session.analysis_of_whole.errors:
            # It can be looked at once the design has data and a loss.
            return
        if not run.has_weights:
            # It ended before anything was saved.
            return
        self.process.send(self._watch)
        self.process.send(LoadRun(str(self.session.folder), str(self.store.root), run.id))

    def keep_run_with_project(self) -> None:
        """An unsaved design got a file: its last run moves beside it."""
        if self.run is None or self.busy or self.run.directory.is_relative_to(self.store.root):
            return
        try:
            self.run = self.store.take_over(RunStore(self._unsaved_store), self.run, self.project)
        except LayerloomError as error:
            self.trouble.emit(error.message, error.hint, False)

    def close(self) -> None:
        """End the worker; a run that was going on can be resumed."""
        self.process.shut_down()
        self.moments.close()
        self._refresh_run()

    def _hear(self, event: Event) -> None:
        match event:
            case Ready():
                self.device_kinds = event.kinds
                self.noted.emit(f"Ready to train on {event.device}")
            case Started():
                self._begin(event)
            case Compiled():
                needs = in_units(event.memory_bytes) if event.memory_bytes else ""
                self._memory = f", {needs} of memory" if needs else ""
                about = f", needs about {needs}" if needs else ""
                self.noted.emit(f"Compiled in {event.seconds:.1f} s{about}")
            case Progress():
                self._advance(event)
            case Saved():
                self._saved = event
            case Kept():
                self.moments.learn(event.moments, event.note)
            case RateChanged():
                self.noted.emit(
                    f"The learning rate is {event.rate:.4g} now; the recipe stays as it was"
                )
            # A pause that was asked for before the stop takes nothing of it back.
            case Paused() if self.state != STOPPING:
                self._become(PAUSED)
                self.noted.emit("Paused")
            case Continued():
                self._become(TRAINING if self.state == PAUSED else self.state)
            case Finished():
                self._end(event.summary)
            case Failed():
                self._fail(event)
            case CrossValidated():
                self._become(IDLE)
            case EpochEnd() | Loaded() | View() | Surveyed() | WeightsCompared():
                pass
        self.heard.emit(event)

    def _begin(self, event: Started) -> None:
        assert self._store is not None
        self._started, self.summary, self._saved = event, None, None
        self.run = self._store.get(event.run)
        if self.state == STARTING:
            self._become(TRAINING)

    def _advance(self, event: Progress) -> None:
        assert self._started is not None
        epochs = self._started.epochs
        text = stage_at(self._stages, event.epoch)
        text += f"epoch {min(int(event.epoch) + 1, epochs)} of {epochs}"
        if event.samples_per_second:
            text += f", {event.samples_per_second:,.0f} samples/s"
            left = (epochs - event.epoch) * self._started.train_samples / event.samples_per_second
            text += f", {duration(left)} left{self._memory}"
        self.progress = (event.epoch / epochs, text)

    def _end(self, summary: Summary) -> None:
        assert self._store is not None
        self.summary = summary
        self.run = self._store.get(summary.run)
        text = how_it_ended(summary.stopped_by, summary.epochs, summary.test)
        wanted = self._started.epochs if self._started else summary.epochs
        is_whole = summary.stopped_by == "early_stopping" or not wanted
        self.progress = (1.0 if is_whole else summary.epochs / wanted, text)
        self._become(IDLE)
        if summary.failure is not None:
            self.diverged.emit(summary.failure)
        self.finished.emit(summary)

    def _fail(self, event: Failed) -> None:
        if self.busy and event.ends_run:
            self._refresh_run()
            self._become(IDLE)
        self.trouble.emit(event.message, event.hint, False)

    def _mourn(self, code: int) -> None:
        self.moments.forget()
        was_busy = self.busy and self.state != FOLDING
        self._refresh_run()
        self._become(IDLE)
        saved = how_far(self._saved) if was_busy and self.run else ""
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self.trouble.emit(
            f"The training process ended unexpectedly ({how}).",
            f"{saved} Your design is unharmed.".strip(),
            was_busy and self.resumable,
        )
        self.process.start()

    def _refresh_run(self) -> None:
        trains = self.busy and self.state != FOLDING
        if self.run is not None and self._store is not None and trains:
            self._store.set_status(self.run, "interrupted")
            self.run = self._store.get(self.run.id)

    def _become(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit()
