"""The sections of the page: each turns a part of the report into HTML, or says why not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from core.explain.evaluation.curves import Curve
from core.explain.evaluation.fit import RULE
from core.explain.evaluation.report import EvaluationReport, WrongSample
from core.explain.evaluation.robustness import TITLES
from core.explain.evaluation.sizes import SizeCurve
from core.explain.evaluation.slices import Slices
from core.figure_titles import figure_title
from designer.evaluation import definitions
from designer.evaluation.html.charts import chart, matrix
from designer.evaluation.html.picture_uri import png_uri
from designer.evaluation.shared import (
    AVERAGES,
    BASELINE,
    DRAWN_CURVES,
    NO_CLASSES,
    NO_NUMBERS,
    NO_PROBABILITIES,
    NO_TARGET,
    robustness_lines,
)
from widgets.plots.xy_line import XYLine


class Missing(str):
    """Why a section has nothing."""

    __slots__ = ()


def summary(report: EvaluationReport) -> str:
    """All figures with their definitions, and the hint on the fit."""
    rows = [
        (figure_title(name), number(value), definitions.definition(name))
        for name, value in report.metrics.items()
    ]
    rows += [
        (f"Baseline: {figure_title(name)}", number(value), BASELINE)
        for name, value in report.baselines.items()
    ]
    return _explained(rows) + fit(report)


def fit(report: EvaluationReport) -> str:
    """Whether it over- or underfits, why, and what to do."""
    hint = report.fit
    remedies = "".join(f"<li>{escape(text)}</li>" for text in hint.remedies)
    title = {"good": "No sign of over- or underfitting"}.get(hint.kind, hint.kind.capitalize())
    listed = f"<ul>{remedies}</ul>" if remedies else ""
    return (
        f'<div class="hint {hint.kind}"><strong>{escape(title)}</strong>'
        f"<p>{escape(hint.reason[:1].upper() + hint.reason[1:])}</p>{listed}</div>{about(RULE)}"
    )


def confusion(report: EvaluationReport) -> str:
    """The grid."""
    if report.classes is None:
        return Missing(NO_CLASSES)
    grid = matrix(report.classes.classes, report.classes.confusion)
    return f'{about(definitions.CONFUSION)}<div class="scroll">{grid}</div>'


def classes(report: EvaluationReport) -> str:
    """Precision, recall and F1 of each class."""
    found = report.classes
    if found is None:
        return Missing(NO_CLASSES)
    losses = {part.name: part.loss for part in report.by_class.slices} if report.by_class else {}
    rows = [
        (
            name,
            str(int(found.confusion[i].sum())),
            *(number(v[i]) for v in (found.precision, found.recall, found.f1)),
            number(losses.get(name, math.nan)),
        )
        for i, name in enumerate(found.classes)
    ]
    heads = ("Class", "#Samples", "#Precision", "#Recall", "#F1", "#Mean loss")
    return about(definitions.CLASSES) + table(heads, rows)


def curves(report: EvaluationReport) -> str:
    """ROC and precision-recall curves, with the areas under them."""
    if not report.rocs:
        return Missing(NO_CLASSES)
    corner = ((0.0, 1.0), (0.0, 1.0))
    drawn = _chosen(report.rocs), _chosen(report.recalls)
    pictures = (
        chart(drawn[0], "False positive rate", "True positive rate", *corner, diagonal=True),
        chart(drawn[1], "Recall", "Precision", *corner),
    )
    areas = {curve.name: curve.area for curve in report.recalls}
    rows = [(c.name, number(c.area), number(areas.get(c.name, math.nan))) for c in report.rocs]
    heads = ("Class", "#AUC", "#Average precision")
    return about(definitions.CURVES) + _row(*pictures) + table(heads, rows)


def calibration(report: EvaluationReport) -> str:
    """The reliability diagram with its errors."""
    found = report.calibration
    if found is None:
        return Missing(NO_PROBABILITIES)
    dots = XYLine("", found.confidence, found.accuracy, marked=True)
    edges = np.linspace(0, 1, len(found.counts) + 1)
    corner = ((0.0, 1.0), (0.0, 1.0))
    pictures = (
        chart([dots], "Confidence", "Accuracy", *corner, diagonal=True),
        chart([], "Confidence", "Samples", corner[0], bars=(edges, found.counts)),
    )
    rows = [
        ("Expected calibration error", number(found.expected_error), "expected_error"),
        ("Largest calibration error", number(found.largest_error), "largest_error"),
    ]
    told = [(name, value, definitions.definition(key)) for name, value, key in rows]
    return about(definitions.CALIBRATION) + _row(*pictures) + _explained(told)


def regression(report: EvaluationReport) -> str:
    """Residuals against predictions, their histogram, and the figures."""
    found = report.regression
    if found is None:
        return Missing(NO_NUMBERS)
    dots = XYLine("", found.predicted, found.residuals, marked=True, bare=True)
    pictures = (
        chart([dots], "Predicted", "Residual"),
        chart([], "Residual", "Samples", bars=(found.edges, found.counts)),
    )
    rows = [
        (figure_title(name), number(getattr(found, name)), definitions.definition(name))
        for name in ("r2", "mae", "rmse", "bias")
    ]
    return about(definitions.REGRESSION) + _row(*pictures) + _explained(rows)


def slices(report: EvaluationReport) -> str:
    """The groups by the chosen column, and how far they are treated alike."""
    found = report.by_column
    if found is None:
        return Missing("No column was chosen to group the rows by (--slice).")
    score = "Mean absolute error" if report.regression else "Accuracy"
    groups = [(s.name, f"{s.size:,}", number(s.score), number(s.loss)) for s in found.slices]
    return (
        about(definitions.SLICES)
        + f"<h3>By {escape(found.column)}</h3>"
        + table(("Group", "#Samples", f"#{score}", "#Mean loss"), groups)
        + _fairness(found)
    )


def robustness(report: EvaluationReport) -> str:
    """The figure by how much the inputs were changed."""
    found = report.robustness
    if found is None:
        return Missing("Not measured (--robustness).")
    y_range = (0.0, 1.0) if found.figure == "accuracy" else None
    rows = [
        (TITLES[kind], f"{size:g}", number(value))
        for kind, pairs in found.scores.items()
        for size, value in pairs
    ]
    picture = chart(
        robustness_lines(found),
        "Size, in deviations of the inputs",
        figure_title(found.figure),
        y_range=y_range,
    )
    return (
        about(f"{definitions.ROBUSTNESS} Measured on {found.rows:,} rows.")
        + f'<div class="row"><figure>{picture}</figure>'
        + table(("Change", "#Size", f"#{figure_title(found.figure)}"), rows)
        + "</div>"
    )


def learning_curve(found: SizeCurve | None) -> str:
    """The figures by the number of training rows."""
    if found is None:
        return Missing("Not trained (--learning-curve).")
    name = next(n for n in ("accuracy", "rmse", "loss") if n in found.points[0].held_out)
    rows = np.array([float(p.rows) for p in found.points])
    lines = [
        XYLine(title, rows, np.array([part.get(name, math.nan) for part in parts]), marked=True)
        for title, parts in (
            ("training rows", [p.train for p in found.points]),
            (f"{found.held_out} rows", [p.held_out for p in found.points]),
        )
    ]
    cells = [
        (f"{p.rows:,}", number(p.train.get(name, math.nan)), number(p.held_out[name]))
        for p in found.points
    ]
    heads = ("#Training rows", "#On those", f"#{found.held_out.capitalize()}")
    return (
        about(definitions.LEARNING_CURVE)
        + f'<div class="row"><figure>{chart(lines, "Training rows", figure_title(name))}</figure>'
        + table(heads, cells)
        + "</div>"
    )


def training(curves: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> str:
    """The loss by epoch."""
    lines = [XYLine(name, x, y) for name, (x, y) in curves.items() if len(x) > 1]
    if not lines:
        return Missing("The run has no recorded curves.")
    return f"<figure>{chart(lines, 'Epoch', 'Loss')}</figure>"


def wrongest(report: EvaluationReport) -> str:
    """Cards of the rows with the highest loss."""
    if not report.wrongest:
        return Missing(NO_TARGET)
    cards = "".join(map(_card, report.wrongest))
    return f'{about(definitions.WRONGEST)}<div class="samples">{cards}</div>'


def facts(values: Mapping[str, Any]) -> str:
    """Names and values, such as a recipe or an environment."""
    rows = list(_flat(values))
    return table(("Name", "Value"), rows) if rows else Missing("Nothing is recorded.")


def number(value: float) -> str:
    """Four decimals, or four digits of what is large or tiny."""
    if not math.isfinite(value):
        return "–"
    return f"{value:.4f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.4g}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], last_is_about: bool = False) -> str:
    """A table; a heading with ``#`` in front is that of numbers."""
    kinds = [' class="n"' if head.startswith("#") else "" for head in heads]
    if last_is_about:
        kinds[-1] = ' class="about"'
    pairs = zip(heads, kinds, strict=True)
    top = "".join(f"<th{kind}>{escape(head.lstrip('#'))}</th>" for head, kind in pairs)
    body = "".join(
        "<tr>"
        + "".join(f"<td{k}>{escape(cell)}</td>" for cell, k in zip(row, kinds, strict=True))
        + "</tr>"
        for row in rows
    )
    head = f"<thead><tr>{top}</tr></thead>"
    return f'<div class="scroll"><table>{head}<tbody>{body}</tbody></table></div>'


