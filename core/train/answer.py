"""One question on its way to its answer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.train.asks import Answered, Asked, NotAnswered
from core.train.pieces import LEAST, Pieces
from core.train.recall import Recall
from core.train.unexpected import failed

if TYPE_CHECKING:
    from core.train.training import Training


class Answer:
    """Computes what a question asks for: whole or, where that may take long, in pieces.

    ``is_live`` says that nobody waits for it: a panel asks again and again.
    """

    def __init__(
        self, asked: Asked, training: Training | None, recall: Recall, is_live: bool = False
    ) -> None:
        self.asked, self.is_live = asked, is_live
        self._training, self._recall = training, recall
        self._step = 0
        # What the training gives up with its next step must not be held by an answer in pieces.
        self._state: Any = None
        self._fault: Exception | None = None
        self._counted = 0.0
        if asked.ask.in_pieces:
            try:
                self._find_state()
            except Exception as error:  # noqa: BLE001 - told as any other refusal
                self._fault = error
        self._pieces = Pieces(self._answer, LEAST if asked.ask.in_pieces else math.inf)

    @property
    def is_done(self) -> bool:
        """Whether ``event`` has an answer."""
        return self._pieces.is_done

    @property
    def can_go_on(self) -> bool:
        """Whether it waits for a turn; while another process computes for it, it does not."""
        return self._pieces.can_go_on

    @property
    def seconds(self) -> float:
        """What it took so far."""
        return self._pieces.seconds

    def uncounted(self) -> float:
        """The seconds it took since this was last asked for."""
        before, self._counted = self._counted, self.seconds
        return self._counted - before

    def go_on(self, seconds: float | None = None) -> None:
        """Compute a piece; come back after so many seconds even if that is not done then."""
        self._pieces.go_on(seconds)

    def drop(self) -> None:
        """Compute no more of it."""
        # Programs of several devices that two threads begin at once may wait for each other.
        training = self._training
        self._pieces.drop(wait=training is not None and not training.has_one_device)

    def event(self) -> Answered | NotAnswered:
        """The answer, or why there is none."""
        asked = self.asked
        try:
            found = self._pieces.result()
        except Exception as error:  # noqa: BLE001 - no question may end a training
            told = failed("unexpected error", error)
            return NotAnswered(asked.topic, asked.ask, told.message, told.hint, asked.at)
        return Answered(asked.topic, asked.ask, found, self._step, self.seconds, asked.at)

    def _answer(self) -> Any:
        ask, training = self.asked.ask, self._training
        if self._fault is not None:
            raise self._fault
        if training is None:
            return ask.answer_untrained()
        if self._state is None:
            self._find_state()
        return ask.answer(training.job, self._state, self._step)

    def _find_state(self) -> None:
        asked, training = self.asked, self._training
        if training is None:
            return
        if asked.at is not None and asked.ask.of_training:
            raise InputError(
                f"step {asked.at:,} has its weights alone, and this needs the optimizers' state",
                "Go back to now.",
            )
        if asked.ask.in_pieces and asked.at is None:
            self._state, self._step = self._recall.copied(training, asked.ask.of_training)
        else:
            self._state, self._step = self._recall.state(training, asked.at)
