"""A project with three runs, and the panel that lists them."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.project.file import save
from designer.main_window import MainWindow
from designer.runs_panel import RunsPanel
from tests.designer.runs.driving_runs import (
    CTRL,
    ended,
    listed,
)
from tests.designs import iris_mlp


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "iris.loom"
    save(iris_mlp(), path)
    return path


@pytest.fixture
def panel(qtbot: QtBot, window: MainWindow, file: Path) -> RunsPanel:
    """The panel of a window on a project with three runs, brought to the front by its key."""
    for name, loss, units, status in (
        ("small", 0.5, 8, "epochs"),
        ("wide", 0.25, 32, "interrupted"),
        ("best", 0.125, 8, "epochs"),
    ):
        ended(file, name, loss, units, status)
    assert window.files.read(file)
    qtbot.keyClick(window, Qt.Key.Key_R, CTRL)
    listed(qtbot, window, "best", "wide", "small")
    return window.runs.panel
