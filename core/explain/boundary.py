"""What a network says at every place of a plane that two features span. No JAX at import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.design.document import End
from core.errors import InputError
from core.explain.samples import outputs, spread, tensor_of
from core.explain.verdicts import Verdicts, chances, names_of, verdicts, wanted_for_verdicts
from core.train.asks import Ask

if TYPE_CHECKING:
    from core.train.job import Job
    from core.train.state import State

CELLS = 96
TRAINING, VALIDATION = 400, 200
# Samples whose features are averaged.
_AVERAGED = 10_000
# Of the range of the points, on each side.
_MARGIN = 0.08
_AT_ONCE = 2048


@dataclass(frozen=True)
class Feature:
    """One number of each sample: element ``index`` of the Input ``node`` that reads ``column``."""

    node: str
    column: str
    index: int
    name: str


@dataclass(frozen=True, eq=False)
class Boundary:
    """A map of cells whose middles lie at ``xs`` and ``ys`` float64 ``[CELLS]``, in the data's
    units. Its first axis is that of ``ys``.

    ``winner`` int64 is the class of each cell, and ``sure`` float32 its probability, None where the
    loss has none; where nothing is classified ``values`` float64 is what is predicted. ``points``
    float64 ``[N, 2]`` are samples, those of ``training`` bool ``[N]`` and others of the validation
    split. ``features`` names all features, of which ``x`` and ``y`` are shown.
    """

    features: tuple[str, ...]
    x: int
    y: int
    xs: np.ndarray
    ys: np.ndarray
    winner: np.ndarray | None
    sure: np.ndarray | None
    values: np.ndarray | None
    classes: tuple[str, ...]
    title: str
    points: np.ndarray
    training: np.ndarray
    verdicts: Verdicts


@dataclass(frozen=True)
class AskBoundary(Ask):
    """The map over two features, by their numbers; all others are held at their mean."""

    in_pieces = True

    x: int = 0
    y: int = 1
    cells: int = CELLS

    def answer(self, job: Job, state: State, step: int) -> Boundary:
        """Raises InputError where a design reads no two features or predicts more than a value."""
        features = features_of(job)
        x, y = min(self.x, len(features) - 1), min(self.y, len(features) - 1)
        if x == y:
            raise InputError("both axes show the same feature", "Choose another one for an axis.")
        rows, training = _shown_rows(job)
        points = np.stack([_raw(job, features[i], rows) for i in (x, y)], axis=1)
        xs, ys = (_middles(points[:, axis], self.cells) for axis in (0, 1))
        found = _over_grid(job, state, features, (features[x], features[y]), (xs, ys))
        winner, sure, values, classes, title = _said(job, found, self.cells)
        judged = wanted_for_verdicts(job)
        known = outputs(job, state, rows, judged) if judged else {}
        return Boundary(
            tuple(feature.name for feature in features),
            x,
            y,
            xs,
            ys,
            winner,
            sure,
            values,
            classes,
            title,
            points,
            training,
            verdicts(job, rows, known),
        )


def features_of(job: Job) -> list[Feature]:
    """All features that a design reads. Raises InputError where it reads something else."""
    found: list[Feature] = []
    for node in job.program.plan.inputs:
        column = job.program.plan.feeds[node]
        tensor = tensor_of(job, End(node, "output"))
        if tensor.dtype != "float32" or tensor.rank > 2:
            kinds = {4: "images", 3: "sequences"}
            kind = "ids" if tensor.dtype != "float32" else kinds.get(tensor.rank, "arrays")
            raise InputError(
                f"{job.analysis.name_of(node)} reads {kind}, and a decision boundary is drawn over "
                "two features",
                "Use the projection to see how the network tells samples apart.",
            )
        names = job.prepared.dataset.columns[column].features
        for index in range(tensor.size):
            plain = f"{column} {index + 1}" if tensor.size > 1 else column
            found.append(Feature(node, column, index, names[index] if names else plain))
    if len(found) < 2:
        raise InputError(
            f"the design reads {len(found)} feature{'s' if len(found) != 1 else ''}, "
            "and a decision boundary is drawn over two",
            "Use data with two features or more.",
        )
    return found


def _shown_rows(job: Job) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the training and the validation split, and which are of the first."""
    splits = job.prepared.splits
    parts = [splits["train"][spread(splits["train"], TRAINING)]]
    parts.append(splits["validation"][spread(splits["validation"], VALIDATION)])
    return np.concatenate(parts), np.arange(sum(map(len, parts))) < len(parts[0])


