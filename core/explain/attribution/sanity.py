"""Does a map depend on what was learned? The sanity check of Adebayo et al. (2018)."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from core.explain.attribution.ask import Attribute
from core.explain.attribution.catalog import method_of
from core.explain.attribution.randomised import layers_from_top, with_drawn
from core.explain.attribution.ranks import cosine, spearman
from core.explain.attribution.subject import subject_of
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

# From which rank correlation on a map hardly depends on what was learned. Ranks of the one map then
# explain a quarter (0.5 squared) of the variance of the other's; of maps that have nothing in
# common it is 0, give or take 1 / sqrt(n - 1) for n elements.
ALIKE = 0.5
# How many such deviations of chance ``ALIKE`` must be above 0 for the check to say anything.
DEVIATIONS = 2.0


@dataclass(frozen=True, eq=False)
class SanityCheck:
    """How alike the maps of learned and of randomised weights are.

    ``layers`` are the names of the nodes whose weights were drawn anew, from the top: at depth d
    the first ``depths[d]`` of them. The figures are float64 ``[depths, samples]``: ``spearman`` is
    the rank correlation of the maps, ``absolute`` that of their absolute values (a map may change
    its sign and still mark the same places), ``cosine`` the similarity of the maps as vectors.
    ``elements`` is the number of a map's elements.
    """

    method: str
    layers: tuple[str, ...]
    depths: tuple[int, ...]
    spearman: np.ndarray
    absolute: np.ndarray
    cosine: np.ndarray
    elements: int

    @property
    def likeness(self) -> float:
        """The rank correlation of absolute values, all layers drawn anew, mean over samples."""
        return float(self.absolute[-1].mean())

    @property
    def chance(self) -> float:
        """The deviation of ``likeness`` between maps that have nothing in common."""
        return 1 / sqrt(max(self.elements - 1, 1) * self.absolute.shape[1])

    @property
    def depends_on_learning(self) -> bool | None:
        """False where maps stay alike whatever the weights are; None with too few elements."""
        if DEVIATIONS * self.chance > ALIKE:
            return None
        return self.likeness < ALIKE

    @property
    def verdict(self) -> str:
        """One sentence for people."""
        found = f"rank correlation {self.likeness:.2f} with a map of random weights"
        if self.depends_on_learning is None:
            return f"Too few elements to say whether this map depends on what was learned ({found})"
        if self.depends_on_learning:
            return f"This map depends on what was learned: {found}, below {ALIKE:g}"
        return f"This map hardly depends on what was learned: {found}, {ALIKE:g} or more"


@dataclass(frozen=True)
class Sanity(Ask):
    """Check a method: do its maps change when weights are drawn anew, layer by layer from the top?

    Maps are made for the class that ``asked`` explains (of the trained network, if it names none),
    for so many samples from ``asked.number`` on. At most so many ``depths`` are looked at, spread
    over the layers; the last one has no learned weights left. Source: Adebayo et al., Sanity checks
    for saliency maps, NeurIPS 2018, https://arxiv.org/abs/1810.03292
    """

    asked: Attribute
    samples: int = 6
    depths: int = 6

    def answer(self, job: Job, state: State, step: int) -> SanityCheck:
        """See ``Ask``. Raises InputError where the method cannot explain this design."""
        method = method_of(self.asked.method, self.asked.params)
        count = min(max(self.samples, 1), len(job.probe_rows()))
        figures, names, depths, elements = [], (), (), 0
        for number in range(count):
            subject = subject_of(
                job,
                state,
                method,
                number=self.asked.number + number,
                target=self.asked.target,
                node=self.asked.node,
            )
            layers = layers_from_top(subject)
            names = tuple(subject.name_of(node) for _, node in layers)
            depths = spread_over(len(layers), self.depths)
            learned = np.asarray(method.attribute(subject), np.float64)
            elements = learned.size
            drawn = (with_drawn(subject, [a for a, _ in layers[:depth]]) for depth in depths)
            others = [np.asarray(method.attribute(other), np.float64) for other in drawn]
            figures.append([_likeness(learned, other) for other in others])
        both = np.array(figures).transpose(2, 1, 0)
        return SanityCheck(method.kind, names, depths, *both, elements)


def spread_over(count: int, most: int) -> tuple[int, ...]:
    """At most so many whole numbers from 1 to ``count``, both among them where there is room."""
    if count <= most:
        return tuple(range(1, count + 1))
    if most <= 1:
        return (count,)
    return tuple(int(n) for n in np.linspace(1, count, most).round())


def _likeness(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    absolute = spearman(np.abs(one), np.abs(other))
    return spearman(one, other), absolute, cosine(one, other)
