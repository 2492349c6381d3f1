"""The store of runs: what was trained, how it went, and where its files are."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import InputError, WorkError

# What the store beside a project is called.
FOLDER = ".layerloom"
DATABASE = "runs.sqlite"
SNAPSHOT = "design.loom"
IMPORTED = "imported"

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, project TEXT NOT NULL, directory TEXT NOT NULL, created TEXT NOT NULL,
    status TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS metrics (
    run TEXT NOT NULL, step INTEGER NOT NULL, epoch REAL NOT NULL, series TEXT NOT NULL,
    name TEXT NOT NULL, value REAL);
CREATE INDEX IF NOT EXISTS metrics_of_run ON metrics (run, series, name, step);
"""


@dataclass(frozen=True)
class Run:
    """One training. ``status`` is ``running``, ``epochs``, ``interrupted`` or ``diverged``.

    A run that is ``imported`` was not trained here: it has the weights of another program's model.
    """

    id: str
    project: str
    directory: Path
    created: str
    status: str
    summary: Mapping[str, Any]

    @property
    def snapshot(self) -> str:
        """The text of the design as it was trained. Raises InputError if it is gone."""
        try:
            return (self.directory / SNAPSHOT).read_text("utf-8")
        except OSError as error:
            raise InputError(f"run {self.id} has lost its files: {error}", "Train anew.") from None


@dataclass(frozen=True)
class Point:
    """One recorded figure. ``series`` is ``step``, ``train`` or ``validation``."""

    step: int
    epoch: float
    series: str
    name: str
    value: float


class RunStore:
    """Runs under one folder: ``runs.sqlite`` and a folder of files for each run."""

    def __init__(self, root: Path) -> None:
        """Nothing is written until a run is created."""
        self.root = root

    def create(self, project: str, design: str, directory: str = "") -> Run:
        """Begin a run of a design (project file text); ``directory`` is relative to the store.

        Raises WorkError if the store cannot be written.
        """
        now = datetime.now(UTC)
        try:
            key, folder = self._claim(now.strftime("%Y%m%d-%H%M%S"), directory)
            run = Run(key, project, folder, now.isoformat(timespec="seconds"), "running", {})
            (run.directory / SNAPSHOT).write_text(design, "utf-8")
        except OSError as error:
            raise WorkError(
                f"the run cannot be kept in {self.root}: {error.strerror or error}",
                "Choose a folder that can be written, with --out on the command line.",
            ) from error
        with self._database() as db:
            place = run.directory.relative_to(self.root).as_posix()
            # A run whose folder is taken over has lost its files.
            gone = [i for (i,) in db.execute("SELECT id FROM runs WHERE directory = ?", (place,))]
            for table, column in (("metrics", "run"), ("runs", "id")):
                db.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(i,) for i in gone])
            db.execute(
                "INSERT INTO runs VALUES (?, ?, ?, ?, ?, '{}')",
                (run.id, project, place, run.created, run.status),
            )
        return run

    def runs(self, project: str | None = None) -> list[Run]:
        """All runs, or those of one project, the newest first."""
        if not (self.root / DATABASE).is_file():
            return []
        with self._database() as db:
            rows = db.execute("SELECT * FROM runs ORDER BY created DESC, rowid DESC").fetchall()
        found = (
            Run(i, p, self.root / where, made, status, json.loads(summary))
            for i, p, where, made, status, summary in rows
        )
        return [r for r in found if project is None or r.project == project]

    def get(self, key: str) -> Run:
        """The run with this id. Raises InputError."""
        run = next((r for r in self.runs() if r.id == key), None)
        if run is None:
            known = ", ".join(r.id for r in self.runs()[:3])
            hint = f"The last runs there are {known}." if known else "Train the design first."
            raise InputError(f"there is no run {key!r} in {self.root}", hint)
        return run

    def record(self, run: Run, points: Iterable[Point]) -> None:
        """Append figures to a run."""
        rows = [(run.id, p.step, p.epoch, p.series, p.name, p.value) for p in points]
        with self._database() as db:
            db.executemany("INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)", rows)

    def forget_after(self, run: Run, step: int) -> None:
        """Drop figures of steps that a resumed run does again."""
        with self._database() as db:
            db.execute("DELETE FROM metrics WHERE run = ? AND step > ?", (run.id, step))

    def points(self, run: Run) -> list[Point]:
        """All recorded figures of a run, in order."""
        with self._database() as db:
            rows = db.execute(
                "SELECT step, epoch, series, name, value FROM metrics WHERE run = ? ORDER BY rowid",
                (run.id,),
            ).fetchall()
        return [Point(s, e, k, n, float("nan") if v is None else v) for s, e, k, n, v in rows]

    def set_status(self, run: Run, status: str, summary: Mapping[str, Any] | None = None) -> None:
        """Say how a run stands, with its summary once it is over."""
        with self._database() as db:
            db.execute("UPDATE runs SET status = ? WHERE id = ?", (status, run.id))
            if summary is not None:
                db.execute(
                    "UPDATE runs SET summary = ? WHERE id = ?", (json.dumps(summary), run.id)
                )

    def take_over(self, other: RunStore, run: Run, project: str) -> Run:
        """Copy a run with its files and figures from another store. Raises WorkError."""
        made = self.create(project, run.snapshot)
        try:
            shutil.copytree(run.directory, made.directory, dirs_exist_ok=True)
        except OSError as error:
            raise WorkError(f"run {run.id} could not be copied to {self.root}: {error}") from error
        self.record(made, other.points(run))
        self.set_status(made, run.status, run.summary)
        return self.get(made.id)

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

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.root / DATABASE, timeout=10)) as db, db:
                db.executescript(_TABLES)
                yield db
        except sqlite3.Error as error:
            raise WorkError(
                f"the run store {self.root / DATABASE} cannot be used: {error}",
                "Move it away to begin a new one.",
            ) from error


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
