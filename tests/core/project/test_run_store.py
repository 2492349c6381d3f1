"""The run store: runs, figures, and what is wrong with a store."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import pytest

from core.errors import InputError, WorkError
from core.project.runs import DATABASE, Point, RunStore, find_run, store_of


def test_an_empty_store_writes_nothing(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "none")
    assert store.runs() == []
    with pytest.raises(InputError, match="no run 'x'"):
        store.get("x")
    assert not (tmp_path / "none").exists()


def test_runs_come_newest_first_and_by_project(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    made = [store.create(project, "{}") for project in ("a", "b", "a")]
    assert len({r.id for r in made}) == 3
    assert [r.id for r in store.runs()] == [r.id for r in reversed(made)]
    assert [r.id for r in store.runs("a")] == [made[2].id, made[0].id]
    assert store.get(made[1].id) == made[1]
    assert made[0].snapshot == "{}"


def test_figures_come_back_in_order_and_nan_survives(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run, other = store.create("a", "{}"), store.create("a", "{}")
    points = [Point(i, i / 2, "train", "loss", 1.0 / (i + 1)) for i in range(5)]
    store.record(run, points)
    store.record(other, [Point(1, 0.5, "step", "loss", math.nan)])
    assert store.points(run) == points
    assert math.isnan(store.points(other)[0].value)
    store.forget_after(run, 2)
    assert store.points(run) == points[:3]


def test_status_and_summary_are_kept(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("a", "{}")
    store.set_status(run, "epochs", {"steps": 3, "test": {"loss": None}})
    store.set_status(run, "interrupted")
    found = RunStore(tmp_path).get(run.id)
    assert found.status == "interrupted"
    assert found.summary == {"steps": 3, "test": {"loss": None}}


def test_a_folder_that_is_used_again_belongs_to_the_new_run(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    first = store.create("a", "{}", ".")
    store.record(first, [Point(1, 1.0, "train", "loss", 1.0)])
    second = store.create("a", "{}", ".")
    assert [r.id for r in store.runs()] == [second.id]
    assert second.directory == tmp_path
    assert store.points(first) == []


def test_stores_used_at_once_give_different_runs(tmp_path: Path) -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.append(RunStore(tmp_path).create("a", "{}").id))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 6
    assert {r.id for r in RunStore(tmp_path).runs()} == set(made)


def test_a_run_is_found_by_id_by_folder_and_as_the_last_one(tmp_path: Path) -> None:
    project = tmp_path / "p.loom"
    store = store_of(project)
    first, second = store.create("p", "{}"), store.create("p", "{}")
    store.create("other", "{}")
    assert find_run(project)[1].id == second.id
    assert find_run(project, first.id)[1].id == first.id
    assert find_run(project, str(first.directory))[1].id == first.id
    out = RunStore(tmp_path / "out")
    third = out.create("p", "{}", ".")
    assert find_run(project, str(tmp_path / "out"))[1].id == third.id


def test_no_run_is_explained(tmp_path: Path) -> None:
    project = tmp_path / "p.loom"
    for wanted in ("", "20000101-000000", str(tmp_path)):
        with pytest.raises(InputError, match="no run"):
            find_run(project, wanted)


def test_a_damaged_database_is_explained(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"this is no database, however long it may be" * 50)
    with pytest.raises(WorkError, match=r"runs\.sqlite cannot be used"):
        RunStore(tmp_path).runs()


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkError, match="cannot be kept"):
        RunStore(tmp_path / "file").create("a", "{}")


def test_a_run_that_lost_its_files_is_explained(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create("a", "{}")
    (run.directory / "design.loom").unlink()
    with pytest.raises(InputError, match="lost its files"):
        _ = run.snapshot


def test_a_run_moves_to_another_store_with_its_figures(tmp_path: Path) -> None:
    old, new = RunStore(tmp_path / "old"), RunStore(tmp_path / "new")
    run = old.create("a", "{}")
    old.record(run, [Point(1, 1.0, "train", "loss", 0.5)])
    (run.directory / "weights").write_bytes(b"w")
    old.set_status(run, "epochs", {"steps": 1})
    moved = new.take_over(old, old.get(run.id), "b")
    assert (moved.project, moved.status, moved.summary) == ("b", "epochs", {"steps": 1})
    assert new.points(moved) == old.points(run)
    assert (moved.directory / "weights").read_bytes() == b"w"
