"""The recorded figures of a run as curves over its epochs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.project.run_tables import reading
from core.project.runs import Run, RunStore


@dataclass(frozen=True, eq=False)
class Curve:
    """One figure over a run: ``epoch``, ``step`` and ``value``, float64 of one length.

    A value that was not finite is NaN.
    """

    epoch: np.ndarray
    step: np.ndarray
    value: np.ndarray


def recorded(store: RunStore, run: Run) -> dict[str, list[str]]:
    """Which figures were recorded, in their order: by ``series``, the names."""
    query = "SELECT DISTINCT series, name FROM metrics WHERE run = ?"
    with reading(store.root) as db:
        rows = db.execute(query, (run.id,)).fetchall() if db else []
    found: dict[str, list[str]] = {}
    for series, name in rows:
        found.setdefault(series, []).append(name)
    return found


def curve(store: RunStore, run: Run, series: str, name: str) -> Curve:
    """One figure of a run; of length 0 if it was not recorded."""
    query = (
        "SELECT epoch, step, value FROM metrics WHERE run = ? AND series = ? AND name = ? "
        "ORDER BY step, rowid"
    )
    with reading(store.root) as db:
        rows = db.execute(query, (run.id, series, name)).fetchall() if db else []
    columns = np.array(rows, np.float64).reshape(-1, 3)
    return Curve(columns[:, 0], columns[:, 1], columns[:, 2])
