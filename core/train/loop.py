"""The training loop: epochs of steps, figures, checkpoints and events."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import jax

from core.compile.figures import Tallies, added, are_finite, no_tallies
from core.errors import InputError, WorkError
from core.project.runs import Point, Run, RunStore
from core.train.checkpoint import WEIGHTS, load_checkpoint, save_checkpoint, save_weights
from core.train.events import (
    Compiled,
    EpochEnd,
    Event,
    Figures,
    Finished,
    Progress,
    Started,
    Summary,
    figures_json,
)
from core.train.job import Job
from core.train.state import State

# Seconds between two readings of the figures: what a screen can show, and rarely enough that the
# device need not wait.
READING_INTERVAL = 0.2
# Steps may be queued faster than the device does them; this bounds the queue, so that a stop or a
# view is answered soon.
QUEUE = 0.02

Emit = Callable[[Event], None]
# Called between steps; may look at the training or wait, and says whether to go on.
Between = Callable[["Training"], bool]


@dataclass
class Training:
    """A run in progress: where it stands and its state.

    ``aside_seconds`` is what ``between`` spent since the last reading on what is not training, such
    as a pause; views do count as part of the pace.
    """

    job: Job
    store: RunStore
    run: Run
    state: State
    epoch: int = 0
    step: int = 0
    train_seconds: float = 0.0
    train_samples: int = 0
    compile_seconds: float = 0.0
    earlier_seconds: float = 0.0
    aside_seconds: float = 0.0
    diverged: bool = False
    _points: list[Point] = field(default_factory=list)

    @classmethod
    def begin(
        cls, job: Job, store: RunStore, run: Run, resume: bool, state: State | None = None
    ) -> Training:
        """Start at the first step, or at the end of the last epoch that was saved.

        ``state`` is what a new run starts from, if not from the program's own first state.

        Raises InputError when the checkpoint cannot be used or all epochs are done.
        """
        if resume:
            state, progress = load_checkpoint(run.directory, job.program)
            if progress["epoch"] >= job.program.recipe.total_epochs:
                raise InputError(
                    f"run {run.id} has done its {progress['epoch']} epochs already",
                    "Ask for more epochs than that.",
                )
        else:
            state = state or job.program.initial_state()
            progress = {"epoch": 0, "step": 0, "seconds": 0.0}
        # From now on the checkpoint is newer than any final weights that are here.
        (run.directory / WEIGHTS).unlink(missing_ok=True)
        store.forget_after(run, progress["step"])
        store.set_status(run, "running")
        return cls(
            job,
            store,
            run,
            state,
            epoch=progress["epoch"],
            step=progress["step"],
            earlier_seconds=progress["seconds"],
        )


def run_training(training: Training, emit: Emit, between: Between) -> Summary:
    """Train until the recipe's epochs are done, ``between`` says no, or the loss is not finite.

    Every epoch ends with a validation and a checkpoint. Raises WorkError when memory runs out or
    the disk refuses; the run then counts as interrupted and can be resumed.
    """
    try:
        return _run(training, emit, between)
    except jax.errors.JaxRuntimeError as error:
        training.store.set_status(training.run, "interrupted")
        raise _explained(error) from error
    except OSError as error:
        training.store.set_status(training.run, "interrupted")
        raise WorkError(
            f"the run could not be saved in {training.run.directory}: {error.strerror or error}",
            "Free some space, then resume.",
        ) from error
    except BaseException:
        training.store.set_status(training.run, "interrupted")
        raise


def _run(training: Training, emit: Emit, between: Between) -> Summary:
    began = time.perf_counter()
    job, program = training.job, training.job.program
    emit(
        Started(
            training.run.id,
            str(training.run.directory),
            job.placement.title,
            training.epoch,
            program.recipe.total_epochs,
            program.steps_per_epoch,
            program.epoch_samples,
        )
    )
    _enter_stage(training)
    training.compile_seconds = time.perf_counter() - began
    emit(Compiled(training.compile_seconds))
    if training.step == 0:
        _save(training, 0.0)
    stopped_by = _epochs(training, emit, between, began)
    summary = _summary(training, stopped_by, time.perf_counter() - began)
    if not training.diverged:
        save_weights(training.run.directory, program, training.state)
    training.store.set_status(training.run, stopped_by, figures_json(summary))
    emit(Finished(summary))
    return summary


def _epochs(training: Training, emit: Emit, between: Between, began: float) -> str:
    epochs = training.job.program.recipe.total_epochs
    first, before = training.epoch, time.perf_counter()
    while training.epoch < epochs:
        _enter_stage(training)
        figures = _one_epoch(training, emit, between)
        if figures is None:
            _record(training)
            return "diverged" if training.diverged else "interrupted"
        training.epoch += 1
        rows = training.job.prepared.splits["validation"]
        validation = training.job.program.evaluate(training.state, rows)
        for series, values in (("train", figures), ("validation", validation)):
            _note(training, series, float(training.epoch), values)
        _save(training, training.earlier_seconds + time.perf_counter() - began)
        _record(training)
        pace = (time.perf_counter() - before) / (training.epoch - first)
        left = pace * (epochs - training.epoch)
        emit(EpochEnd(training.epoch, training.step, figures, validation, left))
        if training.epoch < epochs and not between(training):
            return "interrupted"
    return "epochs"


def _enter_stage(training: Training) -> None:
    """Go to the stage of the present epoch, and compile its step if that was not done."""
    program = training.job.program
    training.state = program.enter(training.state, program.stage_at(training.epoch))
    program.compile(training.state)


def _one_epoch(training: Training, emit: Emit, between: Between) -> Figures | None:
    """Do the steps of an epoch; None if it was broken off. Returns the mean figures."""
    program = training.job.program
    batches = program.batches(training.epoch)
    sums: Tallies = no_tallies(program.rules)
    clock = reading = waited = time.perf_counter()
    training.aside_seconds = 0.0
    for number, rows in enumerate(batches, 1):
        training.state = program.step(training.state, rows)
        training.step += 1
        training.train_samples += len(rows)
        now = time.perf_counter()
        if now - waited > QUEUE:
            jax.block_until_ready(training.state.samples)
            waited = time.perf_counter()
        last = number == len(batches)
        if last or now - reading > READING_INTERVAL:
            part = _read(training)
            now = time.perf_counter()
            training.train_seconds += now - clock - training.aside_seconds
            training.aside_seconds = 0.0
            clock = reading = now
            sums = added(sums, part)
            mean = program.finish(part)
            epoch = training.epoch + number / len(batches)
            _note(training, "step", epoch, mean)
            emit(Progress(epoch, training.step, mean, _speed(training)))
            if not are_finite(program.rules, part):
                training.diverged = True
                return None
        if not last and not between(training):
            return None
    return program.finish(sums)


def _read(training: Training) -> Tallies:
    """Fetch the summed figures from the device and begin new sums."""
    sums: Tallies = jax.device_get(training.state.sums)
    fresh, zero = training.job.program.no_sums()
    training.state = training.state._replace(sums=fresh, samples=zero)
    return sums


def _speed(training: Training) -> float:
    return training.train_samples / training.train_seconds if training.train_seconds else 0.0


def _note(training: Training, series: str, epoch: float, figures: Figures) -> None:
    training._points += [
        Point(training.step, epoch, series, name, value) for name, value in figures.items()
    ]


def _save(training: Training, seconds: float) -> None:
    progress = {"epoch": training.epoch, "step": training.step, "seconds": seconds}
    save_checkpoint(training.run.directory, training.job.program, training.state, progress)


def _record(training: Training) -> None:
    training.store.record(training.run, training._points)
    training._points.clear()


def _summary(training: Training, stopped_by: str, seconds: float) -> Summary:
    program, splits = training.job.program, training.job.prepared.splits
    final = {name: program.evaluate(training.state, rows) for name, rows in splits.items()}
    return Summary(
        run=training.run.id,
        device=training.job.placement.title,
        epochs=training.epoch,
        steps=training.step,
        seconds=training.earlier_seconds + seconds,
        first_step_seconds=training.compile_seconds,
        samples_per_second=_speed(training),
        stopped_by=stopped_by,
        train=final["train"],
        validation=final["validation"],
        test=final["test"],
        parameters=training.job.analysis.parameters,
    )


def _explained(error: Exception) -> WorkError:
    text = str(error)
    if "RESOURCE_EXHAUSTED" in text or "out of memory" in text.lower():
        return WorkError(
            f"out of memory while training: {text.splitlines()[0][:200]}",
            "Try a smaller batch size or fewer units.",
        )
    return WorkError(f"training failed: {text.splitlines()[0][:300]}")
