"""Begins, resumes and reopens runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.compile.figures import unknown
from core.design.document import Design
from core.design.unfolding import flatten
from core.errors import InputError
from core.project.environment import environment
from core.project.file import SUFFIX, from_text, load, to_text
from core.project.runs import IMPORTED, Run, RunStore
from core.train.checkpoint import load_weights
from core.train.commands import LoadRun, Train
from core.train.early_stopping import EarlyStopping
from core.train.initial_weights import source, started
from core.train.job import Job
from core.train.training import Training


def begin(command: Train) -> Training:
    """The training that a command asks for. Raises InputError or WorkError."""
    design = from_text(command.design, command.project)
    store = RunStore(Path(command.store))
    run = store.get(command.resume) if command.resume else None
    return start(design, Path(command.folder), store, command.project, run, command.device)


def start(
    design: Design,
    folder: Path,
    store: RunStore,
    project: str,
    resume: Run | None = None,
    device: str = "auto",
    directory: str = "",
    devices: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Training:
    """A new run of a design, or the rest of an earlier one.

    ``folder`` is where the design's data paths count from; ``directory`` where in the store the run
    is kept; ``devices`` as in ``Job.of``; ``tell`` is told which of
    the initial weights fit. Raises InputError when the design has errors, monitors what is not
    there, or does not fit the run it shall resume.
    """
    if resume:
        if resume.status == IMPORTED:
            raise InputError(
                f"run {resume.id} was imported, so there is no training to go on with",
                "Train without --resume; training starts from the imported weights.",
            )
        check_resumable(design, resume)
    job = Job.of(design, folder, device, devices)
    EarlyStopping.of(job.program.recipe).check(unknown(job.program.rules))
    wanted = job.program.recipe.initial_weights
    state = None
    if wanted and not resume:
        given = source(wanted, folder, store)
        state, found = started(job, given, wanted)
        tell(f"weights of {wanted}: {found.to_text()}")
    made_with = environment(job.placement.title, job.placement.devices[0].device_kind)
    run = resume or store.create(project, to_text(design), directory, made_with)
    return Training.begin(job, store, run, resume is not None, state)


def reopen(command: LoadRun) -> Training:
    """An earlier run with its weights, to look at. Raises InputError."""
    run = RunStore(Path(command.store)).get(command.run)
    return load_run(RunStore(Path(command.store)), run, Path(command.folder))


def load_run(store: RunStore, run: Run, folder: Path, device: str = "auto") -> Training:
    """A run with its final weights; it is not trained on. Raises InputError."""
    design = _design_of(run, folder)
    job = Job.of(design, folder, device)
    state = load_weights(run.directory, job.program)
    steps = int(run.summary.get("steps", 0))
    return Training(job, store, run, state, step=steps)


def _design_of(run: Run, folder: Path) -> Design:
    """The design that was trained; of an imported one, as it is now, with the data that it got."""
    project = folder / f"{Path(run.project).stem}{SUFFIX}"
    if run.status == IMPORTED and project.is_file():
        return load(project)
    return from_text(run.snapshot, f"the design of run {run.id}")


def check_resumable(design: Design, run: Run) -> None:
    """Raise InputError if what a run was trained on has changed since."""
    before = trained_parts(from_text(run.snapshot, f"the design of run {run.id}"))
    now = trained_parts(design)
    for part, value in before.items():
        if value != now[part]:
            raise InputError(
                f"the design's {part} changed since run {run.id} was made",
                "Train anew, or undo the changes.",
            )


def trained_parts(design: Design) -> dict[str, Any]:
    """What must stay as it is for weights to fit, by what people call it; groups are unfolded."""
    flat = flatten(design)
    return {
        "nodes": list(flat.design.nodes.values()),
        "wires": list(flat.design.wires.items()),
        "shared weights": flat.ties,
        "data": design.data,
    }
