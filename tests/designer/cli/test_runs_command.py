"""`layerloom runs`: what it lists, changes and writes, and how it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.design import edits
from core.project.file import load, save, to_text
from core.project.runs import Point, Run, RunStore, store_of
from tests.designer.cli.line import Line
from tests.designs import iris_mlp


def ended(file: Path, units: int = 8, loss: float = 0.5) -> Run:
    """A run of the project, as training leaves one."""
    store = store_of(file)
    design = edits.set_params(iris_mlp(), "dense", units=units)
    run = store.create(file.stem, to_text(design))
    store.record(run, [Point(4, 1.0, "train", "loss", loss)])
    summary = {
        **{"epochs": 1, "steps": 4, "seconds": 2.0, "device": "cpu:0"},
        "validation": {"loss": loss, "accuracy": None},
    }
    store.set_status(run, "epochs", summary)
    return store.get(run.id)


def test_a_real_training_is_listed_with_its_environment(call: Line, file: Path) -> None:
    trained = call("train", file, "--epochs", "2", "--json").json
    answer = call("runs", file, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.json["store"] == str(store_of(file).root)
    (found,) = answer.json["runs"]
    for name in ("device", "epochs", "steps", "train", "validation", "test"):
        assert found[name] == trained[name]
    assert (found["id"], found["status"], found["name"], found["tags"]) == (
        *(trained["run"], "epochs", ""),
        [],
    )
    assert found["environment"]["device"] == trained["device"] == "cpu:0"
    assert found["environment"]["device_kind"]
    assert found["environment"]["jax"]
    assert Path(found["directory"], "weights.safetensors").is_file()


def test_the_list_for_people(call: Line, file: Path) -> None:
    assert call("runs", file).out == f"no runs of {file} yet\n"
    run = ended(file)
    call("runs", file, "tag", run.id, "a", "b")
    head, row = call("runs", file, "list").out.splitlines()
    assert head.split() == [
        "id",
        "when",
        "status",
        "epochs",
        "seconds",
        "device",
        "figures",
        "tags",
    ]
    for text in (run.id, "done", "2.0", "cpu:0", "validation loss 0.5000", "a, b"):
        assert text in row
    assert row.index("done") == head.index("status")
    call("runs", file, "rename", run.id, "first")
    assert "name" in call("runs", file).out.splitlines()[0]


def test_runs_of_other_projects_are_listed_on_request(call: Line, file: Path) -> None:
    mine, other = ended(file), ended(file.with_name("other.loom"))
    assert [r["id"] for r in call("runs", file, "--json").json["runs"]] == [mine.id]
    listed = call("runs", file, "list", "--all", "--json").json["runs"]
    assert {r["id"] for r in listed} == {mine.id, other.id}
    folder = call("runs", store_of(file).root, "--json").json["runs"]
    assert folder == listed


def test_compare(call: Line, file: Path) -> None:
    one, other = ended(file), ended(file, units=32, loss=0.25)
    call("runs", file, "rename", one.id, "small")
    answer = call("runs", file, "compare", "small", other.id, "--json")
    assert (answer.code, answer.err) == (0, "")
    assert (answer.json["a"]["name"], answer.json["b"]["id"]) == ("small", other.id)
    assert answer.json["differences"] == [
        {"part": "nodes", "what": "dense.units", "a": 8, "b": 32},
        {"part": "figures", "what": "validation.loss", "a": 0.5, "b": 0.25},
    ]
    head, first, _ = call("runs", file, "compare", "small", other.id).out.splitlines()
    assert head.split() == ["part", "what", "small", other.id]
    assert first.split() == ["nodes", "dense.units", "8", "32"]
    assert "are the same" in call("runs", file, "compare", one.id, "small").out


def test_rename_tag_and_untag(call: Line, file: Path) -> None:
    run = ended(file)
    renamed = call("runs", file, "rename", run.id, "wide net", "--json")
    assert renamed.json == {"run": run.id, "name": "wide net"}
    assert call("runs", file, "tag", "wide net", "a", "b", "--json").json["tags"] == ["a", "b"]
    assert call("runs", file, "untag", "wide net", "a", "--json").json["tags"] == ["b"]
    assert "none" in call("runs", file, "untag", "wide net", "b").out
    assert call("runs", file, "rename", "wide net", "").code == 0
    assert store_of(file).get(run.id).name == ""


def test_json_may_stand_before_the_act(call: Line, file: Path) -> None:
    run = ended(file)
    assert call("runs", file, "--json", "rename", run.id, "x").json["name"] == "x"


def test_delete(call: Line, file: Path) -> None:
    runs = [ended(file) for _ in range(3)]
    error = call.wrong("runs", file, "delete", runs[0].id, "nonsense")
    assert "there is no run 'nonsense'" in error
    assert len(store_of(file).runs()) == 3
    answer = call("runs", file, "delete", runs[0].id, runs[1].id, runs[0].id, "--json")
    assert answer.json == {"deleted": [runs[0].id, runs[1].id]}
    assert [r.id for r in store_of(file).runs()] == [runs[2].id]
    assert not runs[0].directory.exists()


def test_a_run_that_is_being_trained_is_not_deleted(call: Line, file: Path) -> None:
    run = store_of(file).create(file.stem, "{}")
    assert "is being trained" in call.wrong("runs", file, "delete", run.id, "--force")
    assert run.directory.is_dir()


def test_restore(call: Line, file: Path, tmp_path: Path) -> None:
    run = ended(file, units=99)
    target = tmp_path / "back.loom"
    answer = call("runs", file, "restore", run.id, "-o", target, "--json")
    assert answer.json == {"run": run.id, "file": str(target)}
    assert load(target).nodes["dense"].params["units"] == 99
    assert call("check", target).code == 0
    before = target.read_bytes()
    assert "exists already" in call.wrong("runs", file, "restore", run.id, "-o", target)
    assert target.read_bytes() == before


def test_a_design_restored_elsewhere_finds_its_data(call: Line, tmp_path: Path) -> None:
    home, away = tmp_path / "home", tmp_path / "away"
    home.mkdir()
    away.mkdir()
    (home / "t.csv").write_text("a,b,y\n1,2,x\n3,4,z\n")
    data = {"source": {"kind": "csv", "path": "t.csv"}, "split": {}}
    file = home / "p.loom"
    save(edits.set_data(iris_mlp(), data), file)
    run = store_of(file).create("p", file.read_text("utf-8"))
    assert call("runs", file, "restore", run.id, "-o", away / "q.loom").code == 0
    assert load(away / "q.loom").data["source"]["path"] == str(home / "t.csv")


def test_a_project_whose_file_is_lost_comes_back_from_its_run(call: Line, file: Path) -> None:
    run = ended(file)
    before = load(file)
    file.unlink()
    assert call("runs", file, "restore", run.id, "-o", file).code == 0
    assert load(file) == before


def test_tensorboard(call: Line, file: Path, tmp_path: Path) -> None:
    run = ended(file)
    logs = tmp_path / "logs"
    answer = call("runs", file, "tensorboard", run.id, "-o", logs, "--json").json
    assert answer["runs"] == [run.id]
    (path,) = map(Path, answer["files"])
    assert path.parent == logs / run.id / "train"
    assert path.stat().st_size > 24
    assert (
        f"tensorboard --logdir {logs}" in call("runs", file, "tensorboard", run.id, "-o", logs).out
    )
    empty = store_of(file).create(file.stem, "{}")
    error = call.wrong("runs", file, "tensorboard", empty.id, "-o", logs)
    assert "have no figures" in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "invalid choice"),
        (("compare", "x"), "required: B"),
        (("compare", "x", "y"), "there is no run 'x'"),
        (("rename", "x"), "NAME"),
        (("tag", "x"), "TAG"),
        (("tag", "last", ","), "comma"),
        (("rename", "last", "a\nb"), "cannot be shown"),
        (("restore", "last"), "-o"),
        (("tensorboard", "last"), "-o"),
    ],
)
def test_wrong_calls(call: Line, file: Path, arguments: tuple[str, ...], words: str) -> None:
    call("runs", file, "rename", ended(file).id, "last")
    assert words.lower() in call.wrong("runs", file, *arguments).lower()


def test_what_has_no_runs_is_explained(call: Line, tmp_path: Path) -> None:
    assert "does not exist" in call.wrong("runs", tmp_path / "no.loom")
    assert "folder without runs" in call.wrong("runs", tmp_path)


def test_a_store_that_is_no_database_fails(call: Line, file: Path) -> None:
    store = store_of(file)
    store.root.mkdir()
    (store.root / "runs.sqlite").write_bytes(b"nothing like a database at all" * 40)
    assert "cannot be used" in call.wrong("runs", file, code=1)


def test_commands_take_the_name_of_a_run(call: Line, file: Path) -> None:
    first = call("train", file, "--epochs", "1", "--json").json["run"]
    call("train", file, "--epochs", "2")
    call("runs", file, "rename", first, "best")
    assert call("evaluate", file, "--run", "best", "--json").json["run"] == first


def test_a_store_in_a_folder_of_its_own_choice(call: Line, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    trained = call("train", file, "--epochs", "1", "--out", out, "--json").json["run"]
    assert [r["id"] for r in call("runs", out, "--json").json["runs"]] == [trained]
    assert call("runs", out, "delete", trained).code == 0
    assert [p.name for p in out.iterdir()] == ["runs.sqlite"]
    assert RunStore(out).runs() == []
