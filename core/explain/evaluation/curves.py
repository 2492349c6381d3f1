"""ROC and precision-recall curves of scores, and the areas under them.

Sources: Fawcett, An introduction to ROC analysis, 2006; Davis and Goadrich, The relationship
between precision-recall and ROC curves, 2006.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# More points than a plot can show are left out of a curve; its area is that of all of them.
MOST_POINTS = 201


@dataclass(frozen=True, eq=False)
class Curve:
    """One curve: ``x`` and ``y`` float64 ``[P]`` within 0 to 1, and the ``area`` it is judged by.

    The area is NaN, and the curve empty, where there are no positive or no negative samples.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    area: float


def roc_points(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False and true positive rates at every threshold, from (0, 0) to (1, 1).

    ``truth`` bool ``[N]`` with both values, ``scores`` ``[N]`` of being True.
    """
    hits, alarms = _counts(truth, scores)
    return np.r_[0.0, alarms / alarms[-1]], np.r_[0.0, hits / hits[-1]]


def precision_recall_points(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision at every threshold, recall rising from 0 (where precision is 1)."""
    hits, alarms = _counts(truth, scores)
    return np.r_[0.0, hits / hits[-1]], np.r_[1.0, hits / (hits + alarms)]


def area_under(x: np.ndarray, y: np.ndarray) -> float:
    """The area by trapezoids."""
    return float(np.trapezoid(y, x))


def average_precision(recall: np.ndarray, precision: np.ndarray) -> float:
    """The mean of precision over recall in steps, without interpolating between thresholds."""
    return float(np.sum(np.diff(recall) * precision[1:]))


def roc_curve(name: str, truth: np.ndarray, scores: np.ndarray) -> Curve:
    """The ROC curve with its area (AUC)."""
    if not truth.any() or truth.all():
        return _none(name)
    x, y = roc_points(truth, scores)
    return Curve(name, *_thinned(x, y), area_under(x, y))


def precision_recall_curve(name: str, truth: np.ndarray, scores: np.ndarray) -> Curve:
    """The precision-recall curve with its average precision."""
    if not truth.any():
        return _none(name)
    x, y = precision_recall_points(truth, scores)
    return Curve(name, *_thinned(x, y), average_precision(x, y))


def one_vs_rest(
    truth: np.ndarray, scores: np.ndarray, names: tuple[str, ...]
) -> tuple[tuple[Curve, ...], tuple[Curve, ...]]:
    """ROC and precision-recall curves of each class against the rest, then micro and macro.

    ``truth`` int ``[N]``, ``scores`` ``[N, C]``. Micro takes each pair of sample and class as one
    answer; macro is the mean over the classes that have a curve, its ROC curve that of the true
    positive rates. Of two classes only the second is drawn: the first one's is its mirror.
    """
    hot = truth[:, None] == np.arange(scores.shape[1])
    chosen = (1,) if scores.shape[1] == 2 else range(scores.shape[1])
    rocs = [roc_curve(names[c], hot[:, c], scores[:, c]) for c in chosen]
    recalls = [precision_recall_curve(names[c], hot[:, c], scores[:, c]) for c in chosen]
    if scores.shape[1] > 2:
        flat = hot.ravel(), scores.ravel()
        rocs += [roc_curve("micro", *flat), _macro_roc(hot, scores)]
        recalls += [precision_recall_curve("micro", *flat), _macro_recall(recalls)]
    return tuple(rocs), tuple(recalls)


def _macro_roc(hot: np.ndarray, scores: np.ndarray) -> Curve:
    known = [c for c in range(hot.shape[1]) if hot[:, c].any() and not hot[:, c].all()]
    if not known:
        return _none("macro")
    points = [roc_points(hot[:, c], scores[:, c]) for c in known]
    area = float(np.mean([area_under(x, y) for x, y in points]))
    grid = np.linspace(0.0, 1.0, MOST_POINTS)
    mean = np.mean([_upper(grid, x, y) for x, y in points], axis=0)
    return Curve("macro", np.r_[0.0, grid], np.r_[0.0, mean], area)


def _upper(grid: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The curve at the grid's places; where it rises straight up, its upper end."""
    last = np.r_[x[1:] != x[:-1], True]
    return np.interp(grid, x[last], y[last])


def _macro_recall(curves: list[Curve]) -> Curve:
    """The mean of the classes' average precisions; a mean of such curves is no curve."""
    areas = [curve.area for curve in curves if np.isfinite(curve.area)]
    return Curve("macro", np.zeros(0), np.zeros(0), float(np.mean(areas)) if areas else np.nan)


def _counts(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """True and false positives at each threshold, from the highest score down."""
    order = np.argsort(-scores, kind="stable")
    ranked, right = scores[order], truth[order].astype(np.float64)
    last = np.r_[np.flatnonzero(ranked[1:] != ranked[:-1]), len(ranked) - 1]
    hits = np.cumsum(right)[last]
    return hits, 1.0 + last - hits


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most ``MOST_POINTS`` of a curve's points, both ends among them.

    They are spread along the way that the curve goes, since it may rise straight up.
    """
    if len(x) <= MOST_POINTS:
        return x, y
    way = np.r_[0.0, np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))]
    places = np.searchsorted(way, np.linspace(0.0, way[-1], MOST_POINTS))
    chosen = np.unique(np.r_[0, np.minimum(places, len(x) - 1), len(x) - 1])
    return x[chosen], y[chosen]


def _none(name: str) -> Curve:
    return Curve(name, np.zeros(0), np.zeros(0), np.nan)
