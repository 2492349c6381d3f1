"""Puts the sections together to one page without scripts, links or fonts from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

import numpy as np

from core.explain.evaluation.report import EvaluationReport
from core.explain.evaluation.sizes import SizeCurve
from designer.evaluation.html import sections
from designer.evaluation.html.picture_uri import svg_uri
from designer.evaluation.html.style import style_sheet


@dataclass(frozen=True, eq=False)
class About:
    """What is told beside the figures: of which run, how it was made, and how the design looks.

    ``created`` is a time in ISO form. ``curves`` are losses by epoch; ``pictures`` are SVG files
    of the design for light and dark pages, or none.
    """

    project: str
    run: str
    created: str
    recipe: Mapping[str, Any]
    environment: Mapping[str, Any]
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    pictures: tuple[bytes, bytes] | None = None


def page(report: EvaluationReport, about: About, size_curve: SizeCurve | None = None) -> str:
    """The HTML of a report."""
    parts = {
        "Figures": sections.summary(report),
        "Confusion matrix": sections.confusion(report),
        "Classes": sections.classes(report),
        "Curves": sections.curves(report),
        "Calibration": sections.calibration(report),
        "Regression": sections.regression(report),
        "Slices": sections.slices(report),
        "Robustness": sections.robustness(report),
        "Learning curve": sections.learning_curve(size_curve),
        "Training": sections.training(about.curves),
        "Wrongest samples": sections.wrongest(report),
        "Design": _design(about.pictures),
        "Recipe": sections.facts(about.recipe),
        "Environment": sections.facts(about.environment),
    }
    missing = {t: why for t, why in parts.items() if isinstance(why, sections.Missing)}
    parts = {title: part for title, part in parts.items() if title not in missing}
    if missing:
        parts["Not in this report"] = sections.missing(missing)
    keys = {title: title.lower().replace(" ", "-") for title in parts}
    links = "".join(f'<a href="#{keys[title]}">{title}</a>' for title in parts)
    body = "".join(
        f'<section id="{keys[title]}"><h2>{title}</h2>{content}</section>'
        for title, content in parts.items()
    )
    rows = f"{report.rows_in_split:,} rows"
    if report.rows < report.rows_in_split:
        rows = f"{report.rows:,} of {rows}, evenly spread"
    name = escape(about.project)
    made = datetime.fromisoformat(about.created).astimezone()
    told = (
        f"Run {about.run}, made {made:%Y-%m-%d %H:%M}. {report.split.capitalize()} split, {rows}."
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{name}: evaluation</title><style>{style_sheet()}</style></head>"
        f"<body><main><h1>{name}</h1><p>{escape(told)}</p><nav>{links}</nav>{body}</main></body>"
        "</html>\n"
    )


def _design(pictures: tuple[bytes, bytes] | None) -> str:
    if pictures is None:
        return sections.Missing("The design is too large to be drawn here.")
    light, dark = map(svg_uri, pictures)
    return (
        '<div class="scroll"><picture>'
        f'<source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img class="design" src="{light}" alt="The design"></picture></div>'
    )
