"""What the page tells of a run beside its figures."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from core.design.analysis import Analysis
from core.design.outlook import outlook
from core.project.run_curves import curve
from core.project.runs import Run, RunStore
from designer.cli.exports.picture import draw
from designer.evaluation.html.page import About

# The picture of a larger design could not be read.
_MOST_NODES = 150


def about_run(store: RunStore, run: Run, analysis: Analysis) -> About:
    """Read a run's record, and draw its design. Needs a Qt application."""
    curves: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for series, title in (("train", "training loss"), ("validation", "validation loss")):
        found = curve(store, run, series, "loss")
        curves[title] = (found.epoch, found.value)
    small = len(analysis.design.nodes) <= _MOST_NODES
    return About(
        analysis.design.name or run.project,
        run.title,
        run.created,
        analysis.recipe.to_json(),
        run.environment,
        curves,
        _pictures(analysis) if small else None,
    )


def _pictures(analysis: Analysis) -> tuple[bytes, bytes]:
    """SVG files for light and dark pages."""
    shown = outlook(analysis, analysis.design, ())
    with TemporaryDirectory(prefix="layerloom-") as folder:
        path = Path(folder) / "design.svg"
        made = []
        for theme in ("light", "dark"):
            draw(shown, path, "svg", theme)
            made.append(path.read_bytes())
    return made[0], made[1]
