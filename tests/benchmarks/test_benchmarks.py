"""The benchmarks' answers have the agreed form."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.figure import Figure, in_turn


def test_the_answer_has_the_agreed_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmarks.main(["shapes", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"machine", "figures"}
    assert set(found["figures"]) == {"first_node", "last_node", "move"}
    for figure in found["figures"].values():
        assert set(figure) == {"ours", "peer", "peer_name", "ratio", "unit", "better"}
        assert figure["ours"] > 0
        assert figure["ratio"] == pytest.approx(20.0 / figure["ours"])
        assert (figure["peer"], figure["unit"], figure["better"]) == (None, "ms", "lower")


def test_above_one_is_better_for_us() -> None:
    assert Figure(2.0, "s", "lower", peer=4.0, peer_name="them").ratio == 2
    assert Figure(2.0, "1/s", "higher", peer=4.0, peer_name="them").ratio == 0.5
    assert Figure(0.5, "s", "lower", budget=1.0).ratio == 2


def test_a_benchmark_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmarks, "NAMES", (*benchmarks.NAMES, "moon"))
    assert benchmarks.main(["moon", "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: the benchmark moon is not written yet\nhint: Choose one of: ")


def test_works_are_done_in_turn_and_the_first_round_does_not_count() -> None:
    done: list[str] = []
    taken = in_turn(2, lambda: done.append("ours"), lambda: done.append("peer"))
    assert done == ["ours", "peer"] * 3
    assert len(taken) == 2
