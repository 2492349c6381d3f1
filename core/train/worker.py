"""The worker process: it compiles, trains and explains, told by commands, answering with events."""

from __future__ import annotations

import math
import os
import sys
import time
import traceback
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError, LayerloomError
from core.train.answering import Answering
from core.train.asks import Asked
from core.train.commands import (
    Command,
    CompareWeights,
    Continue,
    CrossValidate,
    FindRate,
    LoadRun,
    Pause,
    SetRate,
    Shutdown,
    StepOnce,
    Stop,
    Survey,
    Train,
    Watch,
)
from core.train.events import (
    Continued,
    Event,
    Failed,
    Layers,
    Loaded,
    Paused,
    RateSearched,
    RateTried,
    Ready,
    WeightsCompared,
)
from core.train.pacing import BEFORE_SURVEY, VIEW_SHARE
from core.train.recall import Recall
from core.train.transfer import Match

if TYPE_CHECKING:
    from core.train.training import Training

# Seconds between two looks for commands: asking the pipe costs a hundredth of a small step.
HEARING_INTERVAL = 0.02


def main(pipe: Connection) -> None:
    """Serve commands from the pipe until it closes or Shutdown comes."""
    # What libraries print must neither reach the terminal's standard output nor break the pipe.
    if _has_stderr():
        os.dup2(sys.stderr.fileno(), 1)
    Worker(pipe).serve()


def _has_stderr() -> bool:
    try:
        return sys.stderr is not None and sys.stderr.fileno() >= 0
    except (OSError, ValueError):
        return False


