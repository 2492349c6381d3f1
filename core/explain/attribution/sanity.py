"""Does a map depend on what was learned? The sanity check of Adebayo et al. (2018)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InputError
from core.explain.attribution.ask import Attribute
from core.explain.attribution.catalog import method_of
from core.explain.attribution.randomised import layers_from_top, with_drawn
from core.explain.attribution.ranks import cosine, spearman
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.explain.attribution.method import Method
    from core.explain.attribution.subject import Subject
    from core.train.job import Job
    from core.train.state import State

# From which rank correlation on two maps count as alike: ranks of the one then explain a quarter
# (0.5 squared) of the variance of the other's.
ALIKE = 0.5
# Of maps of n elements that have nothing in common, the correlation has a mean of 0 and a deviation
# of 1 / sqrt(n - 1). So the size of it, as of anything near to normal, has this mean and deviation
# in units of that.
CHANCE_MEAN, CHANCE_DEVIATION = sqrt(2 / pi), sqrt(1 - 2 / pi)
# How many deviations ``ALIKE`` must be above what chance gives for the check to say anything.
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
        """The size of the rank correlation with all layers drawn anew, mean over samples.

        Of a map whose sign is turned over it is 1.
        """
        return float(np.abs(self.spearman[-1]).mean())

    @property
    def likely_at_most(self) -> float:
        """What ``likeness`` hardly exceeds between maps that have nothing in common."""
        samples = self.spearman.shape[1]
        units = CHANCE_MEAN + DEVIATIONS * CHANCE_DEVIATION / sqrt(samples)
        return units / sqrt(max(self.elements - 1, 1))

    @property
    def depends_on_learning(self) -> bool | None:
        """False where maps stay alike whatever the weights are; None with too few elements."""
        if self.likely_at_most > ALIKE:
            return None
        return self.likeness < ALIKE

    @property
    def verdict(self) -> str:
        """One sentence for people."""
        found = f"rank correlation {self.likeness:.2f} with maps of random weights"
        depends = self.depends_on_learning
        if depends is None:
            few = "Too few elements to say whether this map depends on what was learned"
            return f"{few}: {found}, and up to {self.likely_at_most:.2f} by chance"
        if not depends:
            return f"This map hardly depends on what was learned: {found}, {ALIKE:g} or more"
        strong = float(self.absolute[-1].mean())
        if strong >= ALIKE:
            return (
                "The signs of this map depend on what was learned, but which elements are strong "
                f"hardly does: rank correlation {strong:.2f} without the signs, {ALIKE:g} or more"
            )
        return f"This map depends on what was learned: {found}, below {ALIKE:g}"


@dataclass(frozen=True)
class Sanity(Ask):
    """Check a method: do its maps change when weights are drawn anew, layer by layer from the top?

    Maps are made for the class that ``asked`` explains (of the trained network, if it names none),
    for so many samples: the asked one, and those of the probe that follow it. At most so many
    ``depths`` are looked at, spread over the layers; the last one has no learned weights left.
    Source: Adebayo et al., Sanity checks for saliency maps, NeurIPS 2018,
    https://arxiv.org/abs/1810.03292
    """

    in_pieces = True

    asked: Attribute
    samples: int = 6
    depths: int = 6

    def answer(self, job: Job, state: State, step: int) -> SanityCheck:
        """See ``Ask``. Raises InputError where the method cannot explain this design."""
        method = method_of(self.asked.method, self.asked.params).quick()
        first = replace(self.asked, randomised=False)
        count = min(max(self.samples, 1), len(job.probe_rows()))
        rest = [
            replace(first, number=first.number + n, row=None, own=None) for n in range(1, count)
        ]
        subjects = [asked.subject(job, state, method) for asked in (first, *rest)]
        layers = layers_from_top(subjects[0])
        if not layers:
            raise InputError(
                "the prediction depends on no weights", "Choose a network that learns something."
            )
        depths = spread_over(len(layers), self.depths)
        learned = [_map(method, subject) for subject in subjects]
        figures = np.empty((3, len(depths), len(subjects)))
        for row, depth in enumerate(depths):
            attributes = [attribute for attribute, _ in layers[:depth]]
            for column, subject in enumerate(subjects):
                drawn = _map(method, with_drawn(subject, attributes))
                figures[:, row, column] = _likeness(learned[column], drawn)
        names = tuple(subjects[0].name_of(node) for _, node in layers)
        return SanityCheck(
            method.kind, names, depths, figures[0], figures[1], figures[2], learned[0].size
        )


def spread_over(count: int, most: int) -> tuple[int, ...]:
    """At most so many whole numbers from 1 to ``count``, both among them where there is room."""
    if count <= most:
        return tuple(range(1, count + 1))
    if most <= 1:
        return (count,)
    return tuple(int(n) for n in np.linspace(1, count, most).round())


def _map(method: Method, subject: Subject) -> np.ndarray:
    return np.asarray(method.attribute(subject), np.float64)


def _likeness(one: np.ndarray, other: np.ndarray) -> tuple[float, float, float]:
    absolute = spearman(np.abs(one), np.abs(other))
    return spearman(one, other), absolute, cosine(one, other)
