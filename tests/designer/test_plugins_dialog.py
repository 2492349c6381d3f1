"""Enabling plugins in the window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core import plugins
from core.plugins import Loaded, Plugin
from designer.plugins_dialog import PluginsDialog

GOOD = Plugin("example", "layerloom_example.blocks", "layerloom-example", "1.0")
BAD = Plugin("broken", "broken", "layerloom-broken", "0.1")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAYERLOOM_CONFIG", str(tmp_path / "config"))
    monkeypatch.setattr(plugins, "installed", lambda: [BAD, GOOD])
    return tmp_path / "config"


def texts(dialog: PluginsDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def test_a_click_enables_a_plugin_for_the_next_start(qtbot: QtBot, folder: Path) -> None:
    dialog = PluginsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    box = dialog.boxes["example"]
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center() * 0.1)
    assert box.isChecked()
    assert plugins.enabled() == ("example",)
    assert "from the next start" in texts(dialog)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert plugins.enabled() == ()


def test_blocks_and_faults_are_shown(
    qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = (Loaded(BAD, {}, "RuntimeError: no such luck"),)
    monkeypatch.setattr(plugins, "loaded", lambda: found)
    dialog = PluginsDialog()
    qtbot.addWidget(dialog)
    assert "could not be loaded: RuntimeError: no such luck" in texts(dialog)
    assert "layerloom-example 1.0" in texts(dialog)


def test_a_folder_that_cannot_be_written_is_told(qtbot: QtBot, folder: Path) -> None:
    folder.write_text("in the way")
    dialog = PluginsDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.boxes["example"].setFocus()
    qtbot.keyClick(dialog.boxes["example"], Qt.Key.Key_Space)
    assert "cannot be written" in texts(dialog)


def test_a_damaged_file_enables_nothing(folder: Path) -> None:
    folder.mkdir()
    for text in ("", "[]", '{"enabled": 3}', json.dumps({"enabled": [1, None]})):
        (folder / "plugins.json").write_text(text)
        assert plugins.enabled() == ()
