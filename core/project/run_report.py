"""How runs went, in plain figures: for lists, for tables, and side by side for two of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.design.difference import Difference, design_differences, value_differences
from core.project.run_acts import design_of
from core.project.run_tables import reading
from core.project.runs import Run, RunStore

# What people call the ways in which a run stands.
STATUS_WORDS: Mapping[str, str] = {
    "running": "running",
    "epochs": "done",
    "early_stopping": "stopped early",
    "interrupted": "interrupted",
    "diverged": "diverged",
    "imported": "imported",
}
SPLITS = ("train", "validation", "test")
Figures = Mapping[str, Mapping[str, float | None]]


@dataclass(frozen=True)
class Report:
    """A run and how it went: ``figures`` are the last ones, by split and name.

    ``epochs``, ``steps`` and ``seconds`` are None where nothing tells of them.
    """

    run: Run
    epochs: int | None
    steps: int | None
    seconds: float | None
    figures: Figures

    @property
    def status(self) -> str:
        """How it stands, in words."""
        return STATUS_WORDS.get(self.run.status, self.run.status)

    @property
    def device(self) -> str:
        """What it was trained on, empty where nothing tells of it."""
        return str(self.run.summary.get("device") or self.run.environment.get("device") or "")

    def to_json(self) -> dict[str, Any]:
        """As the command line tells it."""
        run = self.run
        return {
            "id": run.id,
            "name": run.name,
            "project": run.project,
            "created": run.created,
            "status": run.status,
            "tags": list(run.tags),
            "directory": str(run.directory),
            "device": self.device,
            "epochs": self.epochs,
            "steps": self.steps,
            "seconds": self.seconds,
            **{split: dict(self.figures.get(split, {})) for split in SPLITS},
            "environment": dict(run.environment),
        }


def reports(store: RunStore, project: str | None = None) -> list[Report]:
    """All runs of a store, or those of one project, the newest first. Raises WorkError."""
    return [report(store, run) for run in store.runs(project)]


def report(store: RunStore, run: Run) -> Report:
    """How a run went; of one without a summary, the figures that were recorded last."""
    told = run.summary
    if told:
        figures = {split: told.get(split) or {} for split in SPLITS}
        return Report(run, told.get("epochs"), told.get("steps"), told.get("seconds"), figures)
    return _unfinished(store, run)


def run_differences(store: RunStore, one: Run, other: Run) -> list[Difference]:
    """The rows in which two runs differ: design, recipe, environment and final figures.

    Raises InputError for a run that has lost its design.
    """
    ends = report(store, one), report(store, other)
    figures = ({"epochs": r.epochs, "steps": r.steps, **r.figures} for r in ends)
    return [
        *design_differences(design_of(one), design_of(other)),
        *value_differences("environment", one.environment, other.environment),
        *value_differences("figures", *figures),
    ]


def _unfinished(store: RunStore, run: Run) -> Report:
    """What the recorded figures tell. With MAX, SQLite takes the other columns from that row."""
    query = (
        "SELECT series, name, MAX(step), epoch, value FROM metrics "
        "WHERE run = ? AND series IN ('train', 'validation') GROUP BY series, name"
    )
    with reading(store.root) as db:
        rows = db.execute(query, (run.id,)).fetchall() if db else []
    figures: dict[str, dict[str, float | None]] = {}
    for series, name, _, _, value in rows:
        figures.setdefault(series, {})[name] = value
    epochs = max((int(epoch) for *_, epoch, _ in rows), default=None)
    steps = max((int(step) for _, _, step, _, _ in rows), default=None)
    return Report(run, epochs, steps, None, figures)
