"""File > Import: a model becomes a project in a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from core.project.runs import IMPORTED, store_of
from designer.main_window import MainWindow
from tests.core.compile.onnx_in.test_other_exporters import drawn, written

PATIENCE = 120_000


def a_model(folder: Path) -> Path:
    """A Dense, an operator that nobody knows, and another Dense."""
    nodes = [
        ("MatMul", ["x", "W"], "a", {}),
        ("Mystery", ["a"], "m", {"domain": "com.acme"}),
        ("MatMul", ["m", "K"], "y", {}),
    ]
    return written(folder / "odd.onnx", nodes, {"W": drawn(4, 6), "K": drawn(6, 2)}, ("N", 4))


def choose(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, window: MainWindow, model: Path, output: Path
) -> None:
    """Press the shortcut, and answer the dialogs of the platform."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(model), ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(output), ""))
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_I, keys)


def test_a_model_is_opened_and_its_gaps_lead_to_the_nodes(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "odd.loom"
    with qtbot.waitSignal(window.files.opened, timeout=PATIENCE):
        choose(monkeypatch, qtbot, window, a_model(tmp_path), output)
        assert window.importing.progress is not None
        assert window.importing.progress.isVisible()
    assert window.session.file == output.resolve()
    assert window.importing.progress is None
    report = window.importing.report
    assert report is not None
    qtbot.waitUntil(report.isVisible)
    assert "no block computes 1 operator" in report.summary.text()
    item = report.list.topLevelItem(0)
    assert [item.text(i) for i in range(2)] == ["com.acme.Mystery", "mystery"]
    window.canvas.select([])
    place = report.list.visualItemRect(item).center()
    qtbot.mouseClick(report.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    (chosen,) = window.canvas.selected_nodes()
    assert window.session.design.nodes[chosen].block == "onnx.com.acme.Mystery"
    messages = [p.message for p in window.session.analysis.problems]
    assert "mystery: no block computes the ONNX operator com.acme.Mystery" in messages
    (run,) = store_of(output).runs()
    assert run.status == IMPORTED
    assert window.session.design.recipe["initial_weights"] == run.id
    assert not window.trainer.resumable
    report.close()


def test_a_file_that_is_no_model_leaves_the_open_design(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad.onnx"
    bad.write_bytes(b"no model")
    before = cnn.session.design
    with qtbot.waitSignal(cnn.importing.trouble, timeout=PATIENCE):
        choose(monkeypatch, qtbot, cnn, bad, tmp_path / "bad.loom")
    assert "bad.onnx" in cnn.banner.message()
    assert cnn.session.design is before
    assert not (tmp_path / "bad.loom").exists()


def test_an_import_can_be_cancelled(
    qtbot: QtBot, cnn: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cnn.session.design
    choose(monkeypatch, qtbot, cnn, a_model(tmp_path), tmp_path / "odd.loom")
    process, progress = cnn.importing.process, cnn.importing.progress
    assert process.busy
    assert progress is not None
    button = progress.findChild(QPushButton)
    with qtbot.waitSignal(process.cancelled, timeout=PATIENCE):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not process.busy
    assert cnn.importing.progress is None
    assert cnn.session.design is before
    assert "cancelled" in cnn.statusBar().currentMessage()
    assert np.all([not p.name.endswith(".loom") for p in tmp_path.iterdir()])
