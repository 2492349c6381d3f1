"""The command that trains once for each fold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.designer.cli.line import Line


def test_it_gives_mean_and_spread_as_json(call: Line, file: Path) -> None:
    before = file.read_bytes()
    answer = call("cross-validate", file, "--folds", "3", "--epochs", "2", "--json")
    assert answer.code == 0
    found = answer.json
    assert list(found) == ["folds", "done", "seconds", "mean", "spread", "figures"]
    assert (found["folds"], found["done"]) == (3, 3)
    for name in ("loss", "accuracy", "f1_macro"):
        values = [figures[name] for figures in found["figures"]]
        assert found["mean"][name] == pytest.approx(np.mean(values))
        assert found["spread"][name] == pytest.approx(np.std(values))
    assert file.read_bytes() == before
    assert not (file.parent / ".layerloom").exists()


def test_it_tells_people_of_each_fold(call: Line, file: Path) -> None:
    answer = call("cross-validate", file, "--folds", "2", "--epochs", "1", "--no-stratify")
    assert answer.code == 0
    assert [line.partition(":")[0] for line in answer.err.splitlines()] == [
        "fold 1 of 2",
        "fold 2 of 2",
    ]
    head, *lines = answer.out.splitlines()
    assert head.split() == ["mean", "spread"]
    assert lines[0].split()[0] == "loss"
    assert lines[-1].startswith("2 folds in ")


def test_what_is_wrong_is_said(call: Line, file: Path) -> None:
    assert "--folds must be at least 2" in call.wrong("cross-validate", file, "--folds", "1")
    assert "cannot be divided into 500 folds" in call.wrong(
        "cross-validate", file, "--folds", "500"
    )
    assert "there is no node 'nobody'" in call.wrong(
        "cross-validate", file, "--set", "nobody.units=2"
    )