def _raw(job: Job, feature: Feature, rows: np.ndarray) -> np.ndarray:
    """A feature of some rows in the data's units, float64 ``[N]``."""
    values = np.asarray(job.prepared.dataset.columns[feature.column].values[rows], np.float64)
    return values.reshape(len(rows), -1)[:, feature.index]


def _middles(values: np.ndarray, cells: int) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    room = (high - low) * _MARGIN or 0.5
    edges = np.linspace(low - room, high + room, cells + 1)
    return (edges[1:] + edges[:-1]) / 2


def _over_grid(
    job: Job,
    state: State,
    features: list[Feature],
    shown: tuple[Feature, Feature],
    axes: tuple[np.ndarray, np.ndarray],
) -> dict[End, np.ndarray]:
    """What the shown loss is given ``[cells², ...]``, the first feature running fastest."""
    across, up = (grid.ravel() for grid in np.meshgrid(*axes))
    given = {}
    for node in dict.fromkeys(feature.node for feature in features):
        given[End(node, "output")] = np.tile(_means(job, node), (len(across), 1))
    for feature, raw in zip(shown, (across, up), strict=True):
        mean, deviation = job.prepared.scales.get(feature.column, (0.0, 1.0))
        at = min(feature.index, np.size(mean) - 1)
        scaled = (raw - np.ravel(mean)[at]) / np.ravel(deviation)[at]
        given[End(feature.node, "output")][:, feature.index] = scaled
    for end, values in given.items():
        given[end] = values.reshape(len(across), *tensor_of(job, end).sizes)
    loss = job.program.plan.shown
    targets = {e for e in map(_output, job.program.plan.feeds) if e not in given}
    wanted = tuple(dict.fromkeys(end for end in loss.inputs.values() if end not in targets))
    parts = []
    for start in range(0, len(across), _AT_ONCE):
        part = {end: values[start : start + _AT_ONCE] for end, values in given.items()}
        parts.append(job.program.compute(state, part, wanted))
    return {end: np.concatenate([part[end] for part in parts]) for end in wanted}


def _means(job: Job, node: str) -> np.ndarray:
    """The mean of each feature of an Input over training samples, as it is fed, float32 ``[F]``."""
    rows = job.prepared.splits["train"]
    values = np.asarray(
        job.prepared.columns[job.program.plan.feeds[node]][rows[spread(rows, _AVERAGED)]]
    )
    return values.reshape(len(values), -1).mean(axis=0, dtype=np.float64).astype(np.float32)


def _said(
    job: Job, found: dict[End, np.ndarray], cells: int
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray | None, tuple[str, ...], str]:
    """Winner, how sure it is, value, classes and what they are, of the grid."""
    loss, plan, prepared = job.program.plan.shown, job.program.plan, job.prepared
    scores = found[loss.prediction]
    if scores.ndim > 2:
        raise InputError(
            f"{plan.names[loss.prediction.node]} predicts at several places of a sample",
            "A decision boundary needs one class or value a sample.",
        )
    source = loss.inputs["action"].node if loss.acts else loss.target_node
    column = plan.feeds.get(source or "", "")
    known = prepared.dataset.columns.get(column)
    table = scores.reshape(len(scores), -1)
    if not loss.classifies and not loss.acts:
        mean, deviation = prepared.scales.get(column, (0.0, 1.0))
        values = table[:, 0].astype(np.float64) * np.ravel(deviation)[0] + np.ravel(mean)[0]
        title = column or plan.names[loss.prediction.node]
        return None, None, values.reshape(cells, cells), (), title
    if known is not None and known.values.dtype == np.float32 and known.values[:1].size > 1:
        raise InputError(
            "each sample has several answers", "A decision boundary needs one class a sample."
        )
    told = chances(loss, found)
    if table.shape[1] == 1:
        winner = (table[:, 0] > 0).astype(np.int64)
        second = None if told is None else told.reshape(-1)
        sure = None if second is None else np.where(winner, second, 1 - second)
    else:
        winner = table.argmax(axis=1)
        sure = None if told is None else told.reshape(table.shape).max(axis=1)
    names = names_of(known.classes if known else (), max(table.shape[1], 2))
    shape = (cells, cells)
    shown = None if sure is None else sure.reshape(shape).astype(np.float32)
    return winner.reshape(shape), shown, None, names, column


def _output(node: str) -> End:
    return End(node, "output")
