"""Hears the window between the steps of a training: pause, single steps, another rate, the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.errors import InputError
from core.train.answering import Answering
from core.train.asks import Asked, Withdraw
from core.train.budget import RECORDS, Budget
from core.train.channel import Channel
from core.train.commands import (
    Command,
    CompareWeights,
    Continue,
    Pause,
    SetBudget,
    SetRate,
    Shutdown,
    StepOnce,
    Stop,
    Survey,
    Watch,
)
from core.train.events import Continued, Failed, Looked, Paused
from core.train.looking import Looking
from core.train.side_jobs import compare_weights

if TYPE_CHECKING:
    from core.train.layer_record import LayerRecord
    from core.train.snapshots import Snapshots
    from core.train.training import Training


# Seconds between two accounts of what looking took.
_ACCOUNT = 0.5


class Control:
    """What is done between two steps of a training."""

    def __init__(
        self, channel: Channel, looking: Looking, answering: Answering, budget: Budget
    ) -> None:
        # This module itself is loaded by the window, where there is no JAX.
        from core.train import rates, saving

        self._rates, self._saving = rates, saving
        self._channel, self._looking, self._answering = channel, looking, answering
        self._budget = budget
        self._kept = self._next_account = 0.0
        self._paused = False

    def begin(self) -> None:
        """A training is to begin, which nobody has paused or stopped yet."""
        self._paused = self._channel.stopping = False

    def follow(self, training: Training) -> None:
        """Count what looking takes of this training."""
        self._budget.begin(lambda: time.perf_counter() - training.left_out)
        self._kept = 0.0
        self._next_account = 0.0

    def between(self, training: Training) -> bool:
        """Hear commands, wait while paused, look at the network; returns whether to go on."""
        channel = self._channel
        due = channel.is_due()
        if self._paused:
            self._be_seen(training)
        if self._paused or (due and channel.has_command()):
            self._hear(training)
        if not (channel.stopping or self._paused):
            self._looking.tend(training)
            self._answering.tend(training)
            if due:
                self._account(training)
        return not channel.stopping

    def account(self, training: Training) -> None:
        """Tell what looking took so far."""
        budget = self._budget
        self._count_records(training)
        self._channel.tell(
            Looked(budget.share, budget.elapsed, budget.spent, budget.asked, budget.compiling)
        )

    def _account(self, training: Training) -> None:
        """Now and then: let records be taken if the budget allows that, and tell what was used."""
        self._count_records(training)
        may = self._budget.allows(RECORDS)
        for one in _records(training):
            one.may_take = may
        now = time.perf_counter()
        if now >= self._next_account:
            self._next_account = now + _ACCOUNT
            self.account(training)

    def _count_records(self, training: Training) -> None:
        before, self._kept = self._kept, sum(one.held_up for one in _records(training))
        self._budget.spend(RECORDS, self._kept - before)

    def _hear(self, training: Training) -> None:
        """Carry out the commands that came, and wait while paused."""
        channel = self._channel
        began, waited = time.perf_counter(), self._paused
        while channel.open and not channel.stopping and (self._paused or channel.has_command()):
            if self._answering.is_busy and not channel.has_command():
                self._answering.go_on()
                continue
            command = channel.take()
            if isinstance(command, StepOnce) and self._paused:
                training.single = True
                break
            if command is not None:
                self._obey(command, training)
            waited |= self._paused
        if waited:
            training.leave_out(time.perf_counter() - began)

    def _obey(self, command: Command, training: Training) -> None:
        match command:
            case Pause() if not self._paused:
                self._paused = True
                # Nobody knows how long the pause will be, nor what happens in it.
                self._saving.finish(training, self._channel.tell)
                self._channel.tell(Paused())
            case Continue() if self._paused:
                self._paused = False
                self._channel.tell(Continued())
            case SetRate():
                self._set_rate(command, training)
            case Watch():
                self._looking.watch(command)
                if self._paused:
                    self._show_all(training)
            case Survey():
                self._looking.survey(command)
                if self._paused:
                    self._looking.tell_survey(training)
            case CompareWeights():
                self._channel.tell(compare_weights(command))
            case Asked():
                self._answering.hear(command, training, trains=not self._paused)
            case Withdraw():
                self._answering.withdraw(command.topic)
            case SetBudget():
                self._budget.share = command.share
            case Stop():
                self._channel.stopping = True
            case Shutdown():
                self._channel.close()

    def _set_rate(self, command: SetRate, training: Training) -> None:
        tell = self._channel.tell
        try:
            changed = self._rates.set_rate(training, command)
        except InputError as error:
            tell(Failed(error.message, error.hint, ends_run=False))
            return
        if self._paused:
            self._saving.finish(training, tell)
        tell(changed)

    def _be_seen(self, training: Training) -> None:
        """A single step was done: save it if that is soon done, and show what it brought."""
        training.due = True
        self._saving.tend(training, self._channel.tell)
        self._show_all(training)

    def _show_all(self, training: Training) -> None:
        """Tell what can be seen of a training that waits."""
        self._looking.look(training)
        self._looking.tell_survey(training)
        self._answering.answer_all(training)


def _records(training: Training) -> tuple[Snapshots, LayerRecord]:
    """What is written down of a training so that it can be looked at later."""
    return training.snapshots, training.layers
