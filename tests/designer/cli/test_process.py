"""The command line as a process of its own: streams, exit codes and signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.design import edits
from core.project.runs import store_of
from core.train.events import EpochEnd, Event
from designer.cli import train
from designer.cli.main import run
from tests.designs import iris_mlp, saved

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "designer"]


def process(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        check=False,
        timeout=300,
    )


def test_train_writes_one_object_and_nothing_else(tmp_path: Path) -> None:
    done = process("train", saved(iris_mlp(), tmp_path), "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["stopped_by"] == "epochs"
    assert done.stdout.count(b"\n") == 1


def test_a_wrong_call_writes_two_lines(tmp_path: Path) -> None:
    done = process("train", tmp_path / "gone.loom")
    assert (done.returncode, done.stdout) == (2, b"")
    error, hint = done.stderr.decode().splitlines()
    assert error == f"error: {tmp_path / 'gone.loom'} does not exist"
    assert hint.startswith("hint: ")


def test_a_terminal_that_cannot_write_a_name(tmp_path: Path) -> None:
    path = saved(edits.set_name(iris_mlp(), "菖蒲"), tmp_path)
    calls: tuple[list[str | Path], ...] = (
        ["info", path],
        ["info", path, "--json"],
        ["check", path],
    )
    for arguments in calls:
        done = process(*arguments, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="a file name is bytes only elsewhere")
def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.loom"
    done = subprocess.run(
        [*COMMAND, "check", name], cwd=ROOT, capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert b"does not exist" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_ctrl_c_ends_the_run_and_keeps_it(tmp_path: Path) -> None:
    path = saved(iris_mlp(), tmp_path)
    with subprocess.Popen(
        [*COMMAND, "train", str(path), "--epochs", "1000000"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("epoch 2"):
                break
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=120)
    assert running.returncode == 1
    assert "Traceback" not in errors
    assert errors.splitlines()[-1] == "hint: Go on with --resume."
    kept = store_of(path).runs()[0]
    assert (kept.status, kept.summary["stopped_by"]) == ("interrupted", "interrupted")
    assert kept.summary["epochs"] >= 2


def test_an_interrupted_run_is_told_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, EpochEnd) and event.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    path = saved(iris_mlp(), tmp_path)
    before = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patched:
        patched.setattr(train, "_silent", interrupt)
        assert run(["train", str(path), "--epochs", "50", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["stopped_by"], found["epochs"]) == ("interrupted", 3)
    assert signal.getsignal(signal.SIGINT) is before
    assert run(["train", str(path), "--epochs", "4", "--resume", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["epochs"] == 4


def test_a_second_interrupt_does_not_wait_for_the_figures_of_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluated = 0
    asked = False

    def interrupt(event: Event) -> None:
        nonlocal asked
        if isinstance(event, EpochEnd) and event.epoch == 3:
            asked = True
            signal.raise_signal(signal.SIGINT)

    def evaluate(*_: object) -> dict[str, float]:
        nonlocal evaluated
        if asked:
            evaluated += 1
            signal.raise_signal(signal.SIGINT)
        return {"loss": 1.0, "accuracy": 0.5}

    path = saved(iris_mlp(), tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(train, "_silent", interrupt)
        patched.setattr("core.train.program.Program.evaluate", evaluate)
        assert run(["train", str(path), "--epochs", "50", "--json"]) == 1
    out, err = capsys.readouterr()
    assert (err, evaluated) == ("error: interrupted\n", 1)
    assert json.loads(out)["error"] == "interrupted"
    kept = store_of(path).runs()[0]
    assert (kept.status, dict(kept.summary)) == ("interrupted", {})
    assert run(["train", str(path), "--epochs", "4", "--resume", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["epochs"] == 4


def test_an_interrupt_before_training_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("designer.cli.check.load", interrupt)
    assert run(["check", "any.loom", "--json"]) == 1
    out, err = capsys.readouterr()
    assert err == "error: interrupted\n"
    assert json.loads(out)["error"] == "interrupted"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    design = iris_mlp()
    for _ in range(200):
        design = edits.duplicate(design, ["dense"])
    path = saved(design, tmp_path)
    with subprocess.Popen(
        [*COMMAND, "info", str(path)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        errors = running.stderr.read()
        running.wait(timeout=120)
    assert b"Traceback" not in errors
    assert b"BrokenPipe" not in errors
