"""Questions are answered at once, or when looking has not taken too much of the training's time."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from core.errors import InputError
from core.train import answer
from core.train.answering import Answering
from core.train.asks import Answered, Ask, Asked, NotAnswered
from core.train.budget import Budget
from core.train.events import Event
from core.train.pieces import stand_aside


@dataclass(frozen=True)
class Sum(Ask):
    """Two numbers added, to what the job is."""

    one: int
    other: int

    def answer(self, job: Any, state: Any, step: int) -> int:
        if self.other < 0:
            raise InputError(f"{self.other} is below 0", "Choose another one.")
        return int(job) + self.one + self.other // (1 if self.one else 0)


@dataclass(frozen=True)
class Long(Ask):
    """So many pieces; counts those that were computed."""

    pieces: int
    done: list[int]

    in_pieces = True

    def answer(self, job: Any, state: Any, step: int) -> int:
        for number in range(self.pieces):
            stand_aside()
            self.done.append(number)
        return len(self.done)


class Arrays(NamedTuple):
    """Enough of a state to be copied."""

    params: np.ndarray
    optimizer: Any


@pytest.fixture(autouse=True)
def each_piece_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers stand aside after every piece, however short."""
    monkeypatch.setattr(answer, "LEAST", 0.0)


def training() -> Any:
    found = SimpleNamespace(job=100, step=7, left_out=0.0, has_one_device=True)
    found.state = Arrays(np.zeros(1), ())
    found.settle = lambda: None
    found.leave_out = lambda seconds: setattr(found, "left_out", found.left_out + seconds)
    return found


def test_an_answer_has_its_question_and_step() -> None:
    told: list[Event] = []
    Answering(told.append).hear(Asked("sum", Sum(1, 2)), training(), trains=False)
    (answered,) = told
    assert isinstance(answered, Answered)
    assert (answered.topic, answered.ask, answered.answer, answered.step) == (
        "sum",
        Sum(1, 2),
        103,
        7,
    )


def test_what_cannot_be_answered_is_told_and_ends_nothing() -> None:
    told: list[Event] = []
    answering = Answering(told.append)
    answering.hear(Asked("sum", Sum(1, -1)), training(), trains=False)
    answering.hear(Asked("sum", Sum(0, 1)), training(), trains=False)
    answering.hear(Asked("sum", Sum(1, 1)), None, trains=False)
    messages = [e.message for e in told if isinstance(e, NotAnswered)]
    hints = [e.hint for e in told if isinstance(e, NotAnswered)]
    assert not any("Traceback" in hint for hint in hints)
    assert messages == [
        "-1 is below 0",
        "unexpected error: ZeroDivisionError integer division or modulo by zero",
        "there is no trained network to look at",
    ]


def test_patient_questions_wait_and_the_last_of_a_topic_counts() -> None:
    told: list[Event] = []
    answering, run = Answering(told.append), training()
    for number in (1, 2, 3):
        answering.hear(Asked("sum", Sum(number, 1), patient=True), run, trains=True)
    answering.hear(Asked("other", Sum(9, 1), patient=True), run, trains=True)
    assert not told
    answering.tend(run)
    assert [e.answer for e in told if isinstance(e, Answered)] == [104]
    answering.answer_all(run)
    assert [e.answer for e in told if isinstance(e, Answered)] == [104, 110]


def test_answers_that_are_asked_for_do_not_count_as_training() -> None:
    run = training()
    Answering(lambda _: None).hear(Asked("sum", Sum(1, 2)), run, trains=True)
    assert run.left_out > 0


def steps_until_answered(answering: Answering, run: Any, told: list[Event]) -> int:
    """How many steps a training does until something is told."""
    steps, before = 0, len(told)
    while len(told) == before:
        steps += 1
        assert steps < sys.getrecursionlimit() ** 2, "nothing is ever told"
        answering.tend(run)
    return steps


def test_a_long_answer_lets_steps_pass() -> None:
    told: list[Event] = []
    answering, run, done = Answering(told.append), training(), []
    answering.hear(Asked("long", Long(20, done)), run, trains=True)
    assert not told
    assert not done
    assert steps_until_answered(answering, run, told) >= 20
    (answered,) = told
    assert isinstance(answered, Answered)
    assert (answered.answer, answered.step) == (20, 7)


def test_a_long_answer_is_given_where_nothing_trains_too() -> None:
    told: list[Event] = []
    answering, done = Answering(told.append), []
    answering.hear(Asked("long", Long(5, done)), training(), trains=False)
    turns = 0
    while answering.is_busy:
        answering.go_on()
        turns += 1
    assert turns >= 5
    assert [e.answer for e in told if isinstance(e, Answered)] == [5]


@pytest.mark.parametrize("patient", [False, True])
def test_a_newer_question_drops_the_older(patient: bool) -> None:
    told: list[Event] = []
    # Without a limit live questions have every turn, so that nothing here depends on time.
    answering, run = Answering(told.append, budget=Budget(math.inf)), training()
    older: list[int] = []
    newer: list[int] = []
    answering.hear(Asked("long", Long(1000, older), patient), run, trains=True)
    while len(older) < 3:
        answering.tend(run)
    answering.hear(Asked("long", Long(3, newer), patient), run, trains=True)
    steps_until_answered(answering, run, told)
    assert [e.answer for e in told if isinstance(e, Answered)] == [3]
    assert len(older) < 10
    assert not answering.is_busy


def test_what_nobody_wants_any_more_is_not_computed() -> None:
    told: list[Event] = []
    answering, run, done = Answering(told.append), training(), []
    answering.hear(Asked("long", Long(1000, done)), run, trains=True)
    while not done:
        answering.tend(run)
    answering.withdraw("long")
    assert not answering.is_busy
    answering.hear(Asked("long", Long(1000, done)), run, trains=True)
    answering.hear(Asked("live", Sum(1, 2), patient=True), run, trains=True)
    answering.let_go()
    refused = [e.topic for e in told if isinstance(e, NotAnswered)]
    assert refused == ["long", "live"]
    assert not answering.is_busy


def test_live_questions_keep_to_the_budget() -> None:
    """Nothing of them is computed where nothing may be looked at; what is asked for is."""
    told: list[Event] = []
    budget = Budget(0.0)
    answering, run, done = Answering(told.append, budget=budget), training(), []
    answering.hear(Asked("live", Long(3, done), patient=True), run, trains=True)
    for _ in range(50):
        answering.tend(run)
    assert not done
    answering.hear(Asked("sum", Sum(1, 2)), run, trains=True)
    assert [e.answer for e in told if isinstance(e, Answered)] == [103]
    budget.share = math.inf
    steps_until_answered(answering, run, told)
    assert len(done) == 3
    assert budget.asked > 0


def test_long_answers_take_turns() -> None:
    """A short one does not wait for the end of a longer one that was asked for first."""
    told: list[Event] = []
    answering, run = Answering(told.append), training()
    longer: list[int] = []
    answering.hear(Asked("longer", Long(1000, longer)), run, trains=True)
    answering.hear(Asked("shorter", Long(5, [])), run, trains=True)
    steps_until_answered(answering, run, told)
    assert [e.topic for e in told if isinstance(e, Answered)] == ["shorter"]
    assert 0 < len(longer) < 10
    answering.withdraw("longer")
