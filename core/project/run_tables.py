"""The tables of a run store, opened safely: older ones gain what they lack when first written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.errors import WorkError

# What the store beside a project is called.
DATABASE = "runs.sqlite"
# Seconds to wait for another process that writes.
PATIENCE = 10.0
# Kept in the file; one that has a higher number was written by a later version of Layerloom.
VERSION = 1
_TABLES = (
    "CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, project TEXT NOT NULL, "
    "directory TEXT NOT NULL, created TEXT NOT NULL, status TEXT NOT NULL, "
    "summary TEXT NOT NULL DEFAULT '{}')",
    "CREATE TABLE IF NOT EXISTS metrics (run TEXT NOT NULL, step INTEGER NOT NULL, "
    "epoch REAL NOT NULL, series TEXT NOT NULL, name TEXT NOT NULL, value REAL)",
    "CREATE INDEX IF NOT EXISTS metrics_of_run ON metrics (run, series, name, step)",
)
# Columns that the first stores did not have, with what stands there for their runs.
_ADDED = {"name": "''", "tags": "'[]'", "environment": "'{}'", "owner": "''"}
_COLUMNS = ("id", "project", "directory", "created", "status", "summary", *_ADDED)


@contextmanager
def reading(root: Path) -> Iterator[sqlite3.Connection | None]:
    """The store in a folder as it is at one moment; None where there is none yet.

    Nothing is written, so that a store of an earlier version, or one that may not be written, can
    be looked at. Raises WorkError.
    """
    if not (root / DATABASE).is_file():
        yield None
        return
    with _connected(root) as db:
        db.execute("BEGIN")
        _check_version(db)
        yield db if _columns_of(db, "runs") else None


@contextmanager
def writing(root: Path) -> Iterator[sqlite3.Connection]:
    """The store in a folder, for changes that are made all or not at all.

    Another process that writes is waited for. Raises WorkError.
    """
    with _connected(root) as db:
        db.execute("BEGIN IMMEDIATE")
        try:
            if _check_version(db) < VERSION:
                _upgrade(db)
            yield db
        except BaseException:
            # Where the disk is full, SQLite has rolled back already.
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def select_runs(db: sqlite3.Connection) -> list[tuple[str, ...]]:
    """All runs, the newest first, each as the values of the columns in their order."""
    there = _columns_of(db, "runs")
    wanted = [name if name in there else _ADDED[name] for name in _COLUMNS]
    query = f"SELECT {', '.join(wanted)} FROM runs ORDER BY created DESC, rowid DESC"
    return db.execute(query).fetchall()


def insert_run(db: sqlite3.Connection, values: tuple[str, ...]) -> None:
    """Add a run, given the values of the columns in their order."""
    marks = ", ".join("?" * len(_COLUMNS))
    db.execute(f"INSERT INTO runs ({', '.join(_COLUMNS)}) VALUES ({marks})", values)


def remove_runs(db: sqlite3.Connection, keys: list[str]) -> None:
    """Take runs and their figures out."""
    for table, column in (("metrics", "run"), ("runs", "id")):
        db.executemany(f"DELETE FROM {table} WHERE {column} = ?", [(key,) for key in keys])


@contextmanager
def _connected(root: Path) -> Iterator[sqlite3.Connection]:
    path = root / DATABASE
    try:
        with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as db:
            yield db
    except sqlite3.Error as error:
        if "locked" in str(error):
            hint = "Another program is writing to it; try again when it is done."
        else:
            hint = "Move it away to begin a new one."
        raise WorkError(f"the run store {path} cannot be used: {error}", hint) from error


def _check_version(db: sqlite3.Connection) -> int:
    (found,) = db.execute("PRAGMA user_version").fetchone()
    if found > VERSION:
        raise WorkError(
            "the run store was written by a later version of Layerloom",
            "Install the latest version of Layerloom.",
        )
    return int(found)


def _upgrade(db: sqlite3.Connection) -> None:
    for statement in _TABLES:
        db.execute(statement)
    there = _columns_of(db, "runs")
    for name, default in _ADDED.items():
        if name not in there:
            db.execute(f"ALTER TABLE runs ADD COLUMN {name} TEXT NOT NULL DEFAULT {default}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _columns_of(db: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
