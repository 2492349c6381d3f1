"""The network of another run as a teacher: what it says of every row is a column of the data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from core.compile.plan import make_plan
from core.data.binding import DataBinding, source_of
from core.design.analysis import analyse
from core.design.document import Design
from core.errors import InputError
from core.project.file import from_text
from core.project.runs import FOLDER, Run, RunStore
from core.tensor import Tensor

COLUMN = "teacher"


def teacher_run(folder: Path, wanted: str) -> Run:
    """The run with this id in the store of a project's folder. Raises InputError."""
    try:
        return RunStore(folder / FOLDER).get(wanted)
    except InputError as error:
        raise InputError(f"data: the teacher is missing: {error.message}", error.hint) from error


def teacher_column(binding: DataBinding, folder: Path, columns: Mapping[str, Tensor]) -> Tensor:
    """What the teacher of a binding says of a row; ``columns`` are those of the data itself.

    Found without computing anything. Raises InputError where the run is not there, was trained on
    other data, or predicts something of no fixed shape.
    """
    run = teacher_run(folder, binding.teacher)
    if COLUMN in columns:
        raise InputError(
            f"data: there is a column called {COLUMN!r} already",
            "Rename it in the file, or take the teacher away in the data panel.",
        )
    design = from_text(run.snapshot, f"the design of run {run.id}")
    check_same_source(binding, design, run.id)
    return _said(design)


def check_same_source(binding: DataBinding, design: Design, run: str) -> None:
    """Raise InputError unless a run's design has the rows that a binding has."""
    if not same_rows(DataBinding.from_json(design.data or {}), binding):
        raise InputError(
            f"data: the teacher, run {run}, was trained on other data, "
            "so its rows are not those of this design",
            "Choose a run that was trained on the same source with the same parameters.",
        )


def same_rows(one: DataBinding, other: DataBinding) -> bool:
    """Whether two bindings have the same rows: one source with the same parameters."""
    try:
        return source_of(one) == source_of(other)
    except InputError:
        return False


def _said(design: Design) -> Tensor:
    analysis = analyse(design)
    plan = make_plan(analysis)
    return analysis.outputs()[plan.shown.prediction]
