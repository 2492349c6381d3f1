"""Whether the process that trains a run still lives."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from core.project import owner as owner_module
from core.project.owner import host_of, is_alive, is_here, this_process


def test_this_process_is_alive_and_here() -> None:
    owner = this_process()
    assert is_alive(owner)
    assert is_here(owner)
    assert host_of(owner)


def test_a_process_that_ended_is_not_alive_even_while_nobody_asked_how_it_ended() -> None:
    code = "from core.project.owner import this_process; print(this_process(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        owner = other.stdout.readline()
        assert is_alive(owner)
        other.kill()
        # The end of its output says that it is gone; its exit code has not been fetched.
        assert other.stdout.read() == ""
        other.wait()
        assert not is_alive(owner)


def test_another_process_with_the_same_number_is_not_the_owner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = "1"
    monkeypatch.setattr(owner_module, "_linux_facts", lambda _: ["S", *"0" * 18, began])
    owner = this_process()
    assert is_alive(owner)
    began = "2"
    assert not is_alive(owner)


def test_a_process_on_another_computer_counts_as_alive() -> None:
    told = json.loads(this_process())
    owner = json.dumps({**told, "host": "elsewhere"})
    assert is_alive(owner)
    assert not is_here(owner)
    assert host_of(owner) == "elsewhere"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"pid": -1}', '{"pid": true}', '{"pid": "1"}', '{"pid": 0}']
)
def test_what_tells_of_no_process_tells_of_none_alive(text: str) -> None:
    assert not is_alive(text)
    assert host_of(text) == ""
