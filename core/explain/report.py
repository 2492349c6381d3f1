"""How a trained classifier does on each class: confusion matrix, precision, recall, F1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State


@dataclass(frozen=True)
class ClassReport:
    """``confusion[t, p]`` counts samples of true class ``t`` that were predicted as ``p``."""

    classes: tuple[str, ...]
    confusion: np.ndarray

    @property
    def recall(self) -> np.ndarray:
        """Share of each true class that was found; 0 for a class without samples."""
        return _share(self.confusion.diagonal(), self.confusion.sum(axis=1))

    @property
    def precision(self) -> np.ndarray:
        """Share of the predictions of each class that were right; 0 if it was never predicted."""
        return _share(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def f1(self) -> np.ndarray:
        """Harmonic mean of precision and recall of each class."""
        return _share(2 * self.precision * self.recall, self.precision + self.recall)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "names": list(self.classes),
            "precision": self.precision.tolist(),
            "recall": self.recall.tolist(),
            "f1": self.f1.tolist(),
            "confusion": self.confusion.tolist(),
        }

    def to_text(self) -> str:
        """A table, one line a class."""
        width = max(len("class"), *(len(name) for name in self.classes))
        lines = [f"{'class':<{width}}  precision  recall      f1  samples"]
        for i, name in enumerate(self.classes):
            lines.append(
                f"{name:<{width}}  {self.precision[i]:9.4f}  {self.recall[i]:6.4f}"
                f"  {self.f1[i]:6.4f}  {self.confusion[i].sum():7d}"
            )
        return "\n".join(lines)


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts ``[classes, classes]`` int64 of true (rows) and predicted (columns) labels."""
    flat = truth.ravel().astype(np.int64) * classes + predicted.ravel().astype(np.int64)
    return np.bincount(flat, minlength=classes * classes).reshape(classes, classes)


@dataclass(frozen=True, eq=False)
class Read:
    """The answers of a classifier: true and predicted classes int64 ``[N]`` where there is a label.

    ``place`` ``[N]`` numbers the row that was given, of which each may have several; ``known``
    bool says of all places, one after the other, which have a label.
    """

    classes: tuple[str, ...]
    truth: np.ndarray
    predicted: np.ndarray
    place: np.ndarray
    known: np.ndarray


def answers_of(job: Job, rows: np.ndarray, scores: np.ndarray, most: int = 100) -> Read | None:
    """What the scores ``[N, ..., C]`` of the shown loss' prediction say of the rows.

    None if that does not classify, or into more than ``most`` classes, or nothing has a label.
    """
    loss = job.program.plan.shown
    column = job.program.plan.feeds.get(loss.target_node or "")
    if not loss.classifies or column is None:
        return None
    truth = np.asarray(job.prepared.columns[column][rows])
    if scores.shape[-1] == 1:
        predicted, count = (scores[..., 0] > 0).astype(np.int64), 2
    else:
        predicted, count = scores.argmax(axis=-1), scores.shape[-1]
    if count > most or truth.size != predicted.size or np.any(truth != truth.astype(np.int64)):
        return None
    known = truth.ravel() >= 0
    if not known.any():
        return None
    names = job.prepared.dataset.columns[column].classes
    titles = tuple(names[i] if i < len(names) else str(i) for i in range(count))
    place = np.repeat(np.arange(len(rows)), truth.size // len(rows))
    labels = truth.ravel().astype(np.int64)
    return Read(titles, labels[known], predicted.ravel()[known], place[known], known)


def class_report(job: Job, state: State, rows: np.ndarray, most: int = 100) -> ClassReport | None:
    """The report of the shown loss over what has a label; None where ``answers_of`` has none."""
    loss = job.program.plan.shown
    if not loss.classifies or loss.target_node not in job.program.plan.feeds or not len(rows):
        return None
    found = answers_of(job, rows, job.program.predict(state, rows), most)
    if found is None:
        return None
    counts = confusion_matrix(found.truth, found.predicted, len(found.classes))
    return ClassReport(found.classes, counts)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
