"""The command line's contract: JSON, exit codes, error lines and hints."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.design import edits
from core.design.document import Design, End, Node
from core.project.file import load
from core.project.gallery import examples
from core.project.runs import RunStore, store_of
from designer.cli import train
from designer.cli.main import run
from tests.designs import add, chain, iris_mlp, regression, saved, with_recipe

TRAIN_KEYS = [
    *("run", "device", "epochs", "steps", "seconds", "first_step_seconds", "samples_per_second"),
    *("stopped_by", "train", "validation", "test", "parameters"),
]


@dataclass(frozen=True)
class Answer:
    """What a call wrote, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON object of standard output."""
        lines = self.out.splitlines()
        assert len(lines) == 1, self.out
        found = json.loads(lines[0], parse_constant=lambda name: pytest.fail(name))
        assert isinstance(found, dict)
        return found


class Line:
    """Makes calls in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str | Path) -> Answer:
        code = run([str(a) for a in arguments])
        out, err = self.capsys.readouterr()
        assert "Traceback" not in out + err
        return Answer(code, out, err)

    def wrong(self, *arguments: str | Path, code: int = 2) -> str:
        """The error line of a call that must fail, with and without --json."""
        plain, as_json = self(*arguments), self(*arguments, "--json")
        assert plain.code == as_json.code == code
        error, *hints = plain.err.splitlines()
        assert error.startswith("error: ")
        assert all(h.startswith("hint: ") for h in hints)
        assert len(hints) <= 1
        assert as_json.json["error"].split() == error.removeprefix("error: ").split()
        return plain.err


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return saved(iris_mlp(), tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one finished run."""
    path = saved(iris_mlp(), tmp_path_factory.mktemp("trained"))
    assert run(["train", str(path), "--json"]) == 0
    return path


def test_info(call: Line, file: Path) -> None:
    answer = call("info", file, "--json")
    assert (answer.code, answer.err) == (0, "")
    found = answer.json
    assert list(found) == [
        *("name", "parameters", "trainable_parameters", "flops_per_sample"),
        *("memory", "nodes", "problems"),
    ]
    assert found["parameters"] == found["trainable_parameters"] == 67
    assert found["problems"] == []
    dense = next(n for n in found["nodes"] if n["id"] == "dense")
    assert dense == {
        "id": "dense",
        "name": "dense",
        "block": "Dense",
        "inputs": {"input": [None, 4]},
        "outputs": {"output": [None, 8]},
        "parameters": 40,
    }


def test_info_for_people(call: Line, tmp_path: Path) -> None:
    design = edits.rename(edits.set_name(iris_mlp(), "[/b] Iris"), "dense", "[/red]")
    answer = call("info", saved(design, tmp_path))
    assert answer.code == 0
    for text in ("[/b] Iris", "[/red]", "[B, 8]", "67"):
        assert text in answer.out


def test_info_shows_problems_and_is_done(call: Line, tmp_path: Path) -> None:
    path = saved(edits.disconnect(iris_mlp(), End("dense_2", "input")), tmp_path)
    found = call("info", path, "--json")
    assert found.code == 0
    assert found.json["problems"] == call("check", path, "--json").json["problems"]
    assert "dense_2: Input is not connected" in call("info", path).out


def test_check_of_a_good_design(call: Line, file: Path) -> None:
    assert call("check", file).out == f"{file}: no problems\n"
    answer = call("check", file, "--json")
    assert (answer.code, answer.json) == (0, {"problems": []})


def test_check_of_a_design_with_errors(call: Line, tmp_path: Path) -> None:
    path = saved(edits.set_params(iris_mlp(), "dense_2", units=2), tmp_path)
    answer = call("check", path, "--json")
    assert answer.code == 2
    assert [list(p) for p in answer.json["problems"]] == [["severity", "node", "message", "fix"]]
    assert answer.json["problems"][0]["node"] == "loss"
    lines = call("check", path).err.splitlines()
    assert lines[0] == f"error: {path}: loss: the target has 3 classes, but there are 2 logits"
    assert lines[1] == "hint: Give the last layer 3 units."


def test_check_of_a_design_with_warnings(call: Line, tmp_path: Path) -> None:
    path = saved(chain(add(iris_mlp(), "Dense", "side"), "input", "side"), tmp_path)
    answer = call("check", path)
    assert (answer.code, answer.err) == (0, "")
    assert "warning: " in answer.out
    found = call("check", path, "--json").json["problems"]
    assert [p["severity"] for p in found] == ["warning"]


def test_train(call: Line, file: Path) -> None:
    before = file.read_bytes()
    answer = call("train", file, "--json")
    assert answer.code == 0
    found = answer.json
    assert list(found) == TRAIN_KEYS
    assert (found["stopped_by"], found["epochs"], found["steps"]) == ("epochs", 2, 14)
    for split in ("train", "validation", "test"):
        assert set(found[split]) == {"loss", "accuracy"}
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
    more = ["--set", "dense.units=3", "--set", "activation.function=relu", "--out", tmp_path / "o"]
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
    assert set(again.json["metrics"]) == {"loss", "mae", "rmse"}


def test_evaluate(call: Line, trained: Path) -> None:
    answer = call("evaluate", trained, "--json")
    assert answer.code == 0
    found = answer.json
    run = store_of(trained).runs()[0]
    assert found["metrics"] == run.summary["test"]
    assert (found["run"], found["split"]) == (run.id, "test")
    assert found["classes"]["names"] == ["setosa", "versicolor", "virginica"]
    assert sum(map(sum, found["classes"]["confusion"])) == found["samples"]
    for split in ("train", "validation"):
        by_id = call("evaluate", trained, "--run", run.id, "--split", split, "--json").json
        assert by_id["metrics"] == run.summary[split]
    by_folder = call("evaluate", trained, "--run", run.directory, "--json").json
    assert by_folder == found
    assert "precision" in call("evaluate", trained).out


def test_evaluate_a_damaged_run(call: Line, file: Path) -> None:
    call("train", file, "--epochs", "1")
    weights = store_of(file).runs()[0].directory / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:50])
    assert "weights.safetensors is damaged" in call.wrong("evaluate", file)


def test_gallery(call: Line, tmp_path: Path) -> None:
    listed = call("gallery", "--json").json["examples"]
    assert [e["name"] for e in listed] == list(examples())
    assert call("gallery").code == 0
    assert "there is no example 'nothing'" in call.wrong("gallery", "nothing")
    assert "-o needs the name" in call.wrong("gallery", "-o", tmp_path)


def test_gallery_copies(call: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = saved(iris_mlp(), tmp_path, "flowers")
    monkeypatch.setattr("designer.cli.gallery.examples", lambda: {"flowers": source})
    target = tmp_path / "mine.loom"
    assert call("gallery", "flowers", "-o", target, "--json").json["file"] == str(target)
    assert target.read_bytes() == source.read_bytes()
    assert "exists already" in call.wrong("gallery", "flowers", "-o", target)
    assert "exists already" in call.wrong("gallery", "flowers", "-o", tmp_path)
    nowhere = tmp_path / "no" / "where.loom"
    assert "could not be written" in call.wrong("gallery", "flowers", "-o", nowhere, code=1)


def test_doctor(call: Line) -> None:
    found = call("doctor", "--json").json
    assert found["packages"]["jax"]
    assert [d["id"] for d in found["devices"]][:1] == ["cpu:0"]
    assert all(m["what"] and m["hint"] for m in found["missing"])
    assert "Python" in call("doctor").out


WRONG_CALLS: dict[str, tuple[list[str], str]] = {
    "a file that is not there": (["train", "gone.loom"], "gone.loom does not exist"),
    "no file": (["info"], "required: file"),
    "a number that is none": (["train", "FILE", "--epochs", "many"], "invalid int value: 'many'"),
    "no epochs": (["train", "FILE", "--epochs", "0"], "Epochs must be at least 1, not 0"),
    "too many epochs": (["train", "FILE", "--epochs", "9" * 30], "Epochs must be between"),
    "a negative batch": (["train", "FILE", "--batch-size", "-1"], "Batch size must be at least 1"),
    "a negative seed": (["train", "FILE", "--seed", "-1"], "Seed must be at least 0"),
    "a rate that is none": (["train", "FILE", "--learning-rate", "nan"], "Learning rate must be"),
    "a device that is none": (["train", "FILE", "--device", "abacus"], "invalid choice: 'abacus'"),
    "a device that is not there": (["train", "FILE", "--device", "tpu"], "there is no tpu"),
    "an option that is none": (["train", "FILE", "--epoch", "1"], "unrecognized arguments"),
    "a set without value": (["train", "FILE", "--set", "dense.units"], "NODE.PARAM=VALUE"),
    "a set without parameter": (["train", "FILE", "--set", "dense=3"], "NODE.PARAM=VALUE"),
    "a set of nobody": (["train", "FILE", "--set", "dens.units=3"], "there is no node 'dens'"),
    "a set of nothing": (["train", "FILE", "--set", "dense.unit=3"], "has no parameter 'unit'"),
    "a set to nonsense": (["train", "FILE", "--set", "dense.units=x"], "must be a whole number"),
    "a set out of range": (["train", "FILE", "--set", "dense.units=0"], "must be at least 1"),
    "a split that is none": (["evaluate", "FILE", "--split", "exam"], "invalid choice: 'exam'"),
    "a run that is not there": (["evaluate", "FILE", "--run", "x"], "there is no run 'x'"),
}


@pytest.mark.parametrize("case", WRONG_CALLS)
def test_a_wrong_call_is_explained(call: Line, file: Path, case: str) -> None:
    arguments, message = WRONG_CALLS[case]
    before = file.read_bytes()
    found = call.wrong(*(str(file) if a == "FILE" else a for a in arguments))
    assert message in found
    assert file.read_bytes() == before


@pytest.mark.parametrize(("typed", "meant"), [("dense.unit", "units"), ("dens.units", "dense")])
def test_what_was_meant_is_guessed(call: Line, file: Path, typed: str, meant: str) -> None:
    assert f"hint: Did you mean {meant}?" in call.wrong("train", file, "--set", f"{typed}=3")


@pytest.mark.parametrize("command", ["train", "info", "check", "evaluate"])
@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[]", b'{"layerloom": 99}'])
def test_a_bad_file_is_named_and_left_alone(
    call: Line, tmp_path: Path, command: str, raw: bytes
) -> None:
    path = tmp_path / "bad.loom"
    path.write_bytes(raw)
    assert str(path) in call.wrong(command, path)
    assert path.read_bytes() == raw


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


def test_an_unexpected_error_is_one_line(
    call: Line, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Path) -> Design:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr("designer.cli.check.load", fail)
    assert "unexpected RuntimeError: first second" in call.wrong("check", file, code=1)


def test_the_traceback_is_shown_on_demand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERLOOM_DEBUG", "1")
    assert run(["info", "gone.loom"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_an_unknown_command(call: Line) -> None:
    found = call.wrong("trane")
    assert "no command or file called 'trane'" in found
    assert "train" in found


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--version"], ["--help"], ["train", "--help"]):
        with pytest.raises(SystemExit) as caught:
            run(arguments)
        assert caught.value.code == 0
    assert "layerloom" in capsys.readouterr().out


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


def test_json_is_ascii_whatever_the_names(call: Line, tmp_path: Path) -> None:
    path = saved(edits.set_name(iris_mlp(), "Schwertlilie 菖蒲"), tmp_path)
    answer = call("info", path, "--json")
    assert answer.out.isascii()
    assert answer.json["name"] == "Schwertlilie 菖蒲"
