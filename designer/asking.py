"""Asks the worker about the network, and hands the answers to who asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.train.asks import Answered, Ask, Asked, NotAnswered, Withdraw
from core.train.events import Event
from designer.training import TRAINING, Trainer

Take = Callable[[Answered], Any]
Refuse = Callable[[NotAnswered], Any]


@dataclass(frozen=True)
class _Waiting:
    """A question without an answer, who is to have that, and when it was asked."""

    asked: Asked
    take: Take
    refuse: Refuse
    since: float


class Asking(QObject):
    """Questions by topic: of each topic the last one counts, answers to earlier ones are dropped.

    A panel asks again when it has shown an answer, as long as it is seen and wants to be live.
    All are asked of the step of the run that the window looks at; ``moment_changed`` comes when
    that is another one, and a panel that is seen then asks again. ``waiting_changed`` comes when a
    question was asked, answered or given up.
    """

    moment_changed = Signal()
    waiting_changed = Signal()

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self._trainer = trainer
        self._askers: dict[str, _Waiting] = {}
        trainer.moments.changed.connect(self.moment_changed)
        trainer.heard.connect(self._hear)
        trainer.process.died.connect(self._give_up)

    @property
    def moment(self) -> int | None:
        """The step that is asked of, None for the network as it is now."""
        return self._trainer.moments.at

    def ask(
        self,
        topic: str,
        question: Ask,
        take: Take,
        refuse: Refuse,
        patient: bool = False,
        at: int | None = None,
    ) -> None:
        """Ask; ``take`` or ``refuse`` is called once, if the topic is not asked anew before.

        ``at`` is a step to ask of in place of the one that the window looks at.
        """
        asked = Asked(topic, question, patient, self.moment if at is None else at)
        self._askers[topic] = _Waiting(asked, take, refuse, time.monotonic())
        self._trainer.process.send(asked)
        self.waiting_changed.emit()

    def forget(self, topic: str) -> None:
        """Let go of a question; what was computed of its answer is dropped."""
        if self._askers.pop(topic, None) is not None:
            if self._trainer.process.pid is not None:
                self._trainer.process.send(Withdraw(topic))
            self.waiting_changed.emit()

    def cancel(self, topics: Sequence[str]) -> None:
        """Let go of questions, and tell who asked them that there will be no answer."""
        for topic in topics:
            waiting = self._askers.get(topic)
            if waiting is not None:
                self.forget(topic)
                asked = waiting.asked
                told = NotAnswered(topic, asked.ask, "cancelled", "Ask again any time.", asked.at)
                waiting.refuse(told)

    @property
    def is_training(self) -> bool:
        """Whether answers are computed between the steps of a training."""
        return self._trainer.state == TRAINING

    def seconds_waited(self, topics: Sequence[str]) -> float | None:
        """How long the oldest question of some topics has waited, None if none does.

        Patient ones do not count.
        """
        found = [w for topic in topics if (w := self._askers.get(topic)) and not w.asked.patient]
        return time.monotonic() - min(w.since for w in found) if found else None

    def is_waiting(self, topic: str) -> bool:
        """Whether a question of a topic has no answer yet."""
        return topic in self._askers

    def _give_up(self) -> None:
        """The worker died, and all that it was asked with it."""
        waiting, self._askers = self._askers, {}
        for topic, one in waiting.items():
            why = "the training process ended"
            one.refuse(NotAnswered(topic, one.asked.ask, why, "Ask again.", one.asked.at))
        self.waiting_changed.emit()

    def _hear(self, event: Event) -> None:
        if not isinstance(event, Answered | NotAnswered):
            return
        waiting = self._askers.get(event.topic)
        if waiting is None or (waiting.asked.ask, waiting.asked.at) != (event.ask, event.at):
            return
        del self._askers[event.topic]
        if isinstance(event, Answered):
            waiting.take(event)
        else:
            waiting.refuse(event)
        self.waiting_changed.emit()
