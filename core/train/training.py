"""A run in progress: where it stands, its state, and its figures so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import jax

from core.compile.figures import Tallies, added, no_tallies
from core.errors import InputError
from core.project.runs import Point, Run, RunStore
from core.train.checkpoint import WEIGHTS, Arrays, best_path, load_checkpoint
from core.train.early_stopping import Best, EarlyStopping
from core.train.events import Surveyed
from core.train.failure import Failure
from core.train.job import Job
from core.train.last_good import LastGood
from core.train.layer_record import LayerRecord, layer_points
from core.train.memory import Need
from core.train.place import Place
from core.train.rates import apply, begin_plateau
from core.train.saver import Saver
from core.train.schedules.plateau import PlateauState
from core.train.snapshots import Snapshots
from core.train.state import State
from core.train.summary import Figures


@dataclass
class Training:
    """A run in progress.

    ``epoch`` whole epochs are done, and ``batch`` steps of the next one. ``factor`` is what the
    user multiplied the learning rate with. ``sums`` are the figures of the epoch that were read
    from the device, ``untold`` those of them that were not told yet.

    ``single`` asks that the next step is done alone and its figures told, ``due`` that a checkpoint
    is taken; the last one was of ``saved_step``. ``written`` is the one that is on disk and was not
    told of yet, ``best_weights`` those that are still to be written. ``aside_seconds`` is what
    ``between`` spent since the last reading on what is not training, such as a pause; views do
    count as part of the pace. ``left_out`` is the same since the training began here.
    """

    job: Job
    store: RunStore
    run: Run
    state: State
    epoch: int = 0
    batch: int = 0
    step: int = 0
    factor: float = 1.0
    best: Best = field(default_factory=Best)
    plateau: PlateauState | None = None
    train_seconds: float = 0.0
    train_samples: int = 0
    compile_seconds: float = 0.0
    earlier_seconds: float = 0.0
    aside_seconds: float = 0.0
    left_out: float = 0.0
    began: float = field(default_factory=time.perf_counter)
    last_good: LastGood | None = None
    need: Need | None = None
    failure: Failure | None = None
    single: bool = False
    due: bool = False
    sums: Tallies = field(default_factory=dict)
    untold: Tallies = field(default_factory=dict)
    points: list[Point] = field(default_factory=list)
    saver: Saver = field(default_factory=Saver)
    saved_at: float = field(default_factory=time.perf_counter)
    saved_step: int = -1
    next_saving: float = 0.0
    best_weights: Arrays | None = None
    written: Place | None = None
    layers: LayerRecord = field(default_factory=LayerRecord)
    stopping: EarlyStopping = field(init=False)
    snapshots: Snapshots = field(init=False)

    def __post_init__(self) -> None:
        """Begin with no figures and, where the schedule has one, a plateau."""
        program = self.job.program
        self.sums = self.sums or no_tallies(program.rules)
        self.untold = no_tallies(program.rules)
        self.stopping = EarlyStopping.of(program.recipe)
        self.snapshots = Snapshots(self.run.directory)
        self.plateau = self.plateau or begin_plateau(program.recipe.schedule)

    @classmethod
    def begin(
        cls, job: Job, store: RunStore, run: Run, resume: bool, state: State | None = None
    ) -> Training:
        """Start at the first step, or at the one at which the run was saved last.

        ``state`` is what a new run starts from, if not from the program's own first state.

        Raises InputError when the checkpoint cannot be used, or the run has done what the recipe
        asks for.
        """
        if resume:
            made = _resumed(job, store, run)
        else:
            made = cls(job, store, run, state or job.program.initial_state())
        # From now on the checkpoint is newer than any final weights that are here.
        (run.directory / WEIGHTS).unlink(missing_ok=True)
        store.forget_after(run, made.step)
        made.snapshots.go_on(made.step if resume else -1)
        store.set_status(run, "running")
        return made

    @property
    def progress(self) -> float:
        """Epochs done, with the part of the present one."""
        return self.epoch + self.batch / self.job.program.steps_per_epoch

    @property
    def speed(self) -> float:
        """Samples trained on in a second, 0 before it is known."""
        return self.train_samples / self.train_seconds if self.train_seconds else 0.0

    @property
    def order(self) -> tuple[int, ...]:
        """What the order of an epoch's batches depends on."""
        return self.job.program.batch_size, self.job.program.recipe.seed

    @property
    def place(self) -> Place:
        """Where the run stands now."""
        return Place(
            epoch=self.epoch,
            batch=self.batch,
            step=self.step,
            stage=self.job.program.stage,
            order=self.order,
            seconds=self.earlier_seconds + time.perf_counter() - self.began,
            factor=self.factor,
            best=self.best,
            plateau=self.plateau.saved() if self.plateau else None,
        )

    @property
    def has_one_device(self) -> bool:
        """Whether all is computed on one device."""
        return len(self.job.placement.devices) == 1

    def settle(self) -> None:
        """Wait for the steps that are queued, so that what follows is measured alone."""
        jax.block_until_ready(self.state.samples)

    def leave_out(self, seconds: float) -> None:
        """These seconds were not spent on training: its speed does not count them."""
        self.aside_seconds += seconds
        self.left_out += seconds

    def gather(self) -> None:
        """Fetch the summed figures from the device and begin new sums there."""
        found: Tallies = jax.device_get(self.state.sums)
        fresh, zero = self.job.program.no_sums()
        self.state = self.state._replace(sums=fresh, samples=zero)
        self.sums, self.untold = added(self.sums, found), added(self.untold, found)

    def taken(self) -> Tallies:
        """The figures since this was last asked for."""
        self.gather()
        part, self.untold = self.untold, no_tallies(self.job.program.rules)
        return part

    def record_layers(self, found: Surveyed) -> bool:
        """Record what a survey found of the layers, unless that of its step was recorded.

        Returns whether it was not. Raises WorkError.
        """
        if found.step == self.layers.step:
            return False
        self.layers.step = found.step
        self.store.record(self.run, layer_points(self.job, found, float(self.epoch)))
        return True

    def note(self, series: str, figures: Figures) -> None:
        """Keep figures of the present step, to be recorded with the next checkpoint."""
        self.points += [
            Point(self.step, self.progress, series, name, value) for name, value in figures.items()
        ]

    def record(self) -> None:
        """Write the figures down that were noted. Raises WorkError."""
        points, self.points = self.points, []
        self.store.record(self.run, points)


def _resumed(job: Job, store: RunStore, run: Run) -> Training:
    state, place, sums = load_checkpoint(run.directory, job.program)
    epochs = job.program.recipe.total_epochs
    if place.epoch >= epochs and run.status == "epochs":
        raise InputError(
            f"run {run.id} has done its {place.epoch} epochs already",
            "Ask for more epochs than that.",
        )
    training = Training(
        job,
        store,
        run,
        state,
        epoch=place.epoch,
        batch=place.batch,
        step=place.step,
        factor=place.factor,
        best=place.best if best_path(run.directory, place.best).is_file() else Best(),
        plateau=begin_plateau(job.program.recipe.schedule, place.plateau),
        earlier_seconds=place.seconds,
        sums=sums,
    )
    if training.stopping.is_over(training.best) and run.status == "early_stopping":
        raise InputError(
            f"run {run.id} stopped early: {training.stopping.monitor} had not become better for "
            f"{training.best.waited} epochs",
            "Give the recipe more patience, then resume.",
        )
    if place.order != training.order:
        # The batches are other ones now, so the epoch that was going on begins anew.
        training.batch, training.sums = 0, no_tallies(job.program.rules)
    apply(training)
    return training