def about(text: str) -> str:
    """A definition in small print."""
    return f'<p class="about">{escape(text)}</p>'


def missing(sections: Mapping[str, Missing]) -> str:
    """The sections that have nothing, by title, and why."""
    return table(("Section", "Why"), [(title, str(why)) for title, why in sections.items()])


def _row(*pictures: str) -> str:
    """Pictures beside each other, where there is room."""
    return f'<div class="row">{"".join(f"<figure>{p}</figure>" for p in pictures)}</div>'


def _explained(rows: Sequence[tuple[str, str, str]]) -> str:
    """A table of figures, each with its value and what it is."""
    return table(("Figure", "#Value", "What it is"), rows, last_is_about=True)


def _chosen(curves: Sequence[Curve]) -> list[XYLine]:
    """Those with points; of very many classes only the averages are drawn."""
    found = [curve for curve in curves if len(curve.x)]
    if len(found) > DRAWN_CURVES:
        found = [curve for curve in found if curve.name in AVERAGES]
    return [XYLine(curve.name, curve.x, curve.y) for curve in found]


def _fairness(found: Slices) -> str:
    if not found.fairness:
        return ""
    rows = [
        (f.outcome, number(f.demographic_parity), number(f.equal_opportunity))
        for f in found.fairness
    ]
    told = " ".join(
        f"{title}: {definitions.FIGURES[key]}"
        for title, key in (
            ("Demographic parity difference", "demographic_parity"),
            ("Equal opportunity difference", "equal_opportunity"),
        )
    )
    heads = ("Class", "#Demographic parity difference", "#Equal opportunity difference")
    return "<h3>Fairness</h3>" + about(told) + table(heads, rows)


def _card(wrong: WrongSample) -> str:
    sample = wrong.sample
    shown = escape(sample.text)
    if sample.picture is not None:
        uri = png_uri(sample.picture)
        shown = f'<img src="{uri}" alt="Row {sample.row}">'
    sure = "" if math.isnan(wrong.confidence) else f" ({wrong.confidence:.0%})"
    lines = (
        f"<strong>Row {sample.row}</strong>",
        f"true: {escape(wrong.true)}",
        f"predicted: {escape(wrong.predicted)}{sure}",
        f"loss {number(wrong.loss)}",
    )
    return f'<div class="sample">{shown}<div>{"<br>".join(lines)}</div></div>'


def _flat(values: Mapping[str, Any], before: str = "") -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif value not in (None, "", [], ()):
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            yield f"{before}{name}", shown
