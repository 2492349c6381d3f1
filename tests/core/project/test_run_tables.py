"""Stores of other versions, and stores that several processes use at once."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from core.errors import WorkError
from core.project import run_tables
from core.project.run_acts import rename, set_tags
from core.project.runs import DATABASE, Point, RunStore

ROOT = Path(__file__).parents[3]
# The tables of the first stores, as they were written then.
OLD = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY, project TEXT NOT NULL, directory TEXT NOT NULL, created TEXT NOT NULL,
    status TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '{}');
CREATE TABLE metrics (
    run TEXT NOT NULL, step INTEGER NOT NULL, epoch REAL NOT NULL, series TEXT NOT NULL,
    name TEXT NOT NULL, value REAL);
CREATE INDEX metrics_of_run ON metrics (run, series, name, step);
INSERT INTO runs VALUES ('20260101-000000', 'p', 'runs/20260101-000000',
    '2026-01-01T00:00:00+00:00', 'epochs', '{"steps": 3}');
INSERT INTO runs VALUES ('20260102-000000', 'p', 'runs/20260102-000000',
    '2026-01-02T00:00:00+00:00', 'running', '{}');
INSERT INTO metrics VALUES ('20260101-000000', 3, 1.0, 'train', 'loss', 0.5);
"""


@pytest.fixture
def old(tmp_path: Path) -> RunStore:
    """A store as the first version left it, with a run that nobody ended."""
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        db.executescript(OLD)
    return RunStore(tmp_path)


def test_an_old_store_is_read_without_being_changed(old: RunStore) -> None:
    before = (old.root / DATABASE).read_bytes()
    broken_off, done = old.runs()
    assert (done.status, done.name, done.tags, done.environment) == ("epochs", "", (), {})
    assert broken_off.status == "interrupted"
    assert old.points(done) == [Point(3, 1.0, "train", "loss", 0.5)]
    assert (old.root / DATABASE).read_bytes() == before


def test_an_old_store_gains_what_it_lacks_when_it_is_written(old: RunStore) -> None:
    rename(old, old.get("20260101-000000"), "first")
    set_tags(old, old.get("first"), ["a"])
    made = old.create("p", "{}", environment={"python": "3"})
    found = RunStore(old.root).runs()
    assert [(r.id, r.name, r.tags) for r in found] == [
        (made.id, "", ()),
        ("20260102-000000", "", ()),
        ("20260101-000000", "first", ("a",)),
    ]
    assert found[0].environment == {"python": "3"}
    assert old.points(found[2]) == [Point(3, 1.0, "train", "loss", 0.5)]


def test_a_store_of_a_later_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        db.execute(f"PRAGMA user_version = {run_tables.VERSION + 1}")
    before = (tmp_path / DATABASE).read_bytes()
    for use in (store.runs, lambda: rename(store, run, "x"), lambda: store.create("p", "{}")):
        with pytest.raises(WorkError, match="later version"):
            use()
    assert (tmp_path / DATABASE).read_bytes() == before


def test_a_database_without_tables_is_an_empty_store(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / DATABASE).close()
    (tmp_path / DATABASE).touch()
    assert RunStore(tmp_path).runs() == []


def test_a_damaged_entry_is_explained(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.create("p", "{}")
    for broken in ("[", "3"):
        with closing(sqlite3.connect(tmp_path / DATABASE)) as db, db:
            db.execute("UPDATE runs SET tags = ?", (broken,))
        with pytest.raises(WorkError, match="damaged at run"):
            store.runs()


def test_a_change_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("p", "{}")

    def half_way() -> None:
        with run_tables.writing(tmp_path) as db:
            db.execute("UPDATE runs SET name = 'x'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half_way()
    assert store.get(run.id).name == ""


def test_a_store_that_stays_locked_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_tables, "PATIENCE", 0.05)
    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    with run_tables.writing(tmp_path):
        assert store.get(run.id) == run
        with pytest.raises(WorkError, match="locked") as refused:
            rename(store, run, "x")
    assert "try again" in refused.value.hint


def test_tags_given_at_once_are_all_kept(tmp_path: Path) -> None:
    from core.project.run_acts import add_tags

    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    names = [f"tag{i}" for i in range(8)]
    threads = [threading.Thread(target=add_tags, args=(store, run, [name])) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store.get(run.id).tags) == names


RECORD = """
import sys
from pathlib import Path
from core.project.runs import Point, RunStore
store = RunStore(Path(sys.argv[1]))
run = store.get(sys.argv[2])
for step in range(60):
    store.record(run, [Point(step, float(step), sys.argv[3], "loss", 1.0)])
"""


def test_two_processes_record_into_one_store(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    writers = [
        subprocess.Popen([sys.executable, "-c", RECORD, tmp_path, run.id, series], cwd=ROOT)
        for series in ("train", "validation")
    ]
    for number in range(20):
        rename(store, run, f"name {number}")
    assert [w.wait(120) for w in writers] == [0, 0]
    found = store.points(run)
    assert len([p for p in found if p.series == "train"]) == 60
    assert len([p for p in found if p.series == "validation"]) == 60
    assert store.get(run.id).name == "name 19"


DIE = """
import os, signal, sys
from pathlib import Path
from core.project.runs import RunStore
run = RunStore(Path(sys.argv[1])).create("p", "{}")
print(run.status, flush=True)
sys.stdin.readline()
"""


def test_a_run_whose_process_was_killed_counts_as_interrupted(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", DIE, tmp_path],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as trainer:
        assert trainer.stdout is not None
        assert trainer.stdout.readline() == "running\n"
        (alive,) = store.runs()
        assert alive.status == "running"
        assert json.loads(alive.owner)["pid"] == trainer.pid
        trainer.kill()
        trainer.wait()
        (dead,) = store.runs()
        assert (dead.status, dead.owner) == ("interrupted", "")
    store.set_status(dead, "running")
    assert store.get(dead.id).status == "running"
