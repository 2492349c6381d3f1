"""What is told of a training step that is walked through. Plain values and NumPy arrays, no JAX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

FORWARD, LOSS, BACKWARD, UPDATE = "forward", "loss", "backward", "update"
# Arrays of more elements are told by their shape and norm alone.
MOST_ELEMENTS = 1024


@dataclass(frozen=True, eq=False)
class Value:
    """An array: its shape, its Euclidean norm and, if it is small, its elements.

    Values on wires and of nodes have the batch in front.
    """

    shape: tuple[int, ...]
    norm: float
    array: np.ndarray | None

    @classmethod
    def of(cls, array: np.ndarray) -> Value:
        """Tell of an array ``[...]`` of any dtype."""
        norm = float(np.linalg.norm(np.asarray(array, np.float64)))
        small = np.array(array) if array.size <= MOST_ELEMENTS else None
        return cls(array.shape, norm, small)


@dataclass(frozen=True)
class Formula:
    """A rule in symbols, and lines with its numbers filled in; none where they would be too many.

    ``_{...}`` marks what stands below the line, ``^{...}`` what stands above it.
    """

    rule: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Moment:
    """One node's part in the step.

    ``stage`` is FORWARD, LOSS, BACKWARD or UPDATE; ``node`` the id of an unfolded node and ``name``
    what it is called. ``inputs`` and ``outputs`` are, by port, what the wires and the node carry:
    their values or, in BACKWARD, the gradient of the loss with respect to them. ``weights`` are the
    node's own arrays by name, in BACKWARD their gradients and in UPDATE their new values, beside
    which ``before`` has the old ones. ``turn`` counts the players whose losses train by turns.
    """

    stage: str
    node: str
    name: str
    inputs: Mapping[str, Value] = field(default_factory=dict)
    outputs: Mapping[str, Value] = field(default_factory=dict)
    weights: Mapping[str, Value] = field(default_factory=dict)
    before: Mapping[str, Value] = field(default_factory=dict)
    formulas: tuple[Formula, ...] = ()
    turn: int = 0


@dataclass(frozen=True, eq=False)
class Walked:
    """A whole step.

    ``rows`` are the rows of the data that it is made with, of ``samples`` training rows in all.
    ``loss`` is the total with its penalties, before the step. ``turns`` are the names of the losses
    of each player. ``rate`` is the learning rate of the step and ``optimizer`` its name. A network
    that is not ``trained`` has its initial weights.
    """

    rows: tuple[int, ...]
    samples: int
    moments: tuple[Moment, ...]
    loss: float
    turns: tuple[str, ...]
    optimizer: str
    rate: float
    trained: bool
