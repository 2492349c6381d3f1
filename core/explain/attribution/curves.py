"""Deletion and insertion curves: does the score follow what a map says is important?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from math import factorial
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.ask import Attribute
from core.explain.attribution.catalog import method_of
from core.explain.attribution.graph import CLASSES
from core.explain.attribution.replacing import MEAN, extent, fills_of, replaced_scores
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.explain.attribution.subject import Subject
    from core.train.job import Job
    from core.train.state import State

# A map that orders elements no better than chance is better than all of 19 random orders once in 20
# times.
RANDOM_ORDERS, CHANCE = 19, 0.05
# Up to so many elements, all orders are taken in place of random ones.
MOST_ORDERED = 5


@dataclass(frozen=True, eq=False)
class DeletionInsertion:
    """Scores while elements are taken away, or put in, from the most important one on.

    ``shares`` float64 ``[N]`` from 0 to 1 are the parts of the elements that were taken away, or
    put in; ``deletion`` and ``insertion`` the scores then, ``[N]``. ``random_deletion`` and
    ``random_insertion`` ``[R, N]`` are those for random orders, or for all orders of few elements.
    ``measure`` is ``probability`` of the target, or its ``score`` where it has none. Areas are
    under the curve (trapezoids); a good map has a small one of deletion, a large one of insertion.
    """

    method: str
    measure: str
    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray
    random_deletion: np.ndarray
    random_insertion: np.ndarray
    elements: int

    @property
    def deletion_area(self) -> float:
        """The area under the deletion curve."""
        return float(area(self.shares, self.deletion))

    @property
    def insertion_area(self) -> float:
        """The area under the insertion curve."""
        return float(area(self.shares, self.insertion))

    @property
    def deletion_chance(self) -> float:
        """How likely an order by chance is at least as good as the map's, for deletion."""
        areas = area(self.shares, self.random_deletion)
        return self._chance(areas <= self.deletion_area + 1e-9)

    @property
    def insertion_chance(self) -> float:
        """How likely an order by chance is at least as good as the map's, for insertion."""
        areas = area(self.shares, self.random_insertion)
        return self._chance(areas >= self.insertion_area - 1e-9)

    @property
    def better_than_chance(self) -> bool | None:
        """Whether a random order would hardly do as well, in both; None with too few elements."""
        if self.elements <= MOST_ORDERED and 1 / factorial(self.elements) > CHANCE:
            return None
        return max(self.deletion_chance, self.insertion_chance) <= CHANCE + 1e-12

    @property
    def verdict(self) -> str:
        """One sentence for people."""
        better = self.better_than_chance
        if better is None:
            return f"With {self.elements} elements, any order may be as good as the map's by chance"
        both = ((self.deletion_chance, "deletion"), (self.insertion_chance, "insertion"))
        good = [name for chance, name in both if chance <= CHANCE + 1e-12]
        if better:
            return "The map orders elements better than chance, in deletion and insertion"
        if good:
            return f"The map orders elements better than chance in {good[0]} only"
        return "The map orders elements no better than chance"

    def _chance(self, as_good: np.ndarray) -> float:
        if self.elements <= MOST_ORDERED:
            return float(as_good.mean())
        return float((1 + as_good.sum()) / (1 + len(as_good)))


@dataclass(frozen=True)
class Curves(Ask):
    """Take elements away, and put them in, in the order of a map, and see what the score does.

    An element is a pixel with all its channels, a feature or a token; those with the largest values
    go first. ``fill`` and ``value`` say what stands in for what is not there; see ``fills_of``.
    There are about so many ``steps``. Source: Petsiuk, Das and Saenko, RISE: Randomized input
    sampling for explanation of black-box models, BMVC 2018, https://arxiv.org/abs/1806.07421
    """

    in_pieces = True

    asked: Attribute
    fill: str = MEAN
    value: float = 0.0
    steps: int = 32

    def answer(self, job: Job, state: State, step: int) -> DeletionInsertion:
        """See ``Ask``. Raises InputError where the method cannot explain this design."""
        method = method_of(self.asked.method, self.asked.params)
        subject = self.asked.subject(job, state, method)
        fills = fills_of(subject, self.fill, self.value)
        return curves(
            subject, np.asarray(method.attribute(subject)), fills, method.kind, self.steps
        )


def curves(
    subject: Subject, values: np.ndarray, fills: np.ndarray, method: str = "", steps: int = 32
) -> DeletionInsertion:
    """The curves of a map ``[*extent]``, or ``[*extent, C]`` whose channels are added."""
    shape = extent(subject)
    size = int(np.prod(shape))
    importance = values.reshape(*shape, -1).sum(axis=-1).ravel()
    measure, scores = measured(subject)
    counts = np.unique(np.linspace(0, size, min(size, max(steps, 1)) + 1).round().astype(int))

    def both(order: np.ndarray) -> np.ndarray:
        gone = (np.argsort(order) < counts[:, None]).reshape(-1, *shape)
        kept = np.concatenate([~gone, gone])
        return replaced_scores(subject.sample, fills, kept, scores).reshape(2, -1)

    own = both(np.argsort(-importance, kind="stable"))
    others = np.stack([both(order) for order in orders(size)])
    return DeletionInsertion(
        method, measure, counts / size, own[0], own[1], others[:, 0], others[:, 1], size
    )


def measured(subject: Subject) -> tuple[str, Callable[[np.ndarray], np.ndarray]]:
    """What the curves show, and how it is computed for samples ``[N]``.

    The target's probability, where the network gives one for a sample as a whole; else its score.
    """
    chances = subject.plan.shown.probabilities
    whole = len(subject.shapes[subject.scored].shape) <= 3
    target = subject.target
    if chances is None or target is None or subject.reading != CLASSES or not whole:
        return "score", subject.scores
    if chances.function == "nnx.sigmoid":
        return "probability", lambda samples: _sigmoid(subject.scores(samples))
    return "probability", lambda samples: _softmax(subject.outputs(samples))[:, target]


def orders(size: int) -> list[np.ndarray]:
    """Random orders of so many elements, the same each time; of few elements all there are."""
    if size <= MOST_ORDERED:
        return [np.array(order) for order in permutations(range(size))]
    rng = np.random.default_rng(0)
    return [rng.permutation(size) for _ in range(RANDOM_ORDERS)]


def area(shares: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """The area under curves ``[..., N]`` over ``shares`` ``[N]``, by trapezoids."""
    return np.trapezoid(scores, shares, axis=-1)


def _sigmoid(scores: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(0.5 * scores.astype(np.float64)))


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores.astype(np.float64) - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
