"""Questions are answered at once, or when looking has not taken too much of the training's time."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from core.errors import InputError
from core.train.answering import Answering
from core.train.asks import Answered, Ask, Asked, NotAnswered
from core.train.events import Event


@dataclass(frozen=True)
class Sum(Ask):
    """Two numbers added, to what the job is."""

    one: int
    other: int

    def answer(self, job: Any, state: Any, step: int) -> int:
        if self.other < 0:
            raise InputError(f"{self.other} is below 0", "Choose another one.")
        return int(job) + self.one + self.other // (1 if self.one else 0)


def training() -> Any:
    found = SimpleNamespace(job=100, state=None, step=7, left_out=0.0, has_one_device=True)
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
