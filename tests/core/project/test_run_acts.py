"""Naming, tagging, deleting runs, and taking their designs back."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.project.file import to_text
from core.project.run_acts import (
    add_tags,
    delete,
    design_of,
    remove_tags,
    rename,
    set_tags,
    tags_in,
)
from core.project.runs import DATABASE, Point, Run, RunStore
from tests.designs import iris_mlp


def ended(store: RunStore, directory: str = "") -> Run:
    run = store.create("p", to_text(iris_mlp()), directory)
    store.record(run, [Point(1, 1.0, "train", "loss", 0.5)])
    store.set_status(run, "epochs", {"steps": 1})
    return store.get(run.id)


def owned_by(store: RunStore, run: Run, **facts: object) -> None:
    """Make another process the owner of a running run."""
    with closing(sqlite3.connect(store.root / DATABASE)) as db, db:
        db.execute("UPDATE runs SET status = 'running', owner = ?", (json.dumps(facts),))


def test_a_name_stands_for_the_id(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = ended(store)
    assert run.title == run.id
    named = rename(store, run, "  wide net ")
    assert (named.name, named.title) == ("wide net", "wide net")
    assert store.get("wide net").id == run.id
    assert rename(store, named, "").title == run.id
    with pytest.raises(InputError, match="no run ''"):
        store.get("")


def test_a_name_of_two_runs_names_none(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    runs = [rename(store, ended(store), "twin") for _ in range(2)]
    with pytest.raises(InputError, match="2 runs are called 'twin'") as refused:
        store.get("twin")
    assert all(run.id in refused.value.hint for run in runs)
    # An id is one run's, whatever another is called.
    rename(store, runs[0], runs[1].id)
    assert store.get(runs[1].id).id == runs[1].id


@pytest.mark.parametrize("name", ["a\nb", "x" * 201, "\x00", "\u202e"])
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    store = RunStore(tmp_path)
    run = ended(store)
    with pytest.raises(InputError, match="the name"):
        rename(store, run, name)
    assert store.get(run.id) == run


def test_tags_come_once_in_their_order(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = ended(store)
    assert add_tags(store, run, ["b", " a ", "b"]).tags == ("b", "a")
    assert add_tags(store, run, ["c", "a"]).tags == ("b", "a", "c")
    assert remove_tags(store, run, ["a", "z"]).tags == ("b", "c")
    assert set_tags(store, run, ["ü"]).tags == ("ü",)
    assert set_tags(store, run, []).tags == ()
    for wrong in ("", "  ", "a,b", "a\tb"):
        with pytest.raises(InputError, match="tag"):
            add_tags(store, run, ["good", wrong])
    assert store.get(run.id).tags == ()


@given(
    st.lists(st.text(st.characters(categories=["L", "N", "P"], exclude_characters=","), min_size=1))
)
def test_tags_in_a_line_are_those_that_were_joined(tags: list[str]) -> None:
    assert tags_in(", ".join(tags)) == tuple(tags)


def test_a_deleted_run_leaves_nothing_and_others_alone(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run, other = ended(store), ended(store)
    (run.directory / "best").mkdir()
    (run.directory / "best" / "weights").write_bytes(b"w")
    delete(store, run)
    assert [r.id for r in store.runs()] == [other.id]
    assert store.points(run) == []
    assert store.points(other) == [Point(1, 1.0, "train", "loss", 0.5)]
    assert [p.name for p in (tmp_path / "runs").iterdir()] == [other.id]
    assert other.snapshot
    with pytest.raises(InputError, match="no run"):
        delete(store, run)


def test_a_run_in_a_folder_of_its_own_choice_takes_only_its_files(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = ended(store, ".")
    for name in ("weights.safetensors", "checkpoint.safetensors", "thesis.tex"):
        (tmp_path / name).write_text("x")
    delete(store, run)
    assert sorted(p.name for p in tmp_path.iterdir()) == [DATABASE, "thesis.tex"]


@pytest.mark.parametrize(
    "place", ["..", "../precious", "runs", "/", "runs/../../precious", "runs/x"]
)
def test_a_forged_place_deletes_nothing_there(tmp_path: Path, place: str) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "design.loom").write_text("mine")
    store = RunStore(tmp_path / "store")
    run, other = ended(store), ended(store)
    with closing(sqlite3.connect(store.root / DATABASE)) as db, db:
        db.execute("UPDATE runs SET directory = ? WHERE id = ?", (place, run.id))
    delete(store, store.get(run.id))
    assert (precious / "design.loom").read_text() == "mine"
    assert other.snapshot
    assert [r.id for r in store.runs()] == [other.id]


def test_a_link_is_removed_and_not_what_it_leads_to(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "store")
    run, elsewhere = ended(store), tmp_path / "elsewhere"
    run.directory.rename(elsewhere)
    run.directory.symlink_to(elsewhere)
    delete(store, run)
    assert not run.directory.is_symlink()
    assert (elsewhere / "design.loom").is_file()


def test_a_run_that_is_being_trained_here_stays(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    for force in (False, True):
        with pytest.raises(InputError, match="is being trained"):
            delete(store, run, force)
    assert run.snapshot == "{}"
    store.set_status(run, "interrupted")
    delete(store, run)
    assert store.runs() == []


def test_a_run_of_another_computer_goes_only_by_force(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    owned_by(store, run, host="elsewhere", pid=1, began="")
    assert store.get(run.id).status == "running"
    with pytest.raises(InputError, match="on elsewhere"):
        delete(store, run)
    delete(store, run, force=True)
    assert store.runs() == []
    assert not run.directory.exists()


def test_a_run_of_a_dead_process_can_be_deleted(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("p", "{}")
    owned_by(store, run, host="", pid=0)
    delete(store, run)
    assert store.runs() == []


def test_what_deletions_broke_off_is_mended_by_the_next(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    kept, gone, last = (ended(store) for _ in range(3))
    # One died after it had moved the folder, one after the rows were gone.
    kept.directory.rename(kept.directory.with_name(f".deleted-{kept.id}"))
    gone.directory.rename(gone.directory.with_name(f".deleted-{gone.id}"))
    with closing(sqlite3.connect(store.root / DATABASE)) as db, db:
        db.execute("DELETE FROM runs WHERE id = ?", (gone.id,))
    delete(store, last)
    assert [p.name for p in (tmp_path / "runs").iterdir()] == [kept.id]
    assert kept.snapshot


def test_a_folder_that_cannot_be_moved_keeps_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import WorkError

    def refuse(*_: object) -> None:
        raise PermissionError(13, "in use")

    store = RunStore(tmp_path)
    run = ended(store)
    monkeypatch.setattr("core.project.run_acts.os.replace", refuse)
    with pytest.raises(WorkError, match="in use"):
        delete(store, run)
    assert store.runs() == [run]
    assert store.points(run)


def test_the_design_comes_back_as_it_was_trained(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    assert design_of(ended(store)) == iris_mlp()


def test_names_tags_and_environment_move_with_a_run(tmp_path: Path) -> None:
    old, new = RunStore(tmp_path / "old"), RunStore(tmp_path / "new")
    run = old.create("p", "{}", environment={"python": "3"})
    old.set_status(run, "epochs", {})
    set_tags(old, rename(old, run, "n"), ["t"])
    found = new.take_over(old, old.get(run.id), "q")
    assert (found.name, found.tags, found.environment) == ("n", ("t",), {"python": "3"})
