"""What some samples are, and what the network takes them for. No JAX at import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.design.document import End

if TYPE_CHECKING:
    from core.compile.plan import LossStep
    from core.train.job import Job


@dataclass(frozen=True, eq=False)
class Verdicts:
    """``truth`` int64 ``[N]`` labels (below 0 where unknown), float64 ``[N]`` values, or None.

    ``predicted`` is of the same kind, None where the network says nothing of it. ``classes`` names
    labels and is empty for values; ``title`` is the column, empty without one.
    """

    truth: np.ndarray | None
    predicted: np.ndarray | None
    classes: tuple[str, ...]
    title: str

    @property
    def wrong(self) -> np.ndarray | None:
        """Which samples were taken for another class, ``[N]`` bool; None where none can be."""
        if self.truth is None or self.predicted is None or not self.classes:
            return None
        return (self.truth >= 0) & (self.truth != self.predicted)


def wanted_for_verdicts(job: Job) -> tuple[End, ...]:
    """The outputs that ``verdicts`` needs."""
    loss = job.program.plan.shown
    return (loss.prediction,) if loss.target_node else ()


def verdicts(job: Job, rows: np.ndarray, found: Mapping[End, np.ndarray]) -> Verdicts:
    """Truth and prediction for rows of the data, of which some outputs ``[N, ...]`` were found.

    Where each sample has several targets the last one counts. Without a target in the design, the
    first that the data has serves. What acts is neither right nor wrong.
    """
    loss, prepared = job.program.plan.shown, job.prepared
    if loss.acts:
        return Verdicts(None, None, (), "")
    column = job.program.plan.feeds.get(loss.target_node or "", "")
    name = column or next(iter(prepared.dataset.targets), "")
    if not name:
        return Verdicts(None, None, (), "")
    known, classes = prepared.dataset.columns[name], prepared.dataset.columns[name].classes
    truth = np.asarray(known.values[rows]).reshape(len(rows), -1)[:, -1]
    scores = found.get(loss.prediction) if column else None
    if known.values.dtype == np.float32 and known.values[:1].size > 1:
        # Several numbers, or yes-or-no answers, a sample: none of them alone is right or wrong.
        return Verdicts(truth.astype(np.float64), None, (), name)
    is_label = np.issubdtype(truth.dtype, np.integer) or (loss.classifies and bool(column))
    if not is_label:
        return Verdicts(truth.astype(np.float64), _values(job, name, scores), (), name)
    labels = truth.astype(np.int64)
    guesses = None if scores is None or not loss.classifies else _labels(scores)
    top = max(int(labels.max(initial=0)), 0 if guesses is None else int(guesses.max(initial=0)))
    return Verdicts(labels, guesses, names_of(classes, max(len(classes), top + 1)), name)


def chances(loss: LossStep, found: Mapping[End, np.ndarray]) -> np.ndarray | None:
    """The probabilities that a loss makes of its prediction; None where it has none.

    ``[N, ..., C]`` as the prediction is; of one score for two classes that of the second.
    """
    if loss.probabilities is None:
        return None
    import jax.numpy as jnp

    from core.compile.names import resolve

    scope = {port: jnp.asarray(found[end]) for port, end in loss.inputs.items() if end in found}
    return np.asarray(loss.probabilities.run(scope, resolve), np.float32)


def names_of(classes: Sequence[str], count: int) -> tuple[str, ...]:
    """The names of so many classes; a number where there is no name."""
    return tuple(classes[i] if i < len(classes) else str(i) for i in range(count))


def _labels(scores: np.ndarray) -> np.ndarray:
    """The likeliest class of each sample, int64 ``[N]``, from scores ``[N, ..., C]``."""
    last = scores.reshape(len(scores), -1, scores.shape[-1])[:, -1]
    guesses = last[:, 0] > 0 if last.shape[1] == 1 else last.argmax(axis=1)
    return guesses.astype(np.int64)


def _values(job: Job, name: str, scores: np.ndarray | None) -> np.ndarray | None:
    """The predicted value of each sample in the data's units, float64 ``[N]``."""
    if scores is None:
        return None
    last = scores.reshape(len(scores), -1)[:, -1].astype(np.float64)
    mean, deviation = job.prepared.scales.get(name, (0.0, 1.0))
    return last * np.ravel(deviation)[-1] + np.ravel(mean)[-1]
