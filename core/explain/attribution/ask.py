"""The question of which parts of a sample a prediction rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.explain.attribution.catalog import method_of
from core.explain.attribution.map import Attribution
from core.explain.attribution.subject import Subject, subject_of
from core.explain.own_sample import OwnSample
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.explain.attribution.method import Method
    from core.train.job import Job
    from core.train.state import State


@dataclass(frozen=True)
class Attribute(Ask):
    """Explain one sample with one method.

    ``method`` is the kind name of a ``Method``, ``params`` what is set of its parameters.
    ``number`` counts in the probe rows and wraps around; ``row`` is any row of the data in its
    place, ``own`` a sample of the user's own. ``target`` is the class, or the output, to explain;
    None is the predicted class. ``node`` is the id of an Input or, for methods that
    look at a layer, of that; empty: the first Input, or the last layer that will do.
    ``randomised`` asks it of the network with weights drawn anew from another seed, for the class
    that the trained one predicts: a map that stays the same does not depend on what was learned
    (Adebayo et al., Sanity checks for saliency maps, 2018).
    """

    in_pieces = True

    method: str
    params: tuple[tuple[str, Any], ...] = ()
    number: int = 0
    target: int | None = None
    node: str = ""
    randomised: bool = False
    row: int | None = None
    own: OwnSample | None = None

    def subject(self, job: Job, state: State, method: Method) -> Subject:
        """What the method is given, which is the one asked for.

        Raises InputError where it cannot explain this design.
        """
        return subject_of(
            job,
            state,
            method,
            number=self.number,
            target=self.target,
            node=self.node,
            randomised=self.randomised,
            row=self.row,
            own=self.own,
        )

    def answer(self, job: Job, state: State, step: int) -> Attribution:
        """See ``Ask``. Raises InputError where the method cannot explain this design."""
        method = method_of(self.method, self.params)
        subject = self.subject(job, state, method)
        found, fit = method.explain(subject)
        values = np.asarray(found, np.float32)
        score = subject.score
        error = None
        if method.completeness:
            wanted = score - method.reference(subject)
            error = relative_error(float(values.sum(dtype=np.float64)), wanted)
        return Attribution(
            method.kind,
            subject.layer or subject.node,
            subject.row,
            subject.number,
            subject.kind,
            subject.sample,
            values,
            subject.target,
            subject.predicted,
            subject.classes,
            subject.tokens,
            score,
            error,
            fit,
        )


def relative_error(found: float, wanted: float) -> float:
    """|found - wanted| / |wanted|; of a wanted 0 it is 0 if that is found, else infinite."""
    if wanted == 0:
        return 0.0 if found == 0 else float("inf")
    return abs(found - wanted) / abs(wanted)
