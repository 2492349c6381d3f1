"""The store of runs: what was trained, how it went, and where its files are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError, WorkError
from core.project.owner import is_alive, this_process
from core.project.run_tables import (
    DATABASE,
    insert_run,
    reading,
    remove_runs,
    select_runs,
    writing,
)

# What the folder beside a project is called.
FOLDER = ".layerloom"
# What the files in a run's folder are called.
SNAPSHOT = "design.loom"
WEIGHTS = "weights.safetensors"
CHECKPOINT = "checkpoint.safetensors"
RUNNING, INTERRUPTED, IMPORTED = "running", "interrupted", "imported"


@dataclass(frozen=True)
class Run:
    """One training.

    ``status`` is ``running``, or how it ended: ``epochs``, ``early_stopping``, ``interrupted`` or
    ``diverged``. A run whose process died counts as interrupted. A run that is ``imported`` was not
    trained here: it has the weights of another program's model. ``environment`` is what it was made
    with, and ``owner`` the process that trains it, as ``core.project.owner`` writes it down.
    """

    id: str
    project: str
    directory: Path
    created: str
    status: str
    summary: Mapping[str, Any]
    name: str = ""
    tags: tuple[str, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""

    @property
    def title(self) -> str:
        """What people call it: its name, or its id while it has none."""
        return self.name or self.id

    @property
    def has_weights(self) -> bool:
        """Whether any weights of it were saved, at its end or before."""
        return any((self.directory / name).is_file() for name in (WEIGHTS, CHECKPOINT))

    @property
    def snapshot(self) -> str:
        """The text of the design as it was trained. Raises InputError if it is gone."""
        try:
            return (self.directory / SNAPSHOT).read_text("utf-8")
        except OSError as error:
            raise InputError(f"run {self.id} has lost its files: {error}", "Train anew.") from None


@dataclass(frozen=True)
class Point:
    """One recorded figure. ``series`` is ``step``, ``train``, ``validation`` or ``layer``.

    A figure of a layer is called ``NODE.FIGURE``; see ``LayerFigures``.
    """

    step: int
    epoch: float
    series: str
    name: str
    value: float


class RunStore:
    """Runs under one folder: ``runs.sqlite`` and a folder of files for each run.

    Several processes may use one store at once.
    """

    def __init__(self, root: Path) -> None:
        """Nothing is written until a run is created."""
        self.root = root

    def create(
        self,
        project: str,
        design: str,
        directory: str = "",
        environment: Mapping[str, Any] | None = None,
    ) -> Run:
        """Begin a run of a design (project file text); ``directory`` is relative to the store.

        Raises WorkError if the store cannot be written.
        """
        now = datetime.now(UTC)
        try:
            key, folder = self._claim(now.strftime("%Y%m%d-%H%M%S"), directory)
            (folder / SNAPSHOT).write_text(design, "utf-8")
        except OSError as error:
            raise WorkError(
                f"the run cannot be kept in {self.root}: {error.strerror or error}",
                "Choose a folder that can be written, with --out on the command line.",
            ) from error
        place = folder.relative_to(self.root).as_posix()
        made = (key, project, place, now.isoformat(timespec="seconds"), RUNNING, "{}")
        with writing(self.root) as db:
            # A run whose folder is taken over has lost its files.
            gone = db.execute("SELECT id FROM runs WHERE directory = ?", (place,))
            remove_runs(db, [i for (i,) in gone.fetchall()])
            insert_run(db, (*made, "", "[]", json.dumps(environment or {}), this_process()))
        return self.get(key)

    def runs(self, project: str | None = None) -> list[Run]:
        """All runs, or those of one project, the newest first."""
        with reading(self.root) as db:
            found = [self._run(row) for row in select_runs(db)] if db else []
        return [r for r in found if project is None or r.project == project]

    def get(self, key: str) -> Run:
        """The run with this id, or the only one with this name. Raises InputError."""
        runs = self.runs()
        found = [r for r in runs if r.id == key] or [r for r in runs if key and r.name == key]
        if not found:
            known = ", ".join(r.id for r in runs[:3])
            hint = f"The last runs there are {known}." if known else "Train the design first."
            raise InputError(f"there is no run {key!r} in {self.root}", hint)
        if len(found) > 1:
            ids = ", ".join(r.id for r in found)
            raise InputError(f"{len(found)} runs are called {key!r}", f"Name one by its id: {ids}.")
        return found[0]

    def record(self, run: Run, points: Iterable[Point]) -> None:
        """Append figures to a run."""
        rows = [(run.id, p.step, p.epoch, p.series, p.name, p.value) for p in points]
        with writing(self.root) as db:
            db.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)

    def forget_after(self, run: Run, step: int) -> None:
        """Drop figures of steps that a resumed run does again."""
        with writing(self.root) as db:
            db.execute("DELETE FROM metrics WHERE run = ? AND step > ?", (run.id, step))

    def points(self, run: Run) -> list[Point]:
        """All recorded figures of a run, in order."""
        query = "SELECT step, epoch, series, name, value FROM metrics WHERE run = ? ORDER BY rowid"
        with reading(self.root) as db:
            rows = db.execute(query, (run.id,)).fetchall() if db else []
        return [Point(s, e, k, n, float("nan") if v is None else v) for s, e, k, n, v in rows]

    def set_status(self, run: Run, status: str, summary: Mapping[str, Any] | None = None) -> None:
        """Say how a run stands, with its summary once it is over.

        A run that is ``running`` is this process' own.
        """
        owner = this_process() if status == RUNNING else ""
        with writing(self.root) as db:
            db.execute(
                "UPDATE runs SET status = ?, owner = ? WHERE id = ?", (status, owner, run.id)
            )
            if summary is not None:
                db.execute(
                    "UPDATE runs SET summary = ? WHERE id = ?", (json.dumps(summary), run.id)
                )

    def take_over(self, other: RunStore, run: Run, project: str) -> Run:
        """Copy a run with its files and figures from another store. Raises WorkError."""
        made = self.create(project, run.snapshot, environment=run.environment)
        try:
            shutil.copytree(run.directory, made.directory, dirs_exist_ok=True)
        except OSError as error:
            raise WorkError(f"run {run.id} could not be copied to {self.root}: {error}") from error
        self.record(made, other.points(run))
        self.set_status(made, run.status, run.summary)
        with writing(self.root) as db:
            db.execute(
                "UPDATE runs SET name = ?, tags = ? WHERE id = ?",
                (run.name, json.dumps(run.tags), made.id),
            )
        return self.get(made.id)

    def _run(self, row: tuple[str, ...]) -> Run:
        key, project, place, created, status, summary, name, tags, environment, owner = row
        if status == RUNNING and not is_alive(owner):
            status, owner = INTERRUPTED, ""
        try:
            kept, made_with = json.loads(summary), json.loads(environment)
            words = tuple(str(tag) for tag in json.loads(tags))
        except (ValueError, TypeError) as error:
            raise WorkError(
                f"the run store {self.root / DATABASE} is damaged at run {key}: {error}",
                "Move it away to begin a new one.",
            ) from error
        folder = self.root / place
        return Run(key, project, folder, created, status, kept, name, words, made_with, owner)

    def _claim(self, wanted: str, directory: str) -> tuple[str, Path]:
        """A free id and its folder; processes that ask at once get different ones.

        Raises OSError.
        """
        taken = {r.id for r in self.runs()}
        key, number = wanted, 2
        while True:
            folder = self.root / (directory or f"runs/{key}")
            try:
                if key not in taken:
                    folder.mkdir(parents=True, exist_ok=bool(directory))
                    return key, folder
            except FileExistsError:
                if folder.is_file():
                    raise
            key, number = f"{wanted}-{number}", number + 1


def store_of(project: Path) -> RunStore:
    """The store beside a project file."""
    return RunStore(project.parent / FOLDER)


def find_run(project: Path, wanted: str = "") -> tuple[RunStore, Run]:
    """The run with an id, in a folder, or (empty) the newest of a project.

    Raises InputError when there is none.
    """
    place = Path(wanted)
    if wanted and place.is_dir():
        if (place / DATABASE).is_file():
            store = RunStore(place)
            runs = store.runs()
        else:
            store = RunStore(place.resolve().parent.parent)
            runs = [r for r in store.runs() if r.id == place.resolve().name]
    else:
        store = store_of(project)
        runs = [store.get(wanted)] if wanted else store.runs(project.stem)
    if not runs:
        where = f"in {wanted}" if wanted else f"of {project}"
        raise InputError(f"there is no run {where}", f"Train it: layerloom train {project}")
    return store, runs[0]
