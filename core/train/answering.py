"""Answers the window's questions about the network, between the steps of a training."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.train.answer import Answer
from core.train.asks import Ask, Asked, NotAnswered
from core.train.budget import QUESTIONS, Budget
from core.train.events import Event
from core.train.recall import Recall

if TYPE_CHECKING:
    from core.train.training import Training

# Seconds that a training, or the window, waits for one piece of an answer before it goes on.
PATIENCE = 0.1
IDLE_PATIENCE = 0.02


class Answering:
    """Answers quick questions at once, long ones in pieces, and patient ones on the budget.

    A long answer that somebody waits for has half of the training's time. Of each topic the last
    question counts.
    """

    def __init__(
        self,
        tell: Callable[[Event], None],
        recall: Recall | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._tell = tell
        self._recall = recall or Recall()
        self._budget = budget or Budget()
        self._waiting: dict[str, Asked] = {}
        self._going: dict[str, Answer] = {}
        # When the training has had as much time as the last piece took.
        self._next = 0.0
        # Whose functions are compiled for this training.
        self._known: tuple[Training | None, set[type[Ask]]] = (None, set())

    @property
    def is_busy(self) -> bool:
        """Whether an answer is being computed."""
        return bool(self._going)

    def hear(self, asked: Asked, training: Training | None, trains: bool) -> None:
        """Answer, or begin to, unless the question can wait while the network trains."""
        self.withdraw(asked.topic)
        if trains and asked.patient:
            self._waiting[asked.topic] = asked
            return
        if trains and training is not None:
            training.settle()
            self._count_asked(training, self._begin(asked, training))
        else:
            self._begin(asked, training)

    def withdraw(self, topic: str) -> None:
        """Nobody wants the answer of a topic any more."""
        self._waiting.pop(topic, None)
        going = self._going.pop(topic, None)
        if going is not None:
            going.drop()

    def let_go(self) -> None:
        """Another network is looked at from now on: what is not answered is refused."""
        questions = [*(going.asked for going in self._going.values()), *self._waiting.values()]
        for asked in questions:
            self.withdraw(asked.topic)
            why = "another network took the place of the one that was asked about"
            self._tell(NotAnswered(asked.topic, asked.ask, why, "Ask again.", asked.at))

    def tend(self, training: Training) -> None:
        """Between two steps: a piece of an answer, if it is time for that."""
        if not (self._waiting or self._going):
            return
        self._tell_done(training)
        going = self._next_asked() if time.perf_counter() >= self._next else None
        if going is not None:
            self._count_asked(training, self._take_turn(going, training))
        elif self._budget.allows(QUESTIONS):
            self._look(training)

    def answer_all(self, training: Training | None) -> None:
        """Nothing trains now: answer what waits, or begin to."""
        for answer in self._going.values():
            answer.is_live = False
        while self._waiting:
            asked = self._waiting.pop(next(iter(self._waiting)))
            self._begin(asked, training)

    def go_on(self) -> None:
        """Nothing trains now: compute an answer for a short while."""
        going = self._next_asked()
        if going is not None:
            going.go_on(IDLE_PATIENCE)
        else:
            # They compute beside this, or other processes do for them.
            time.sleep(IDLE_PATIENCE)
        self._tell_done()

    def _next_asked(self) -> Answer | None:
        """Of the answers that somebody waits for, the one that had no turn for longest."""
        for topic, answer in self._going.items():
            if answer.can_go_on and not answer.is_live:
                self._going[topic] = self._going.pop(topic)
                return answer
        return None

    def _begin(self, asked: Asked, training: Training | None) -> float:
        """Answer a quick question; a long one waits for turns. Returns the seconds it took."""
        began = time.perf_counter()
        answer = self._going[asked.topic] = Answer(asked, training, self._recall)
        if not asked.ask.in_pieces:
            answer.go_on()
            self._tell_done()
        return time.perf_counter() - began

    def _look(self, training: Training) -> None:
        """Go on with what panels ask again and again."""
        going = next((a for a in self._going.values() if a.is_live), None)
        if going is None and self._waiting:
            training.settle()
            began = time.perf_counter()
            asked = self._waiting.pop(next(iter(self._waiting)))
            going = Answer(asked, training, self._recall, is_live=True)
            self._going[asked.topic] = going
            self._budget.spend(QUESTIONS, time.perf_counter() - began)
        if going is None or not going.can_go_on:
            return
        if self._knows(training, going):
            self._take_turn(going, training)
        elif time.perf_counter() >= self._next:
            # Its compilation is no more part of the pace than that of the step.
            spent = self._take_turn(going, training)
            training.leave_out(spent)
            self._budget.compiling += spent

    def _take_turn(self, answer: Answer, training: Training) -> float:
        """Compute a piece; returns the seconds that the training waited."""
        training.settle()
        began = time.perf_counter()
        # Programs of several devices must not be begun by two threads at once.
        in_pieces = answer.asked.ask.in_pieces and training.has_one_device
        answer.go_on(PATIENCE if in_pieces else None)
        ended = time.perf_counter()
        self._next = ended + (ended - began)
        self._tell_done(training)
        return ended - began

    def _tell_done(self, training: Training | None = None) -> None:
        for answer in [answer for answer in self._going.values() if answer.is_live]:
            seconds = answer.uncounted()
            if training is not None and self._knows(training, answer):
                self._budget.spend(QUESTIONS, seconds)
        for topic in [topic for topic, answer in self._going.items() if answer.is_done]:
            answer = self._going.pop(topic)
            self._known[1].add(type(answer.asked.ask))
            self._tell(answer.event())

    def _count_asked(self, training: Training, seconds: float) -> None:
        training.leave_out(seconds)
        self._budget.asked += seconds

    def _knows(self, training: Training, answer: Answer) -> bool:
        """Whether such a question was answered in this training before."""
        if self._known[0] is not training:
            self._known = (training, set())
        return type(answer.asked.ask) in self._known[1]
