"""Questions about a network as it is: asked by the window, answered by the worker. No JAX, no Qt.

What is not told all the time (a map of attributions, a report, the numbers on the wires) is asked
for. A question carries all that its answer depends on; its class computes the answer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from core.errors import InputError
from core.train.commands import Command
from core.train.events import Event

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State


@dataclass(frozen=True)
class Ask(ABC):
    """A question about a network with the weights of some step.

    One ``of_training`` is about what only a training has, such as its optimizers' state, and cannot
    be asked of an earlier step. One whose answer may take a second or more is computed
    ``in_pieces``: between batches it calls ``stand_aside`` (``core/train/pieces.py``), where a
    training goes on.
    """

    of_training: ClassVar[bool] = False
    in_pieces: ClassVar[bool] = False

    @abstractmethod
    def answer(self, job: Job, state: State, step: int) -> Any:
        """Dataclasses of plain values and NumPy arrays; modules that need JAX are imported here.

        Raises InputError naming what the question asks for and is not there.
        """

    def answer_untrained(self) -> Any:
        """The answer where nothing was trained or opened. Raises InputError where there is none."""
        raise InputError("there is no trained network to look at", "Train, or open a run.")


@dataclass(frozen=True)
class Asked(Command):
    """Answer a question once.

    A later one with the same ``topic`` takes its place if it was not answered yet. While training,
    ``patient`` ones wait until looking has not taken more than its share of the time. ``at`` is a
    step of the run whose weights are kept; None: as they are now.
    """

    topic: str
    ask: Ask
    patient: bool = False
    at: int | None = None


@dataclass(frozen=True)
class Withdraw(Command):
    """Nobody wants the answer of a topic any more."""

    topic: str


@dataclass(frozen=True)
class Answered(Event):
    """The answer to a question; ``step`` is that of the weights, ``seconds`` what it took.

    ``at`` is the question's.
    """

    topic: str
    ask: Ask
    answer: Any
    step: int
    seconds: float
    at: int | None = None


@dataclass(frozen=True)
class NotAnswered(Event):
    """Why a question has no answer, and what can be done; ``at`` is the question's."""

    topic: str
    ask: Ask
    message: str
    hint: str = ""
    at: int | None = None
