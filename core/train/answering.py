"""Answers the window's questions about the network, between the steps of a training."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.errors import InputError, LayerloomError
from core.train.asks import Answered, Ask, Asked, NotAnswered
from core.train.events import Event
from core.train.pacing import ASK_SHARE
from core.train.recall import Recall

if TYPE_CHECKING:
    from core.train.training import Training


class Answering:
    """Answers at once, or patient questions when their share of the training's time allows."""

    def __init__(self, tell: Callable[[Event], None], recall: Recall | None = None) -> None:
        self._tell = tell
        self._recall = recall or Recall()
        self._waiting: dict[str, Asked] = {}
        self._next = 0.0
        # Whose functions are compiled for this training.
        self._known: tuple[Training | None, set[type[Ask]]] = (None, set())

    def hear(self, asked: Asked, training: Training | None, trains: bool) -> None:
        """Answer, unless the question can wait while the network trains."""
        self._waiting.pop(asked.topic, None)
        if trains and asked.patient:
            self._waiting[asked.topic] = asked
            return
        spent = self._answer(asked, training)
        if trains and training is not None:
            training.aside_seconds += spent

    def tend(self, training: Training) -> None:
        """Between two steps: answer the question that waits longest, if it is time to."""
        if not self._waiting or time.perf_counter() < self._next:
            return
        asked = self._waiting.pop(next(iter(self._waiting)))
        if self._known[0] is not training:
            self._known = (training, set())
        first = type(asked.ask) not in self._known[1]
        self._known[1].add(type(asked.ask))
        spent = self._answer(asked, training)
        if first:
            # Its compilation is no more part of the pace than that of the step.
            training.aside_seconds += spent
        self._next = time.perf_counter() + (0 if first else spent / ASK_SHARE)

    def answer_all(self, training: Training | None) -> None:
        """Answer what waits: nothing trains now."""
        while self._waiting:
            self._answer(self._waiting.pop(next(iter(self._waiting))), training)

    def _answer(self, asked: Asked, training: Training | None) -> float:
        """Tell the answer; returns the seconds it took."""
        began = time.perf_counter()
        try:
            if training is None:
                step, found = 0, asked.ask.answer_untrained()
            else:
                _check(asked)
                state, step = self._recall.state(training, asked.at)
                found = asked.ask.answer(training.job, state, step)
        except LayerloomError as error:
            self._refuse(asked, error.message, error.hint)
        except Exception as error:  # noqa: BLE001 - no question may end a training
            first = str(error).splitlines()[0][:300] if str(error) else ""
            told = f"unexpected error: {type(error).__name__} {first}"
            self._refuse(asked, told, traceback.format_exc())
        else:
            spent = time.perf_counter() - began
            self._tell(Answered(asked.topic, asked.ask, found, step, spent, asked.at))
        return time.perf_counter() - began

    def _refuse(self, asked: Asked, message: str, hint: str) -> None:
        self._tell(NotAnswered(asked.topic, asked.ask, message, hint, asked.at))


def _check(asked: Asked) -> None:
    """Raise InputError where a question cannot be asked of an earlier step."""
    if asked.at is not None and asked.ask.of_training:
        raise InputError(
            f"step {asked.at:,} has its weights alone, and this needs the optimizers' state",
            "Go back to now.",
        )
