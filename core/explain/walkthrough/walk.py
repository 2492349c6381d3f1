"""The question what one training step does, on the network as it is. No JAX until it is answered.

The network is that of a training if the design was not changed since, else one that is made for the
walk; neither is changed by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import InputError
from core.explain.walkthrough.moments import Walked
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State


@dataclass(frozen=True)
class Walk(Ask):
    """A step on the training samples with these ``numbers``, counted from 0 and wrapping around.

    ``design`` is project file text whose data paths count from ``folder``; runs that it starts from
    are under ``store``. The steps on the samples of ``before`` are done first, so that one can go
    on from step to step. ``device`` is where a network without a training is computed.
    """

    of_training = True

    design: str
    folder: str
    store: str
    numbers: tuple[int, ...]
    before: tuple[tuple[int, ...], ...] = ()
    device: str = "auto"

    def answer(self, job: Job, state: State, step: int) -> Walked:
        """The step on the training's network, or on its weights with a changed recipe."""
        return self._walked((job, state))

    def answer_untrained(self) -> Walked:
        """The step on a network with its initial weights."""
        return self._walked(None)

    def _walked(self, training: tuple[Job, State] | None) -> Walked:
        from core.explain.walkthrough.ground import ground
        from core.explain.walkthrough.telling import told

        if not self.numbers:
            raise InputError("a step needs a sample", "Choose one.")
        return told(self, ground(self, training))
