"""Asks the worker about the network, and hands the answers to who asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from core.train.asks import Answered, Ask, Asked, NotAnswered
from core.train.events import Event
from designer.training import Trainer

Take = Callable[[Answered], Any]
Refuse = Callable[[NotAnswered], Any]


class Asking(QObject):
    """Questions by topic: of each topic the last one counts, answers to earlier ones are dropped.

    A panel asks again when it has shown an answer, as long as it is seen and wants to be live.
    """

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer)
        self._trainer = trainer
        self._askers: dict[str, tuple[Ask, Take, Refuse]] = {}
        trainer.heard.connect(self._hear)
        trainer.process.died.connect(self._give_up)

    def ask(
        self, topic: str, question: Ask, take: Take, refuse: Refuse, patient: bool = False
    ) -> None:
        """Ask; ``take`` or ``refuse`` is called once, if the topic is not asked anew before."""
        self._askers[topic] = (question, take, refuse)
        self._trainer.process.send(Asked(topic, question, patient))

    def forget(self, topic: str) -> None:
        """Let go of a question; its answer is dropped."""
        self._askers.pop(topic, None)

    def is_waiting(self, topic: str) -> bool:
        """Whether a question of a topic has no answer yet."""
        return topic in self._askers

    def _give_up(self) -> None:
        """The worker died, and all that it was asked with it."""
        asked, self._askers = self._askers, {}
        for topic, (question, _, refuse) in asked.items():
            refuse(NotAnswered(topic, question, "the training process ended", "Ask again."))

    def _hear(self, event: Event) -> None:
        if not isinstance(event, Answered | NotAnswered):
            return
        question, take, refuse = self._askers.get(event.topic, (None, None, None))
        if question != event.ask or take is None or refuse is None:
            return
        del self._askers[event.topic]
        if isinstance(event, Answered):
            take(event)
        else:
            refuse(event)
