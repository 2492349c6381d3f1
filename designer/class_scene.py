"""A plot of points beside its legend, and what both show of the verdicts on samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.explain.verdicts import Verdicts
from widgets.plots.class_legend import ClassLegend

WRONG = ("wrong", "taken for another")
_SIDE = 132


def fill_legend(
    legend: ClassLegend, verdicts: Verdicts, notes: Sequence[tuple[str, str]] = ()
) -> None:
    """Name the classes or the range of values."""
    told = [*notes, *([WRONG] if verdicts.wrong is not None else [])]
    if verdicts.truth is None:
        legend.show_classes("", (), told)
    elif verdicts.classes:
        legend.show_classes(verdicts.title, verdicts.classes, told)
    else:
        low, high = float(np.nanmin(verdicts.truth)), float(np.nanmax(verdicts.truth))
        legend.show_range(verdicts.title, f"{low:.3g}", f"{high:.3g}", told)


def truths(verdicts: Verdicts) -> tuple[np.ndarray | None, np.ndarray | None]:
    """The true classes ``[N]`` and values ``[N]`` as a ``Scene`` takes them; one is None."""
    return (verdicts.truth, None) if verdicts.classes else (None, verdicts.truth)


def with_side(plot: QWidget, legend: ClassLegend, *below: QWidget) -> QWidget:
    """A plot with a narrow column at its right: the legend, and what stands below it."""
    side = QWidget()
    side.setFixedWidth(_SIDE)
    column = QVBoxLayout(side)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    column.addWidget(legend, 1)
    for part in below:
        column.addWidget(part)
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(10, 2, 10, 2)
    row.setSpacing(12)
    row.addWidget(plot, 1)
    row.addWidget(side)
    return whole


def verdict_words(verdicts: Verdicts, number: int) -> str:
    """The true and the predicted class or value of a sample, a line each."""
    lines = []
    if verdicts.truth is not None:
        lines.append(f"True {_name(verdicts, verdicts.truth[number])}")
    if verdicts.predicted is not None:
        wrong = verdicts.wrong is not None and bool(verdicts.wrong[number])
        mark = ", wrong" if wrong else ""
        lines.append(f"Predicted {_name(verdicts, verdicts.predicted[number])}{mark}")
    return "\n".join(lines)


def wrong_words(verdicts: Verdicts) -> str:
    """How many samples are wrong; empty where that means nothing."""
    if verdicts.wrong is None:
        return ""
    return f"{int(verdicts.wrong.sum())} of {len(verdicts.wrong)} wrong"


def _name(verdicts: Verdicts, value: float) -> str:
    if not verdicts.classes:
        return f"{value:.4g}"
    return verdicts.classes[int(value)] if value >= 0 else "not known"
