"""The steps of one epoch, and when their figures are read."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import jax

from core.train.diagnosis import diagnose
from core.train.events import Emit, Progress
from core.train.last_good import LastGood
from core.train.rates import present_rate
from core.train.saving import tend
from core.train.summary import Figures
from core.train.training import Training

# Seconds between two readings of the figures: what a screen can show, and rarely enough that the
# device need not wait. The first step is read at once, so that something is seen.
READING_INTERVAL = 0.2
# Steps may be queued faster than the device does them; this bounds the queue, so that a stop or a
# view is answered soon.
QUEUE = 0.02
# On a CPU each step in the queue has memory of its own already; this bounds it, in bytes.
QUEUE_BYTES = 2**26

# Called between steps; may look at the training or wait, and says whether to go on.
Between = Callable[[Training], bool]


def one_epoch(training: Training, emit: Emit, between: Between) -> Figures | None:
    """Do the steps that an epoch still has; None if it was broken off, or the loss is not finite.

    Returns the mean figures. Raises OSError or WorkError if a checkpoint could not be written.
    """
    program, last_good = training.job.program, training.last_good
    assert last_good is not None, "the stage was entered"
    batches = program.batches(training.epoch)
    clock = reading = waited = time.perf_counter()
    training.aside_seconds = 0.0
    most, queued = _most_queued(training), 0
    for rows in batches[training.batch :]:
        if not program.is_compiled(len(rows)):
            _await_compilation(training, len(rows))
        first = not training.train_samples
        training.state = program.step(training.state, rows)
        last_good.note(rows)
        training.step += 1
        training.batch += 1
        training.train_samples += len(rows)
        now = time.perf_counter()
        queued += 1
        if queued >= most or now - waited > QUEUE:
            jax.block_until_ready(training.state.samples)
            waited, queued = time.perf_counter(), 0
        last = training.batch == len(batches)
        if first or last or training.single or now - reading > READING_INTERVAL:
            part = training.taken()
            now = time.perf_counter()
            training.train_seconds += now - clock - training.aside_seconds
            training.aside_seconds = 0.0
            clock = reading = now
            if not last_good.accepts(training.state, part, surely=last):
                _go_back(training, last_good)
                return None
            _tell(training, emit, program.finish(part))
            if not last:
                tend(training, emit)
        if not last and not between(training):
            training.gather()
            if not last_good.accepts(training.state, training.untold, surely=True):
                _go_back(training, last_good)
            return None
    return program.finish(training.sums)


def _most_queued(training: Training) -> float:
    """How many steps may be queued before they are waited for."""
    need = training.need
    if need is None or training.job.placement.here.platform != "cpu":
        return math.inf
    return max(1, QUEUE_BYTES // max(1, need.activations))


def _await_compilation(training: Training, size: int) -> None:
    """Wait for the step of batches of a size; training's speed does not count the time."""
    jax.block_until_ready(training.state.samples)
    began = time.perf_counter()
    training.job.program.compiled(training.state, size)
    waited = time.perf_counter() - began
    training.leave_out(waited)
    training.compile_seconds += waited


def _go_back(training: Training, last_good: LastGood) -> None:
    """Take up the state before the step that failed, and find out why it did."""
    training.state, left = last_good.go_back()
    training.step -= len(left)
    training.batch -= len(left)
    rows = left[0] if left else None
    training.failure = diagnose(training.job.program, training.state, rows, training.step)


def _tell(training: Training, emit: Emit, mean: Figures) -> None:
    """Tell and note the figures of the steps since the last time."""
    training.single = False
    rate = present_rate(training)
    seconds = training.place.seconds
    training.note("step", {**mean, "learning_rate": rate, "seconds": seconds})
    emit(Progress(training.progress, training.step, mean, training.speed, rate, seconds))
