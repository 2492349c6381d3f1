"""The training samples that are nearest to one, in the eyes of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data.dataset import NO_LABEL
from core.design.document import End
from core.errors import InputError
from core.explain.attribution.graph import leading_to, scored_end
from core.explain.attribution.looking import classes, find_node
from core.explain.own_sample import OwnSample, check_own, own_values
from core.train.asks import Ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.compile.plan import Plan
    from core.train.job import Job
    from core.train.state import State

EUCLIDEAN, COSINE = "euclidean", "cosine"
METRICS = (EUCLIDEAN, COSINE)
# Of a larger training split, so many rows that are spread over it are looked at.
MOST_SEARCHED = 20_000


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The nearest training samples, nearest first.

    ``row`` is that of the sample they are near to, ``number`` its place in the probe rows, -1 both
    of a sample of the user's own; ``rows`` int64 ``[N]`` theirs; ``distances``
    float32 ``[N]`` are between outputs of ``node``. ``truths`` and ``predictions`` are the labels
    as people know them, of the sample and then of each neighbour; empty where there is none.
    ``samples`` ``[1 + N, ...]`` are as the network is fed. ``searched`` rows were looked at.
    """

    node: str
    metric: str
    row: int
    number: int
    rows: np.ndarray
    distances: np.ndarray
    truths: tuple[str, ...]
    predictions: tuple[str, ...]
    samples: np.ndarray
    searched: int


@dataclass(frozen=True)
class Nearest(Ask):
    """Find the training samples for which a node's output is nearest to that for one sample.

    ``number`` counts in the probe rows and wraps around; ``own`` is a sample of the user's own in
    its place. ``node`` is an id or a name; empty: what
    the last layer, that of the scores, reads. Outputs are compared as vectors, of sequences whose
    last step is scored the last steps. The sample itself is never among its neighbours.

    Source: Cover and Hart, Nearest neighbor pattern classification, 1967; Papernot and McDaniel,
    Deep k-nearest neighbors, 2018, https://arxiv.org/abs/1803.04765
    """

    in_pieces = True

    number: int = 0
    node: str = ""
    count: int = 8
    metric: str = EUCLIDEAN
    own: OwnSample | None = None

    def answer(self, job: Job, state: State, step: int) -> Neighbours:
        """See ``Ask``. Raises InputError for a node without numbers to compare."""
        from core.explain.attribution.compute.distances import distances

        if self.metric not in METRICS:
            raise InputError(
                f"there is no distance called {self.metric!r}", f"Choose {' or '.join(METRICS)}."
            )
        plan = job.program.plan
        end = compared_end(job, self.node)
        probes = job.probe_rows()
        number = -1 if self.own else self.number % len(probes)
        row = -1 if self.own else int(probes[number])
        own = own_values(job, self.own) if self.own else None
        if own is not None:
            check_own(job, end)
        candidates = _searched(job.prepared.splits["train"], row)
        if not len(candidates):
            raise InputError("there is no other training sample", "Give the training split more.")
        found = distances(
            job.program, state, end, row if own is None else own, candidates, self.metric
        )
        best = np.argsort(found, kind="stable")[: max(self.count, 1)]
        rows = candidates[best].astype(np.int64)
        shown = rows if own is not None else np.concatenate([[row], rows])
        truths, predictions = labels(job, state, shown, own)
        samples = np.asarray(job.prepared.columns[plan.feeds[plan.inputs[0]]][shown])
        if own is not None:
            samples = np.concatenate([own[plan.inputs[0]][None], samples])
        return Neighbours(
            end.node,
            self.metric,
            row,
            number,
            rows,
            found[best],
            truths,
            predictions,
            samples,
            len(candidates),
        )


def compared_end(job: Job, asked: str = "") -> End:
    """The output of a node, or what the last layer with weights before the scores reads.

    Raises InputError where the node has no output, or one of ids.
    """
    plan = job.program.plan
    end = _first_output(plan, find_node(job, asked)) if asked else _before_scores(plan)
    column = plan.feeds.get(end.node)
    if column is not None and np.issubdtype(job.prepared.columns[column].dtype, np.integer):
        raise InputError(
            f"{plan.names[end.node]} gives ids, which have no distances",
            "Choose a node behind it, such as an Embedding.",
        )
    return end


def labels(
    job: Job, state: State, rows: np.ndarray, own: Mapping[str, np.ndarray] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """True and predicted labels of rows, as texts: classes by name, numbers in their own units.

    Those of an ``own`` sample, whose true label nobody knows, come first; its arrays are given by
    Input and Target node. Of a sequence of labels it is the last. Both are empty where the shown
    loss has no target, or one that is no label but, for example, an image; a text is empty where
    nobody knows the label.
    """
    loss = job.program.plan.shown
    column = job.program.plan.feeds.get(loss.target_node or "")
    if column is None:
        return (), ()
    truths = np.asarray(job.prepared.columns[column][rows])
    guesses = job.program.predict(state, rows)
    if own is not None:
        check_own(job, loss.prediction)
        given = {End(node, "output"): value[None] for node, value in own.items()}
        found = job.program.compute(state, given, (loss.prediction,))
        guesses = np.concatenate([found[loss.prediction], guesses])
    unknown = ("",) * (len(guesses) - len(truths))
    if loss.classifies or loss.probabilities is not None:
        if truths.ndim == 2 and guesses.ndim == 3:
            truths, guesses = truths[:, -1], guesses[:, -1]
        if truths[0].size > 1:
            return (), ()
        chosen = guesses[..., 0] > 0 if guesses.shape[-1] == 1 else guesses.argmax(axis=-1)
        names = classes(job)
        return unknown + _named(names, truths), _named(names, chosen)
    mean, deviation = job.prepared.scales.get(column, (0.0, 1.0))
    if truths[0].size > 6:
        return (), ()
    written = _written(truths * deviation + mean), _written(guesses * deviation + mean)
    return unknown + written[0], written[1]


def _first_output(plan: Plan, node: str) -> End:
    for step in plan.steps:
        if step.node == node and step.outputs:
            return step.outputs[0]
    if node in plan.inputs:
        return End(node, "output")
    raise InputError(f"{plan.names[node]} computes nothing", "Choose a layer or an Input.")


def _before_scores(plan: Plan) -> End:
    for step in reversed(leading_to(plan, scored_end(plan))):
        if step.layer is not None and step.inputs:
            return next(iter(step.inputs.values()))
    return End(plan.inputs[0], "output")


def _searched(train: np.ndarray, row: int) -> np.ndarray:
    """The training rows that are looked at, without the sample itself."""
    rows = train[train != row]
    if len(rows) <= MOST_SEARCHED:
        return rows
    return rows[np.linspace(0, len(rows) - 1, MOST_SEARCHED).astype(np.int64)]


def _named(names: tuple[str, ...], ids: np.ndarray) -> tuple[str, ...]:
    flat = (int(i) for i in ids.ravel())
    return tuple("" if i == NO_LABEL else names[i] if i < len(names) else str(i) for i in flat)


def _written(values: np.ndarray) -> tuple[str, ...]:
    return tuple(", ".join(f"{v:.4g}" for v in np.ravel(one)) for one in values)
