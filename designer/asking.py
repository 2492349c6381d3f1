"""Asks the worker about the network, and hands the answers to who asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from core.train.asks import Answered, Ask, Asked, NotAnswered
from core.train.events import Event
from designer.training import Trainer

Take = Callable[[Answered], Any]
Refuse = Callable[[NotAnswered], Any]


class Asking(QObject):
    """Questions by topic: of each topic the last one counts, answers to earlier ones are dropped.

    A panel asks again when it has shown an answer, as long as it is seen and wants to be live.
    All are asked of the step of the run that the window looks at; ``moment_changed`` comes when
    that is another one, and a panel that is seen then asks again.
    """

    moment_changed = Signal()

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self._trainer = trainer
        self._askers: dict[str, tuple[Asked, Take, Refuse]] = {}
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
        self._askers[topic] = (asked, take, refuse)
        self._trainer.process.send(asked)

    def forget(self, topic: str) -> None:
        """Let go of a question; its answer is dropped."""
        self._askers.pop(topic, None)

    def is_waiting(self, topic: str) -> bool:
        """Whether a question of a topic has no answer yet."""
        return topic in self._askers

    def _give_up(self) -> None:
        """The worker died, and all that it was asked with it."""
        asked, self._askers = self._askers, {}
        for topic, (one, _, refuse) in asked.items():
            why = "the training process ended"
            refuse(NotAnswered(topic, one.ask, why, "Ask again.", one.at))

    def _hear(self, event: Event) -> None:
        if not isinstance(event, Answered | NotAnswered):
            return
        asked, take, refuse = self._askers.get(event.topic, (None, None, None))
        if asked is None or take is None or refuse is None:
            return
        if (asked.ask, asked.at) != (event.ask, event.at):
            return
        del self._askers[event.topic]
        if isinstance(event, Answered):
            take(event)
        else:
            refuse(event)
