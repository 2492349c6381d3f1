"""The command line on a design that plays."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.project.gallery import examples
from core.project.runs import store_of
from core.project.weights import run_weights
from tests.designer.cli.line import Line

SMALL = ("--batch-size", "128", "--json")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return Path(shutil.copy(examples()["cart_pole"], tmp_path))


def test_check_and_info(call: Line, file: Path) -> None:
    assert call("check", file).code == 0
    found = call("info", file, "--json").json
    assert found["problems"] == []
    policy = next(node for node in found["nodes"] if node["name"] == "policy")
    assert policy["inputs"]["logits"] == [None, 2]


def test_train_resume_and_evaluate(call: Line, file: Path, tmp_path: Path) -> None:
    whole = call("train", file, "--epochs", "2", *SMALL).json
    assert (whole["steps"], whole["stopped_by"]) == (40, "epochs")
    for split in ("train", "validation", "test"):
        assert whole[split]["return"] == whole[split]["length"] >= 8

    other = Path(shutil.copy(file, tmp_path / "other.loom"))
    call("train", other, "--epochs", "1", *SMALL)
    rest = call("train", other, "--epochs", "2", "--resume", *SMALL).json
    assert rest["test"] == whole["test"]
    kept = [run_weights(store_of(p).get(r["run"])) for p, r in ((file, whole), (other, rest))]
    assert all(np.array_equal(kept[0][name], kept[1][name]) for name in kept[0])

    measured = call("evaluate", file, "--run", whole["run"], "--json").json
    assert measured["metrics"] == whole["test"]
    assert measured["samples"] == 100
    assert measured["baselines"]["random_return"] == 22.3
