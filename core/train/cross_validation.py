"""Trains a design once for each fold, and tells its figures' mean and spread over the folds."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp

from core.compile.figures import Rules
from core.data.binding import DataBinding, prepared_for, split_of
from core.data.folds import make_folds
from core.design.document import Design
from core.errors import InputError
from core.train.epoch import READING_INTERVAL
from core.train.events import (
    CrossValidated,
    Event,
    FoldEnd,
    FoldProgress,
)
from core.train.fold_summary import summary_of
from core.train.job import Job
from core.train.summary import Figures
from core.train.unrecorded import GoingOn, train_unrecorded

Emit = Callable[[Event], None]


def cross_validate(
    design: Design,
    folder: Path,
    folds: int,
    emit: Emit,
    going_on: GoingOn,
    *,
    stratify: bool = True,
    device: str = "auto",
) -> CrossValidated:
    """Train on all folds but one, in turn, and evaluate on that one; 0 folds leave one row out.

    Each fold begins with the same weights and trains for all epochs of the recipe: stopping at the
    best epoch of a fold would flatter its figures. Scales are fitted to each fold's training rows.
    The folds share one program, so that what is compiled for the first serves all; with it they
    share the schedule and the class weights of the first. The test split stays apart.

    Raises InputError for a design with errors, or with fewer rows than folds, and WorkError when
    the training of a fold fails.
    """
    began = time.perf_counter()
    job = Job.of(design, folder, device)
    if job.prepared.environment is not None:
        raise InputError(
            f"{job.prepared.dataset.title}: games have no rows that could be divided into folds",
            "Train with several seeds instead, and compare the runs.",
        )
    dataset, program = job.prepared.dataset, job.program
    split = split_of(DataBinding.from_json(design.data))
    everything = sum(len(job.prepared.splits[name]) for name in ("train", "validation"))
    parts = make_folds(dataset, split, folds or everything, stratify=stratify)
    first = program.initial_state()
    found: list[Figures] = []
    for number, splits in enumerate(parts):
        program.take_rows(prepared_for(dataset, splits))
        program.stage = 0
        tell = _teller(emit, number, len(parts), program.recipe.total_epochs)
        # Steps give up the memory of the state that they are given.
        fresh = jax.tree.map(jnp.copy, first)
        state = train_unrecorded(program, fresh, tell, going_on)
        if state is None:
            break
        figures = program.evaluate(state, splits["validation"])
        found.append(_of_several(program.rules, figures) if folds == 0 else figures)
        emit(FoldEnd(number, len(parts), found[-1]))
    return summary_of(found, len(parts), time.perf_counter() - began)


def _teller(emit: Emit, fold: int, folds: int, epochs: int) -> Callable[[float], None]:
    """Tells how far a fold has come, as often as a screen can show."""
    told = 0.0

    def tell(epoch: float) -> None:
        nonlocal told
        now = time.perf_counter()
        if now - told > READING_INTERVAL:
            told = now
            emit(FoldProgress(fold, folds, epoch / epochs))

    return tell


def _of_several(rules: Rules, figures: Figures) -> Figures:
    """Without the figures that one sample alone does not have, such as an area under a curve."""
    unfit = {name for rule in rules.values() if rule.finish for name in rule.names}
    return {name: value for name, value in figures.items() if name not in unfit}
