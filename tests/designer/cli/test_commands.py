"""The command line's contract: JSON, exit codes, error lines and hints."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.design import edits
from core.design.document import Design, End
from core.project.gallery import examples
from core.project.runs import store_of
from designer.cli.main import run
from tests.designer.cli.line import Line
from tests.designs import add, chain, iris_mlp, saved
from tests.grouped import mlp_with_block, use_again


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
        "multiply_adds_per_sample",
        *("memory", "nodes", "problems"),
    ]
    assert found["parameters"] == found["trainable_parameters"] == 67
    assert found["multiply_adds_per_sample"] == 4 * 8 + 8 * 3 + (8 + 3) // 2
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


def test_info_of_groups_lists_what_computes_by_its_place(call: Line, tmp_path: Path) -> None:
    design = edits.set_params(mlp_with_block(), "block", repeat=2)
    design = use_again(edits.mute(design, ["dense_3"]), "side")
    design = edits.connect(design, End("input", "output"), End("side", "input"))
    path = saved(design, tmp_path)
    found = call("info", path, "--json").json
    names = [n["name"] for n in found["nodes"]]
    inner = ("dense", "activation", "dense_2", "add")
    copies = ("block[1]", "block[2]", "side")
    assert names == ["input", "target", "loss", *(f"{c}/{n}" for c in copies for n in inner)]
    assert found["nodes"][3]["id"] == "block/dense"
    assert found["parameters"] == sum(n["parameters"] for n in found["nodes"]) == 3 * 40
    for text in ("block[2]/dense_2", "120"):
        assert text in call("info", path).out


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


@pytest.mark.parametrize("command", ["train", "info", "check", "evaluate"])
@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[]", b'{"layerloom": 99}'])
def test_a_bad_file_is_named_and_left_alone(
    call: Line, tmp_path: Path, command: str, raw: bytes
) -> None:
    path = tmp_path / "bad.loom"
    path.write_bytes(raw)
    assert str(path) in call.wrong(command, path)
    assert path.read_bytes() == raw


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


def test_json_is_ascii_whatever_the_names(call: Line, tmp_path: Path) -> None:
    path = saved(edits.set_name(iris_mlp(), "Schwertlilie 菖蒲"), tmp_path)
    answer = call("info", path, "--json")
    assert answer.out.isascii()
    assert answer.json["name"] == "Schwertlilie 菖蒲"