class Worker:
    """Serves one window: at most one training, and a network to look at."""

    def __init__(self, pipe: Connection) -> None:
        """Load what a training needs, which takes seconds, before anything is asked."""
        from core.blocks.catalog import blocks
        from core.data.source import sources
        from core.train import cores, devices, loop, rates, saving, start

        cores.offer_cores()
        # Catalogues are loaded when they are first looked into.
        blocks()
        sources()
        self.pipe = pipe
        self._loop, self._rates, self._saving, self._start = loop, rates, saving, start
        self._watch: Watch | None = None
        self._shown: object = None
        self._survey = Survey(0.0)
        self._owes_survey = False
        self._next_view = 0.0
        self._next_survey = 0.0
        self._next_hearing = 0.0
        self._training: loop.Training | None = None
        self._recall = Recall()
        self._answering = Answering(self.tell, self._recall)
        self._has_run = False
        self._paused = False
        self._stopping = False
        self._open = True
        self.tell(Ready(devices.title(devices.of_kind()[0]), devices.kinds()))

    def serve(self) -> None:
        """Carry out commands until told to end."""
        while self._open:
            try:
                if self._owes_survey and not self.pipe.poll(HEARING_INTERVAL):
                    self._survey_when_ready()
                    continue
                command = self.pipe.recv()
            except (EOFError, OSError):
                return
            try:
                self.obey(command)
            except Exception as error:  # noqa: BLE001 - the window must hear of anything
                failed = _failure("unexpected error", error)
                ends = isinstance(command, Train | CrossValidate)
                self.tell(replace(failed, ends_run=ends))

    def tell(self, event: Event) -> None:
        """Send an event; if the window is gone, stop."""
        try:
            self.pipe.send(event)
        except (BrokenPipeError, OSError):
            self._open, self._stopping = False, True

    def obey(self, command: Command) -> None:
        """Carry out a command that came while nothing trains."""
        match command:
            case Train():
                self._train(command)
            case LoadRun():
                self._load(command)
            case Watch():
                # Pictures in the nodes are of the row; they do not depend on the watched node.
                other = self._watch is None or self._watch.row != command.row
                self._watch, self._next_view = command, 0.0
                self._look()
                self._owes_survey |= self._has_run and other
            case Survey():
                self._owes_survey |= self._has_run and command != self._survey
                self._survey = command
            case CompareWeights():
                self._compare(command)
            case FindRate():
                self._find_rate(command)
            case CrossValidate():
                self._cross_validate(command)
            case Asked():
                self._answering.hear(command, self._training, trains=False)
            case Shutdown():
                self._open = False
            case _:
                return

    def _train(self, command: Train) -> None:
        # The old network's memory is given back before the new one is built.
        self._give_back()
        self._owes_survey = self._paused = self._stopping = False
        self._has_run = True
        self._training = self._start.begin(command)
        self._next_survey = 0.0
        self._loop.run_training(self._training, self.tell, self._between)
        self._look()
        self._answering.answer_all(self._training)
        self._owes_survey = True

    def _give_back(self) -> None:
        """Let go of the network that is looked at; what is watched of it, is watched of another."""
        self._training = self._shown = None
        self._recall.forget()
        self._next_view = 0.0
        if self._watch is not None:
            self._watch = replace(self._watch, at=None)

    def _load(self, command: LoadRun) -> None:
        self._give_back()
        self._owes_survey = self._has_run = False
        self._training = self._start.reopen(command)
        self.tell(Loaded(command.run))
        self._look()

    def _cross_validate(self, command: CrossValidate) -> None:
        """The network that is looked at stays as it is."""
        from core.project.file import from_text
        from core.train.cross_validation import cross_validate

        self._stopping = False
        design = from_text(command.design, "the design")
        self.tell(
            cross_validate(
                design,
                Path(command.folder),
                command.folds,
                self.tell,
                self._going_on,
                stratify=command.stratify,
                device=command.device,
            )
        )

    def _going_on(self) -> bool:
        """Hear commands now and then; whether to go on with the folds."""
        now = time.perf_counter()
        if now < self._next_hearing:
            return not self._stopping
        self._next_hearing = now + HEARING_INTERVAL
        while self._open and not self._stopping and self.pipe.poll():
            try:
                command = self.pipe.recv()
            except (EOFError, OSError):
                self._open, self._stopping = False, True
                break
            match command:
                case Stop():
                    self._stopping = True
                case Shutdown():
                    self._open, self._stopping = False, True
                case Watch() | Survey() | CompareWeights() | Asked():
                    self.obey(command)
                case _:
                    continue
        return not self._stopping

    def _compare(self, command: CompareWeights) -> None:
        """Tell how other weights fit a design; what goes on is not touched by a failure."""
        from core.train.initial_weights import compare

        try:
            found = compare(command)
        except Exception as error:  # noqa: BLE001 - nothing asked aside may end a training
            told = _failure("the weights could not be compared", error)
            found = WeightsCompared(command.source, Match(), {}, told.message)
        self.tell(found)

    def _find_rate(self, command: FindRate) -> None:
        """Search a learning rate; the network that is looked at stays."""
        from core.train.rate_finder import search

        def tell(rate: float, loss: float) -> bool:
            self.tell(RateTried(rate, loss))
            while self.pipe.poll() and not self._stopping:
                self._obey_while_searching(self.pipe.recv())
            return not self._stopping

        self._stopping = False
        try:
            found = RateSearched(search(command, tell))
        except Exception as error:  # noqa: BLE001 - the window waits for an answer
            told = _failure("no learning rate was found", error)
            found = RateSearched(None, told.message, told.hint)
        self.tell(found)

    def _obey_while_searching(self, command: Command) -> None:
        """What ends a search; other commands come with a training, which begins after it."""
        match command:
            case Asked():
                self._answering.hear(command, self._training, trains=False)
            case Watch():
                self._watch = command
            case Survey():
                self._survey = command
            case Stop():
                self._stopping = True
            case Shutdown():
                self._open, self._stopping = False, True

    def _between(self, training: Training) -> bool:
        """Between two steps: hear commands, wait while paused, look at the probe."""
        now = time.perf_counter()
        if self._paused or now >= self._next_hearing:
            self._next_hearing = now + HEARING_INTERVAL
            if self._paused:
                self._be_seen(training)
            if self._paused or self.pipe.poll():
                self._hear(training)
        if not (self._stopping or self._paused):
            self._look_on_budget()
            self._survey_on_budget()
            self._answering.tend(training)
        return not self._stopping

    def _hear(self, training: Training) -> None:
        """Carry out the commands that came, and wait while paused."""
        began, waited = time.perf_counter(), self._paused
        while self._open and not self._stopping and (self._paused or self.pipe.poll()):
            try:
                command = self.pipe.recv()
            except (EOFError, OSError):
                self._open, self._stopping = False, True
                break
            if isinstance(command, StepOnce) and self._paused:
                training.single = True
                break
            self._obey_while_training(command, training)
            waited |= self._paused
        if waited:
            training.aside_seconds += time.perf_counter() - began

    def _obey_while_training(self, command: Command, training: Training) -> None:
        match command:
            case Pause() if not self._paused:
                self._paused = True
                # Nobody knows how long the pause will be, nor what happens in it.
                self._saving.finish(training, self.tell)
                self.tell(Paused())
            case Continue() if self._paused:
                self._paused = False
                self.tell(Continued())
            case SetRate():
                self._set_rate(command, training)
            case Watch():
                self._watch, self._next_view = command, 0.0
                if self._paused:
                    self._show_all()
            case Survey():
                self._survey, self._next_survey = command, 0.0
                if self._paused:
                    self._tell_survey()
            case CompareWeights():
                self._compare(command)
            case Asked():
                self._answering.hear(command, training, trains=not self._paused)
            case Stop():
                self._stopping = True
            case Shutdown():
                self._open, self._stopping = False, True

    def _set_rate(self, command: SetRate, training: Training) -> None:
        try:
            changed = self._rates.set_rate(training, command)
        except InputError as error:
            self.tell(Failed(error.message, error.hint, ends_run=False))
            return
        if self._paused:
            self._saving.finish(training, self.tell)
        self.tell(changed)

    def _be_seen(self, training: Training) -> None:
        """A single step was done: save it if that is soon done, and show what it brought."""
        training.due = True
        self._saving.tend(training, self.tell)
        self._show_all()

    def _show_all(self) -> None:
        """Tell what can be seen of a training that waits."""
        self._look()
        self._tell_survey()
        self._answering.answer_all(self._training)

    def _look_on_budget(self) -> None:
        if self._watch is None or time.perf_counter() < self._next_view:
            return
        at, spent = self._watch.at, self._look()
        # An earlier step looks the same the next time.
        wait = max(self._watch.every if self._watch else 0, spent / VIEW_SHARE)
        self._next_view = time.perf_counter() + (wait if at is None else math.inf)

    def _look(self) -> float:
        """Show the watched node and sample; returns the seconds it took after compiling."""
        training = self._training
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
            self.tell(replace(_failure("a view failed", error), ends_run=False))
            return 0.0
        self._shown = training
        self.tell(replace(view, at=at))
        spent = time.perf_counter() - began
        if first:
            # The first look is compiled, which is no more part of the pace than the first step.
            training.aside_seconds += spent
        return 0.0 if first else spent

    def _survey_on_budget(self) -> None:
        training = self._training
        if not self._survey.every or time.perf_counter() < self._next_survey:
            return
        if training is None or training.train_seconds < BEFORE_SURVEY:
            return
        if not training.job.program.prepare_survey(training.state):
            return
        spent = self._tell_survey()
        wait = max(self._survey.every, spent / VIEW_SHARE)
        self._next_survey = time.perf_counter() + wait

    def _survey_when_ready(self) -> None:
        """Survey the run that is over, once that is compiled; commands are heard meanwhile."""
        training = self._training
        if training is None or not self._survey.every:
            self._owes_survey = False
        elif training.job.program.prepare_survey(training.state):
            self._owes_survey = False
            self._tell_survey(last=True)

    def _tell_survey(self, last: bool = False) -> float:
        """Survey all nodes, if that is wanted; returns the seconds it took.

        The ``last`` of a run is recorded, too, once.
        """
        training = self._training
        if training is None or not self._survey.every:
            return 0.0
        began = time.perf_counter()
        number = self._watch.row if self._watch else 0
        try:
            found = training.job.survey(
                training.state, self._survey.pictured, number, training.step
            )
            if last and training.record_layers(found):
                self.tell(Layers(found.step, found.layers))
        except Exception as error:  # noqa: BLE001 - nor must a survey that fails
            self._survey = Survey(0.0)
            self.tell(replace(_failure("a survey of the nodes failed", error), ends_run=False))
            return 0.0
        self.tell(found)
        return time.perf_counter() - began


def _failure(what: str, error: Exception) -> Failed:
    """What to tell the window of an error: its own words if it is meant for the user."""
    if isinstance(error, LayerloomError):
        return Failed(error.message, error.hint)
    first = str(error).splitlines()[0][:300] if str(error) else ""
    return Failed(
        f"{what}: {type(error).__name__} {first}",
        "Please report it with the details.",
        traceback.format_exc(),
    )
