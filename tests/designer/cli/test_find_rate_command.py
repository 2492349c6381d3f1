"""`layerloom find-rate`: the curve, the suggestion, and a file that stays as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.designer.cli.line import Line
from tests.designs import iris_mlp, saved


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return saved(iris_mlp(), tmp_path)


def test_the_curve_and_the_suggestion_as_json(call: Line, file: Path) -> None:
    before = file.read_bytes()
    found = call("find-rate", file, "--json").json
    assert set(found) == {"rates", "losses", "smoothed", "steepest", "tenth", "suggestion"}
    assert len(found["rates"]) == len(found["losses"]) == len(found["smoothed"])
    assert found["rates"] == sorted(found["rates"])
    assert found["steepest"] in found["rates"]
    assert found["suggestion"] == float(f"{found['steepest']:.2g}")
    assert file.read_bytes() == before
    assert not (file.parent / ".layerloom").exists()


def test_the_curve_for_people(call: Line, file: Path) -> None:
    answer = call("find-rate", file)
    assert answer.code == 0
    head, *rows = answer.out.splitlines()
    assert head.split() == ["rate", "loss", "smoothed"]
    assert float(rows[0].split()[0]) == pytest.approx(1e-7)
    assert rows[-1].startswith("suggested ")


def test_a_hyphen_in_a_wrong_command_is_understood(call: Line) -> None:
    assert "there is no command or file called 'find-rates'" in call.wrong("find-rates")
