"""Calls of the command line in this process, and what they answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from designer.cli.main import run


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
