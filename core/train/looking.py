"""What the worker shows of a network unasked: the watched node, and surveys of all nodes."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from core.train.budget import SURVEYS, VIEWS, Budget
from core.train.channel import Channel
from core.train.commands import Survey, Watch
from core.train.events import Layers
from core.train.pacing import BEFORE_SURVEY
from core.train.recall import Recall
from core.train.unexpected import failed

if TYPE_CHECKING:
    from core.train.training import Training


class Looking:
    """Views and surveys of the network that is trained or was, as the window wants them."""

    def __init__(self, channel: Channel, recall: Recall, budget: Budget) -> None:
        self._channel, self._recall, self._budget = channel, recall, budget
        self._watch: Watch | None = None
        self._survey = Survey(0.0)
        # Of what training the functions are compiled that look at it.
        self._shown: object = None
        self._next_view = 0.0
        self._next_survey = 0.0
        # Somebody has chosen what is looked at, and waits for that.
        self._is_wanted = False
        # A survey of the run that is over is still to be told.
        self.owes_survey = False

    def forget(self) -> None:
        """Another network is looked at from now on, as it is now."""
        self._shown = None
        self._next_view = 0.0
        self.owes_survey = False
        if self._watch is not None:
            self._watch = replace(self._watch, at=None)

    def begin(self) -> None:
        """A training begins."""
        self._next_survey = 0.0

    def watch(self, command: Watch) -> bool:
        """Look at a node and a row from now on; returns whether the row is another one."""
        other = self._watch is None or self._watch.row != command.row
        # The same again, at the beginning of a training, is nobody's wish.
        self._is_wanted |= command != self._watch
        self._watch, self._next_view = command, 0.0
        return other

    def survey(self, command: Survey) -> bool:
        """Survey so from now on; returns whether that is another survey."""
        other = command != self._survey
        self._survey, self._next_survey = command, 0.0
        return other

    def tend(self, training: Training) -> None:
        """Between two steps: look, where the budget has room for it."""
        self._look_on_budget(training)
        self._survey_on_budget(training)

    def look(self, training: Training | None) -> float:
        """Show the watched node and sample; returns the seconds it took after compiling."""
        self._is_wanted = False
        if training is None or self._watch is None:
            return 0.0
        first = self._shown is not training
        began = time.perf_counter()
        at = self._watch.at
        try:
            state, step = self._recall.state(training, at)
            view = training.job.view(state, self._watch.node, self._watch.row, step)
        except Exception as error:  # noqa: BLE001 - a view that fails must not end the training
            # Weights that are gone leave those of now to be looked at.
            self._watch = replace(self._watch, at=None) if at is not None else None
            self._channel.tell(failed("a view failed", error, ends_run=False))
            return 0.0
        self._shown = training
        self._channel.tell(replace(view, at=at))
        spent = time.perf_counter() - began
        if first:
            # The first look is compiled, which is no more part of the pace than the first step.
            training.leave_out(spent)
            self._budget.compiling += spent
        return 0.0 if first else spent

    def tell_survey(self, training: Training | None, last: bool = False) -> float:
        """Survey all nodes, if that is wanted; returns the seconds it took.

        The ``last`` of a run is recorded, too, once.
        """
        if training is None or not self._survey.every:
            return 0.0
        began = time.perf_counter()
        number = self._watch.row if self._watch else 0
        try:
            found = training.job.survey(
                training.state, self._survey.pictured, number, training.step
            )
            if last and training.record_layers(found):
                self._channel.tell(Layers(found.step, found.layers))
        except Exception as error:  # noqa: BLE001 - nor must a survey that fails
            self._survey = Survey(0.0)
            self._channel.tell(failed("a survey of the nodes failed", error, ends_run=False))
            return 0.0
        self._channel.tell(found)
        return time.perf_counter() - began

    def survey_when_ready(self, training: Training | None) -> None:
        """Survey the run that is over, once that is compiled; commands are heard meanwhile."""
        if training is None or not self._survey.every:
            self.owes_survey = False
        elif training.job.program.prepare_survey(training.state):
            self.owes_survey = False
            self.tell_survey(training, last=True)

    def _look_on_budget(self, training: Training) -> None:
        if self._watch is None or time.perf_counter() < self._next_view:
            return
        wanted, at = self._is_wanted, self._watch.at
        if not (wanted or self._budget.allows(VIEWS)):
            return
        training.settle()
        spent = self.look(training)
        if wanted:
            training.leave_out(spent)
            self._budget.asked += spent
        else:
            self._budget.spend(VIEWS, spent)
        # An earlier step looks the same the next time.
        wait = (self._watch.every if self._watch else 0.0) if at is None else math.inf
        self._next_view = time.perf_counter() + wait

    def _survey_on_budget(self, training: Training) -> None:
        if not self._survey.every or time.perf_counter() < self._next_survey:
            return
        if training.train_seconds < BEFORE_SURVEY or not self._budget.allows(SURVEYS):
            return
        if not training.job.program.prepare_survey(training.state):
            return
        training.settle()
        self._budget.spend(SURVEYS, self.tell_survey(training))
        self._next_survey = time.perf_counter() + self._survey.every
