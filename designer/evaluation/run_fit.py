"""The hint on over- and underfitting of a whole run, which knows its curve of validation losses."""

from __future__ import annotations

from dataclasses import replace

from core.explain.evaluation.fit import fit_hint
from core.explain.evaluation.report import EvaluationReport
from core.project.run_curves import curve
from core.project.runs import Run, RunStore


def with_curve(report: EvaluationReport, store: RunStore, run: Run) -> EvaluationReport:
    """A report of the last weights of a run, judged by its validation losses, too."""
    losses = curve(store, run, "validation", "loss").value
    if not report.kind or not len(losses):
        return report
    hint = fit_hint(report.train, report.held_out, report.baseline, losses.tolist())
    return replace(report, fit=hint)
