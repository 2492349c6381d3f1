"""Training with several processes from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from designer.cli.main import run
from tests.designs import iris_mlp, saved, with_recipe


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The flowers, trained without Adam, which would enlarge the rounding of sums."""
    recipe: dict[str, Any] = {"optimizer": "SGD", "learning_rate": 0.1, "batch_size": 20}
    return saved(with_recipe(iris_mlp(), epochs=4, **recipe), tmp_path)


def call(project: Path, *options: str) -> Any:
    """What ``train --json`` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "designer", "train", str(project), "--json", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_two_processes_train_as_one_does_and_go_on_as_one(project: Path) -> None:
    alone = call(project, "--device", "cpu")
    crew = call(project, "--device", "cpu", "--processes", "2")
    assert crew["device"] == "cpu:0 and 1 more"
    for split in ("train", "validation", "test"):
        assert crew[split] == pytest.approx(alone[split], rel=1e-5)
    further = call(project, "--device", "cpu", "--processes", "2", "--resume", "--epochs", "6")
    straight = call(project, "--device", "cpu", "--epochs", "6")
    assert (further["run"], further["epochs"]) == (crew["run"], 6)
    assert further["test"] == pytest.approx(straight["test"], rel=1e-5)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--processes", "2", "--process", "2", "--coordinator", "x:1"], "--process 2 is none of"),
        (["--processes", "0"], "--process 0 is none of --processes 0"),
        (["--processes", "2", "--process", "1"], "--process needs --coordinator"),
        (["--devices", "0"], "'0' is neither a number above 0 nor 'all'"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    project: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["train", str(project), *options]) == 2
    told = capsys.readouterr().err
    assert words in told
    assert "hint: " in told
