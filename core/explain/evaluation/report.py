"""Everything that an evaluation tells of one split, as values that can be sent and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.explain.evaluation.calibration import Calibration
from core.explain.evaluation.curves import Curve
from core.explain.evaluation.fit import RULE, Errors, FitHint
from core.explain.evaluation.regression import Regression
from core.explain.evaluation.robustness import Robustness
from core.explain.evaluation.samples import Sample
from core.explain.evaluation.sizes import SizeCurve
from core.explain.evaluation.slices import Slices
from core.explain.report import ClassReport

CLASSES, NUMBERS, OTHER = "classes", "numbers", ""


@dataclass(frozen=True, eq=False)
class Answers:
    """What was said of each measured place with a label: arrays ``[N]``.

    ``rows`` int32 count in the whole data set from 0; ``truth`` and ``predicted`` int32 are
    classes; ``confidence`` float32 is the probability of the predicted one (NaN where the loss has
    none); ``losses`` float32 are those of the rows.
    """

    rows: np.ndarray
    truth: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    losses: np.ndarray


@dataclass(frozen=True, eq=False)
class WrongSample:
    """A row with a high loss: what is true and what was said, in words."""

    sample: Sample
    true: str
    predicted: str
    confidence: float
    loss: float


@dataclass(frozen=True, eq=False)
class EvaluationReport:
    """How a network does on ``rows`` rows of a split that has ``rows_in_split``.

    ``kind`` says what is predicted: CLASSES, NUMBERS, or OTHER where only ``metrics`` are told.
    ``train`` and ``held_out`` are the errors that ``fit`` was told by, ``baseline`` that of the
    constant answer. ``columns`` are what the rows can be grouped by; ``by_class`` are the groups by
    the true class and ``by_column`` those that were asked for. ``answers`` may be a part of all.
    """

    split: str
    rows: int
    rows_in_split: int
    kind: str
    metrics: Mapping[str, float]
    baselines: Mapping[str, float]
    columns: tuple[str, ...]
    fit: FitHint
    train: Errors | None = None
    held_out: Errors | None = None
    baseline: float = 0.0
    classes: ClassReport | None = None
    rocs: tuple[Curve, ...] = ()
    recalls: tuple[Curve, ...] = ()
    calibration: Calibration | None = None
    regression: Regression | None = None
    by_class: Slices | None = None
    by_column: Slices | None = None
    robustness: Robustness | None = None
    answers: Answers | None = None
    wrongest: tuple[WrongSample, ...] = ()

    def to_json(self, size_curve: SizeCurve | None = None) -> dict[str, Any]:
        """Plain JSON values of what there is; long arrays are left out."""
        found: dict[str, Any] = {
            "kind": self.kind,
            "rows": self.rows,
            "rows_in_split": self.rows_in_split,
            "fit": {
                "kind": self.fit.kind,
                "reason": self.fit.reason,
                "remedies": list(self.fit.remedies),
                "rule": RULE,
            },
            "wrongest": [_wrong_json(wrong) for wrong in self.wrongest],
        }
        if self.rocs:
            found["roc"] = {curve.name: {"auc": curve.area} for curve in self.rocs}
            found["precision_recall"] = {
                curve.name: {"average_precision": curve.area} for curve in self.recalls
            }
        if self.calibration:
            found["calibration"] = {
                "expected_error": self.calibration.expected_error,
                "largest_error": self.calibration.largest_error,
                "counts": self.calibration.counts.tolist(),
                "confidence": self.calibration.confidence.tolist(),
                "accuracy": self.calibration.accuracy.tolist(),
            }
        if self.regression:
            names = ("r2", "mae", "rmse", "bias")
            found["regression"] = {name: getattr(self.regression, name) for name in names}
        if self.by_class:
            found["by_class"] = _slices_json(self.by_class)
        if self.by_column:
            found["by_column"] = _slices_json(self.by_column)
        if self.robustness:
            found["robustness"] = {
                "figure": self.robustness.figure,
                "rows": self.robustness.rows,
                **{
                    name: [list(p) for p in pairs] for name, pairs in self.robustness.scores.items()
                },
            }
        if size_curve:
            found["learning_curve"] = {
                "held_out": size_curve.held_out,
                "points": [
                    {"rows": p.rows, "train": p.train, "held_out": p.held_out}
                    for p in size_curve.points
                ],
            }
        return found


def _wrong_json(wrong: WrongSample) -> dict[str, Any]:
    return {
        "row": wrong.sample.row,
        "true": wrong.true,
        "predicted": wrong.predicted,
        "confidence": wrong.confidence,
        "loss": wrong.loss,
    }


def _slices_json(found: Slices) -> dict[str, Any]:
    return {
        "column": found.column,
        "groups": [vars(part) for part in found.slices],
        "fairness": [vars(part) for part in found.fairness],
    }
