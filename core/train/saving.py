"""When checkpoints are taken: a copy between two steps, written beside the training."""

from __future__ import annotations

import time
from functools import partial

from core.compile.figures import Tallies
from core.project.runs import Point
from core.project.weights import write_weights
from core.train.checkpoint import (
    Arrays,
    best_path,
    drop_other_bests,
    snapshot,
    weights_of,
    with_weights,
    write_checkpoint,
)
from core.train.events import Emit, Saved
from core.train.place import Place
from core.train.summary import Figures
from core.train.training import Training

# Seconds after which a checkpoint is due within an epoch.
INTERVAL = 60.0
# Copying may hold up the training for this share of the time; where epochs are shorter than that
# allows, not each of them is saved at once.
SHARE = 0.02


def tend(training: Training, emit: Emit) -> None:
    """Take a checkpoint if one is due and the last one is written; tell of what was written.

    To be called between two steps. Raises OSError or WorkError if a write failed.
    """
    training.saver.check()
    tell(training, emit)
    training.snapshots.tend(training, emit)
    now = time.perf_counter()
    due = training.due or now > training.saved_at + INTERVAL
    if due and not training.saver.busy and now >= training.next_saving:
        save(training)


def tell(training: Training, emit: Emit) -> None:
    """Tell of the last checkpoint that was written, once."""
    written, training.written = training.written, None
    if written is not None:
        epoch = written.epoch + written.batch / training.job.program.steps_per_epoch
        emit(Saved(epoch, written.step))


def save(training: Training) -> None:
    """Take a checkpoint, and begin to write it when the one before is written."""
    began = time.perf_counter()
    training.saver.wait()
    training.gather()
    arrays = snapshot(training.job.program, training.state)
    best, training.best_weights = training.best_weights, None
    points, training.points = training.points, []
    sums = training.sums if training.batch else {}
    write = partial(_write, training, arrays, training.place, sums, best, points)
    training.saver.begin(write)
    training.due, training.saved_step = False, training.step
    training.saved_at = time.perf_counter()
    training.next_saving = training.saved_at + (training.saved_at - began) / SHARE


def finish(training: Training, emit: Emit) -> None:
    """Have all that is new on disk, and wait for it. Raises OSError or WorkError."""
    training.saver.wait()
    if training.due or training.points or training.step != training.saved_step:
        save(training)
        training.saver.wait()
    tell(training, emit)
    training.snapshots.finish(training, emit)


def judge(training: Training, figures: Figures) -> None:
    """Compare the epoch that has ended with the best one, and keep its weights if it is better."""
    if not training.stopping.keeps_best:
        return
    training.best = training.stopping.after(training.best, figures, training.epoch, training.step)
    if training.best.step == training.step:
        training.best_weights = weights_of(training.job.program, training.state)


def restore_best(training: Training) -> None:
    """Go back to the best weights, where they are kept; they must be on disk."""
    if training.stopping.keeps_best and training.best.step:
        path = best_path(training.run.directory, training.best)
        training.state = with_weights(path, training.job.program, training.state)


def _write(
    training: Training,
    arrays: Arrays,
    place: Place,
    sums: Tallies,
    best: Arrays | None,
    points: list[Point],
) -> None:
    """In this order, so that a crash in between leaves what the old checkpoint needs."""
    directory = training.run.directory
    training.store.record(training.run, points)
    if best is not None:
        write_weights(best_path(directory, place.best), best)
    write_checkpoint(directory, arrays, place, sums)
    drop_other_bests(directory, place.best)
    training.written = place
