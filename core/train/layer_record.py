"""Writes into a run's record how its layers learn, at ends of epochs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import jax

from core.project.runs import Point
from core.train.events import Surveyed
from core.train.layer_series import SERIES, point_name
from core.train.pacing import BEFORE_SURVEY, LAYERS_INTERVAL, LAYERS_SHARE

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.training import Training


class LayerRecord:
    """Surveys a training's layers when it is time to; the survey is compiled beside the training.

    A survey that fails is not tried again: nothing that only looks may end a training.
    ``held_up`` is for how many seconds surveys held up the training, which records none while it is
    not ``may_take``.
    """

    def __init__(self) -> None:
        self._next = 0.0
        self.held_up = 0.0
        self.may_take = True
        # The step of the last record, -1 before the first.
        self.step = -1

    def survey(self, training: Training) -> Surveyed | None:
        """What is to be recorded at the end of an epoch, if anything."""
        began = time.perf_counter()
        if jax.process_count() > 1:
            # All would have to survey at the same step, but each has a clock of its own.
            return None
        if training.train_seconds < BEFORE_SURVEY or began < self._next or not self.may_take:
            return None
        try:
            if not training.job.program.prepare_survey(training.state):
                return None
            training.settle()
            began = time.perf_counter()
            found = training.job.survey(training.state, (), 0, training.step)
        except Exception:  # noqa: BLE001 - see the class
            self._next = float("inf")
            return None
        self.step = found.step
        now = time.perf_counter()
        self.held_up += now - began
        self._next = now + max(LAYERS_INTERVAL, (now - began) / LAYERS_SHARE)
        return found


def layer_points(job: Job, found: Surveyed, epoch: float) -> list[Point]:
    """The figures of a survey as points of a run, called ``NODE.FIGURE``."""
    return [
        Point(found.step, epoch, SERIES, point_name(job.analysis.name_of(node), name), value)
        for node, figures in found.layers.items()
        for name, value in figures.known.items()
    ]
