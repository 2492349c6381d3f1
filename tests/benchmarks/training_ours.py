"""Trains a design of the training benchmark with the loop that every run goes through."""

from __future__ import annotations

from pathlib import Path

from core.project.file import to_text
from core.project.runs import RunStore
from core.train.cores import offer_cores
from core.train.events import EpochEnd, Event
from core.train.job import Job
from core.train.loop import Training, run_training
from tests.benchmarks.training_cases import Case
from tests.benchmarks.training_designs import design
from tests.benchmarks.training_round import Rounds

# More epochs than any measurement has rounds for.
EPOCHS = 100_000


def serve(name: str, case: Case, file: Path, rounds: Rounds) -> None:
    """Do rounds of training as they are asked for.

    The time is the loop's own, that of ``samples_per_second``: steps and readings of the figures.
    """
    offer_cores()
    job = Job.of(design(name, file, EPOCHS), file.parent, "cpu")
    rounds.ready(job.analysis.parameters)
    store = RunStore(file.parent / "runs" / name)
    training = Training.begin(job, store, store.create(name, to_text(job.design)), False)
    counted = 0.0

    def emit(event: Event) -> None:
        nonlocal counted
        if isinstance(event, EpochEnd) and event.epoch % case.epochs == 0:
            rounds.done(training.train_seconds - counted)
            counted = training.train_seconds

    def between(training: Training) -> bool:
        in_epoch = training.step % job.program.steps_per_epoch
        return bool(in_epoch) or training.epoch % case.epochs > 0 or rounds.wait()

    if rounds.wait():
        run_training(training, emit, between)
