"""``layerloom train``: its options, its answer, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design, Node
from core.design.exposing import expose
from core.errors import InputError
from core.project.file import load
from core.project.runs import RunStore, store_of
from designer.cli import train
from tests.designer.cli.line import Line
from tests.designs import add, iris_mlp, regression, saved, with_recipe
from tests.grouped import group, grouped, mlp_with_block

TRAIN_KEYS = [
    *("run", "device", "epochs", "steps", "seconds", "first_step_seconds", "samples_per_second"),
    *("stopped_by", "train", "validation", "test", "parameters"),
]


def test_train(call: Line, file: Path) -> None:
    before = file.read_bytes()
    answer = call("train", file, "--json")
    assert answer.code == 0
    found = answer.json
    assert list(found) == TRAIN_KEYS
    assert (found["stopped_by"], found["epochs"], found["steps"]) == ("epochs", 2, 14)
    for split in ("train", "validation", "test"):
        assert list(found[split])[:2] == ["loss", "accuracy"]
        assert {"precision_macro", "recall_macro", "f1_macro", "f1_micro", "auc"} < set(
            found[split]
        )
    assert file.read_bytes() == before
    run = store_of(file).get(found["run"])
    assert run.directory == file.parent / ".layerloom" / "runs" / found["run"]
    assert (run.directory / "weights.safetensors").is_file()
    assert run.summary == found


def test_train_for_people(call: Line, file: Path) -> None:
    answer = call("train", file, "--epochs", "1")
    assert answer.code == 0
    assert "epoch 1: " in answer.err
    assert answer.out.splitlines()[-1].startswith("run 20")


def test_the_options_change_this_run_alone(call: Line, file: Path, tmp_path: Path) -> None:
    options = ["--epochs", "3", "--batch-size", "105", "--learning-rate", "0.5", "--seed", "7"]
    more: list[str | Path] = [
        "--set",
        "dense.units=3",
        "--set",
        "activation.function=relu",
        "--out",
        tmp_path / "o",
    ]
    found = call("train", file, *options, *more, "--json").json
    assert (found["epochs"], found["steps"], found["parameters"]) == (3, 3, 5 * 3 + 4 * 3)
    assert load(file) == iris_mlp()
    assert not (file.parent / ".layerloom").exists()
    store = RunStore(tmp_path / "o")
    assert store.get(found["run"]).directory == tmp_path / "o"
    trained_design = load(tmp_path / "o" / "design.loom")
    assert trained_design.recipe["optimizer"]["learning_rate"] == 0.5
    assert trained_design.recipe["seed"] == 7
    assert trained_design.nodes["dense"].params["units"] == 3
    assert trained_design.nodes["activation"].params["function"] == "relu"


def test_resume_gives_what_one_run_would_have(call: Line, file: Path) -> None:
    whole = call("train", file, "--epochs", "4", "--json").json
    part = call("train", file, "--epochs", "2", "--json").json
    rest = call("train", file, "--epochs", "4", "--resume", "--json").json
    assert rest["run"] == part["run"] != whole["run"]
    assert rest["steps"] == whole["steps"]
    for split in ("train", "validation", "test"):
        assert rest[split] == whole[split]
    assert "has done its 4 epochs already" in call.wrong("train", file, "--epochs", "4", "--resume")


def test_a_finished_run_in_stages_goes_on_in_its_last_stage(call: Line, tmp_path: Path) -> None:
    stages = [{"epochs": 2, "trains": ["dense"]}, {"epochs": 3}]
    design = edits.set_recipe(iris_mlp(), {**iris_mlp().recipe, "stages": stages})
    file = saved(design, tmp_path)
    assert call("train", file, "--json").json["epochs"] == 5
    assert call("train", file, "--epochs", "7", "--resume", "--json").json["epochs"] == 7
    assert call("train", file, "--epochs", "3", "--json").json["epochs"] == 3
    snapshot = load(store_of(file).runs()[0].directory / "design.loom")
    assert [stage["epochs"] for stage in snapshot.recipe["stages"]] == [2, 1]
    assert load(file) == design
    assert call("train", file, "--epochs", "1", "--json").json["epochs"] == 1
    snapshot = load(store_of(file).runs()[0].directory / "design.loom")
    assert [stage["epochs"] for stage in snapshot.recipe["stages"]] == [1]


def test_an_unknown_figure_is_refused_before_a_run_begins(call: Line, tmp_path: Path) -> None:
    recipe = {**iris_mlp().recipe, "patience": 2, "monitor": "recall"}
    file = saved(edits.set_recipe(iris_mlp(), recipe), tmp_path)
    told = call.wrong("train", file)
    assert "the recipe monitors 'recall', which is no figure of this design" in told
    assert "hint: Choose one of: loss, accuracy, precision_macro" in told
    assert store_of(file).runs() == []


def test_stopping_early_is_an_end_like_any_other(call: Line, tmp_path: Path) -> None:
    recipe = {**iris_mlp().recipe, "epochs": 50, "patience": 2, "minimum_change": 10.0}
    file = saved(edits.set_recipe(iris_mlp(), recipe), tmp_path)
    answer = call("train", file, "--json")
    assert answer.code == 0
    assert (answer.json["stopped_by"], answer.json["epochs"]) == ("early_stopping", 3)
    # The first epoch was the best, and its weights are what is evaluated later, too.
    metrics = call("evaluate", file, "--json").json["metrics"]
    assert metrics == pytest.approx(answer.json["test"])
    told = call.wrong("train", file, "--resume")
    assert "stopped early" in told
    assert "more patience" in told


def test_resume_from_a_folder(call: Line, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = call("train", file, "--epochs", "1", "--out", out, "--json").json
    rest = call("train", file, "--epochs", "2", "--out", out, "--resume", "--json").json
    assert (rest["run"], rest["epochs"]) == (first["run"], 2)


def test_resume_without_a_run(call: Line, file: Path) -> None:
    assert "there is no run" in call.wrong("train", file, "--resume")
    assert "there is no run" in call.wrong("evaluate", file)


def test_a_diverging_run_fails(call: Line, tmp_path: Path) -> None:
    design = regression({"source": {"kind": "el_nino"}, "split": {}}, "history", "next")
    path = saved(with_recipe(design, optimizer="SGD", learning_rate=1e9, epochs=40), tmp_path)
    answer = call("train", path, "--json")
    assert answer.code == 1
    assert answer.json["stopped_by"] == "diverged"
    assert answer.json["train"]["loss"] is None
    error, hint = answer.err.splitlines()
    assert error.startswith("error: run ")
    assert "diverged" in error
    assert "--learning-rate" in hint
    again = call("evaluate", path, "--json")
    assert again.code == 0
    assert set(again.json["metrics"]) == {"loss", "mae", "rmse", "r2"}


@pytest.mark.parametrize(("typed", "meant"), [("dense.unit", "units"), ("dens.units", "dense")])
def test_what_was_meant_is_guessed(call: Line, file: Path, typed: str, meant: str) -> None:
    assert f"hint: Did you mean {meant}?" in call.wrong("train", file, "--set", f"{typed}=3")


def test_a_design_with_errors_does_not_train(call: Line, tmp_path: Path) -> None:
    designs = {
        "there is no loss": edits.remove(iris_mlp(), ["loss"]),
        "unknown block 'Wormhole'": edits.add_node(iris_mlp(), Node("w", "w", "Wormhole"), (0, 0)),
        "no data is chosen": edits.set_data(iris_mlp(), None),
        "optimizer must be one of": edits.set_recipe(iris_mlp(), {"optimizer": {"kind": []}}),
    }
    for message, design in designs.items():
        path = saved(design, tmp_path)
        assert message in call.wrong("train", path, "--learning-rate", "0.1")
    assert not (tmp_path / ".layerloom").exists()


def test_a_file_with_its_data_beside_it(call: Line, tmp_path: Path) -> None:
    lines = ["a,b,label"] + [f"{i % 5},{i % 3},{'yes' if i % 2 else 'no'}" for i in range(60)]
    (tmp_path / "data.csv").write_text("\n".join(lines))
    source = {"kind": "csv", "path": "data.csv"}
    design = edits.set_data(iris_mlp(), {"source": source, "split": {}})
    path = saved(design, tmp_path)
    problems = call("check", path, "--json").json["problems"]
    assert any("input" in p["message"] for p in problems)
    (tmp_path / "data.csv").unlink()
    assert "data.csv does not exist" in call.wrong("train", path)


def test_set_reads_every_kind_of_value() -> None:
    design = add(iris_mlp(), "Conv", "my.conv")
    for text, name, value in (
        ("filters=8", "filters", 8),
        ("kernel_size=3, 5", "kernel_size", (3, 5)),
        ("padding=VALID", "padding", "VALID"),
        ("use_bias=false", "use_bias", False),
    ):
        changed = train.with_parameter(design, f"my.conv.{text}")
        assert changed.nodes["my.conv"].params[name] == value


def with_exposed_units() -> Design:
    design = mlp_with_block()
    return expose(design, group(design).id, "hidden", [("dense", "units")])


def test_set_changes_what_a_group_exposes_and_what_it_holds() -> None:
    design = with_exposed_units()
    of_use = train.with_parameter(design, "block.hidden=7")
    assert of_use.nodes["block"].params["hidden"] == 7
    assert train.with_parameter(design, "block.repeat=3").nodes["block"].params["repeat"] == 3
    inner = train.with_parameter(design, "block/dense.units=9")
    assert group(inner).nodes["dense"].params["units"] == 9
    assert analyse(inner).design.nodes["block/dense"].params["units"] == 9
    outer = grouped(design, "block", title="outer")
    deep = train.with_parameter(outer, "outer/block/dense_2.units=4")
    assert group(deep).nodes["dense_2"].params["units"] == 4


def test_set_prefers_the_node_that_is_called_so() -> None:
    design = edits.rename(with_exposed_units(), "dense_3", "block/dense")
    changed = train.with_parameter(design, "block/dense.units=3")
    assert changed.nodes["dense_3"].params["units"] == 3
    assert changed.groups == design.groups


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("block/dens.units=3", "there is no node 'block/dens'"),
        ("bloc/dense.units=3", "there is no node 'bloc/dense'"),
        ("dense_3/x.units=3", "there is no node 'dense_3/x'"),
        ("block.units=3", "block (Group) has no parameter 'units'"),
        ("block.hidden=0", "Hidden must be at least 1"),
        ("block/dense.units=3", "the parameter is exposed, and set from outside"),
    ],
)
def test_set_of_what_a_group_has_not_is_explained(assignment: str, message: str) -> None:
    design = edits.set_params(with_exposed_units(), "block", hidden=7)
    with pytest.raises(InputError) as caught:
        train.with_parameter(design, assignment)
    assert message in caught.value.message
    assert caught.value.hint or "must be" in message


def test_a_design_with_groups_trains_with_values_set(call: Line, tmp_path: Path) -> None:
    path = saved(with_exposed_units(), tmp_path)
    options = ("--epochs", "1", "--set", "block.hidden=2", "--set", "block.repeat=2", "--json")
    found = call("train", path, *options)
    assert found.code == 0
    trained = load(next((tmp_path / ".layerloom").rglob("design.loom")))
    assert trained.nodes["block"].params == {"group": "g1", "hidden": 2, "repeat": 2}


def test_what_fits_of_other_weights_is_told(call: Line, file: Path) -> None:
    run = call("train", file, "--json").json["run"]
    changed = call("train", file, "--weights", run, "--set", "dense_2.units=3", "--epochs", "1")
    assert "4 of 4 arrays fit" in changed.err
    wider = file.with_name("wider.loom")
    wider.write_text(file.read_text("utf-8"), "utf-8")
    told = call("train", wider, "--weights", run, "--set", "dense.units=20", "--epochs", "1").err
    assert f"weights of {run}: 1 of 4 arrays fit; " in told
    assert "dense.kernel is [4, 20] here and [4, 8] there" in told


def test_a_wrong_run_names_those_that_there_are(call: Line, file: Path) -> None:
    run = call("train", file, "--json").json["run"]
    assert f"hint: The last runs there are {run}." in call.wrong("evaluate", file, "--run", "nope")


def test_the_run_of_another_design_is_said_to_be_one(call: Line, file: Path) -> None:
    run = call("train", file, "--json").json["run"]
    assert call("evaluate", file, "--run", run).err == ""
    other = file.with_name("other.loom")
    other.write_text(file.read_text("utf-8"), "utf-8")
    assert f"note: run {run} is of {file.stem}" in call("evaluate", other, "--run", run).err


def test_faulty_weights_are_refused_with_a_hint(call: Line, file: Path) -> None:
    broken = file.with_name("broken.safetensors")
    broken.write_bytes(b"junk")
    assert "hint: Export the weights again" in call.wrong("train", file, "--weights", broken)
