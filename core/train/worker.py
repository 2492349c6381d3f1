"""The worker process: it compiles, trains and explains, told by commands, answering with events."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from core.train.answering import Answering
from core.train.asks import Asked, Withdraw
from core.train.budget import Budget
from core.train.channel import HEARING_INTERVAL, Channel
from core.train.commands import (
    Command,
    CompareWeights,
    CrossValidate,
    FindRate,
    LoadRun,
    SetBudget,
    Shutdown,
    Survey,
    Train,
    Watch,
)
from core.train.control import Control
from core.train.events import Loaded, Ready
from core.train.looking import Looking
from core.train.priority import give_way
from core.train.recall import Recall
from core.train.side_jobs import SideJobs, compare_weights
from core.train.unexpected import failed

if TYPE_CHECKING:
    from core.train.training import Training


def main(pipe: Connection, gives_way: bool = False) -> None:
    """Serve commands from the pipe until it closes or Shutdown comes.

    ``gives_way`` is for a worker of a window that somebody looks at.
    """
    if gives_way:
        give_way()
    # What libraries print must neither reach the terminal's standard output nor break the pipe.
    if _has_stderr():
        os.dup2(sys.stderr.fileno(), 1)
    Worker(Channel(pipe)).serve()


def _has_stderr() -> bool:
    try:
        return sys.stderr is not None and sys.stderr.fileno() >= 0
    except (OSError, ValueError):
        return False


class Worker:
    """Serves one window: at most one training, and a network to look at."""

    def __init__(self, channel: Channel) -> None:
        """Load what a training needs, which takes seconds, before anything is asked."""
        from core.blocks.catalog import blocks
        from core.data.source import sources
        from core.train import cores, devices, loop, start

        cores.offer_cores()
        # Catalogues are loaded when they are first looked into.
        blocks()
        sources()
        self._channel = channel
        self._loop, self._start = loop, start
        self._training: Training | None = None
        self._has_run = False
        self._recall = Recall()
        self._budget = Budget()
        self._looking = Looking(channel, self._recall, self._budget)
        self._answering = Answering(channel.tell, self._recall, self._budget)
        self._control = Control(channel, self._looking, self._answering, self._budget)
        self._side_jobs = SideJobs(channel, self._tell_at_once)
        channel.tell(Ready(devices.title(devices.of_kind()[0]), devices.kinds()))

    def serve(self) -> None:
        """Carry out commands until told to end."""
        channel = self._channel
        while channel.open:
            if self._looking.owes_survey and not channel.has_command(HEARING_INTERVAL):
                self._looking.survey_when_ready(self._training)
                continue
            if self._answering.is_busy and not channel.has_command():
                self._answering.go_on()
                continue
            command = channel.take()
            if command is None:
                return
            try:
                self.obey(command)
            except Exception as error:  # noqa: BLE001 - the window must hear of anything
                told = failed("unexpected error", error)
                ends = isinstance(command, Train | CrossValidate)
                channel.tell(replace(told, ends_run=ends))

    def obey(self, command: Command) -> None:
        """Carry out a command that came while nothing trains."""
        match command:
            case Train():
                self._train(command)
            case LoadRun():
                self._load(command)
            case FindRate():
                self._side_jobs.find_rate(command)
            case CrossValidate():
                self._side_jobs.cross_validate(command)
            case Shutdown():
                self._channel.close()
            case _:
                self._tell_of_network(command)

    def _tell_of_network(self, command: Command) -> None:
        """Carry out what asks for the network that is there, and leaves it as it is."""
        looking = self._looking
        match command:
            case Watch():
                # Pictures in the nodes are of the row; they do not depend on the watched node.
                other = looking.watch(command)
                looking.look(self._training)
                looking.owes_survey |= self._has_run and other
            case Survey():
                looking.owes_survey |= looking.survey(command) and self._has_run
            case CompareWeights():
                self._channel.tell(compare_weights(command))
            case Asked():
                self._answering.hear(command, self._training, trains=False)
            case Withdraw():
                self._answering.withdraw(command.topic)
            case SetBudget():
                self._budget.share = command.share

    def _tell_at_once(self, command: Command) -> None:
        """The same while another job goes on, which waits for the answer."""
        self._tell_of_network(command)
        while self._answering.is_busy:
            self._answering.go_on()

    def _train(self, command: Train) -> None:
        # The old network's memory is given back before the new one is built.
        self._give_back()
        self._control.begin()
        self._has_run = True
        training = self._training = self._start.begin(command)
        self._looking.begin()
        self._control.follow(training)
        self._loop.run_training(training, self._channel.tell, self._control.between)
        self._control.account(training)
        self._looking.look(training)
        self._answering.answer_all(training)
        self._looking.owes_survey = True

    def _give_back(self) -> None:
        """Let go of the network that is looked at; what is watched of it, is watched of another."""
        self._training = None
        self._answering.let_go()
        self._recall.forget()
        self._looking.forget()

    def _load(self, command: LoadRun) -> None:
        self._give_back()
        self._has_run = False
        self._training = self._start.reopen(command)
        self._channel.tell(Loaded(command.run))
        self._looking.look(self._training)
