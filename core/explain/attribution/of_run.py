"""The question of what another run makes of a sample that is looked at in this one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.explain.attribution import looking
from core.explain.attribution.ask import Attribute
from core.explain.attribution.map import Attribution
from core.train.asks import Ask
from core.train.other_runs import OtherRuns, RunPlace

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

_REMEDY = "Choose a run that was trained on the same data."


@dataclass(frozen=True, eq=False)
class MapOfRun:
    """A map of another run; ``number`` in it counts in the probe rows of the present one.

    ``step`` is that of the run's weights. ``trained_on`` says that the run had the sample among
    its training rows.
    """

    map: Attribution
    step: int
    title: str
    trained_on: bool


@dataclass(frozen=True)
class AttributeOfRun(Ask):
    """``asked`` of another run, for the sample that the present one has at that place.

    The sample, or one of the user's own, is fed as that run was trained: with its own design, split
    and standardising.
    """

    in_pieces = True

    asked: Attribute
    place: RunPlace

    def answer(self, job: Job, state: State, step: int) -> MapOfRun:
        """See ``Ask``. Raises InputError where the run is gone or has not the sample."""
        other = OtherRuns.of(job.program).opened(job, state, self.place)
        if self.asked.own is not None:
            found = self.asked.answer(other.job, other.state, other.step)
            return MapOfRun(found, other.step, other.title, trained_on=False)
        number, row = looking.row_of(job, self.asked.number, self.asked.row)
        if other.job is not job:
            check_same_sample(job, other.job, row, other.title)
        asked = replace(self.asked, row=row)
        found = asked.answer(other.job, other.state, other.step)
        trained_on = bool((other.job.prepared.splits["train"] == row).any())
        return MapOfRun(replace(found, number=number), other.step, other.title, trained_on)


def check_same_sample(job: Job, other: Job, row: int, title: str) -> None:
    """Raise InputError where a row of a job's data is not the same sample in another's.

    Compared is what the other network reads, as its source has it.
    """
    mine, theirs = job.prepared.dataset, other.prepared.dataset
    for node in other.program.plan.inputs:
        name = other.program.plan.feeds[node]
        if name not in mine.columns:
            raise InputError(
                f"run {title} reads the column {name!r}, which these samples have not", _REMEDY
            )
        ours, its = mine.columns[name], theirs.columns[name]
        if ours.values.shape[1:] != its.values.shape[1:]:
            raise InputError(
                f"run {title} reads {name!r} of shape {list(its.values.shape[1:])}, and this "
                f"sample has {list(ours.values.shape[1:])}",
                _REMEDY,
            )
        same = row < theirs.rows and np.array_equal(ours.values[row], its.values[row])
        if not same or (ours.values.dtype.kind == "i" and ours.classes != its.classes):
            raise InputError(
                f"run {title} was trained on other data, in which row {row} is not this sample",
                _REMEDY,
            )
