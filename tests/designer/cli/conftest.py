"""A command line to call and a project to call it with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.designer.cli.line import Line
from tests.designs import iris_mlp, saved


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Line:
    return Line(capsys)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return saved(iris_mlp(), tmp_path)
