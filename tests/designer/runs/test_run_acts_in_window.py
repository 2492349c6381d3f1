"""What the acts of the panel of runs do to the store, the design and the views."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.project.run_acts import rename
from core.project.runs import store_of
from designer.main_window import MainWindow
from designer.run_rows import STATUS
from designer.runs_panel import RunsPanel
from tests.designer.conftest import PATIENCE
from tests.designer.runs.driving_runs import (
    CTRL,
    act,
    answer,
    click,
    enabled,
    listed,
    shown,
)
from tests.designs import iris_mlp


def test_delete_asks_once_and_deletes(
    qtbot: QtBot,
    window: MainWindow,
    panel: RunsPanel,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folders = {r.name: r.directory for r in store_of(file).runs()}
    click(qtbot, panel, "small", "wide")
    asked = answer(monkeypatch, QMessageBox.StandardButton.Cancel)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    assert asked == ["Delete 2 runs? Their figures and weights are gone for good."]
    assert len(store_of(file).runs()) == 3
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    qtbot.keyClick(panel.table, Qt.Key.Key_Delete)
    listed(qtbot, window, "best")
    assert [name for name, folder in folders.items() if folder.exists()] == ["best"]


def test_the_views_let_go_of_a_deleted_run(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert window.trainer.run is not None
    assert window.trainer.run.name == "best"
    answer(monkeypatch, QMessageBox.StandardButton.Yes)
    click(qtbot, panel, "best")
    act(qtbot, panel, "delete")
    qtbot.waitUntil(lambda: window.trainer.run is not None and window.trainer.run.name == "wide")
    listed(qtbot, window, "wide", "small")


def test_a_run_that_another_process_trains_cannot_be_deleted(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, file: Path
) -> None:
    store = store_of(file)
    rename(store, store.create("iris", "{}"), "elsewhere")
    act(qtbot, panel, "refresh")
    listed(qtbot, window, "elsewhere", "best", "wide", "small")
    assert shown(panel, STATUS)[0] == "running"
    click(qtbot, panel, "elsewhere", "best")
    assert "delete" not in enabled(panel)
    click(qtbot, panel, "elsewhere")
    assert not enabled(panel) & {"delete", "resume"}


def test_restore_is_an_act_that_can_be_undone(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel
) -> None:
    click(qtbot, panel, "wide")
    act(qtbot, panel, "restore")
    qtbot.waitUntil(lambda: window.session.whole.nodes["dense"].params["units"] == 32)
    assert window.session.undo_label == "Restore design of run wide"
    assert window.session.file is not None
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    assert window.session.whole == iris_mlp()
    click(qtbot, panel, "small")
    with qtbot.waitSignal(window.runs.noted) as told:
        act(qtbot, panel, "restore")
    assert told.args == ["The design is that of run small already"]


def test_open_makes_a_design_of_its_own(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel, file: Path
) -> None:
    click(qtbot, panel, "wide")
    with qtbot.waitSignal(window.files.opened):
        act(qtbot, panel, "open")
    assert window.session.file is None
    assert window.session.whole.nodes["dense"].params["units"] == 32
    assert not window.session.dirty
    qtbot.waitUntil(panel.empty.isVisible)


def test_show_makes_it_the_run_that_the_views_show(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel
) -> None:
    click(qtbot, panel, "small")
    act(qtbot, panel, "show")
    plot = window.watching.views.training.loss_plot
    qtbot.waitUntil(
        lambda: "validation" in plot.names() and plot.points("validation")[1][-1] == 0.5
    )
    assert window.trainer.run.name == "small"
    assert window.docks["training"].isVisible()
    assert "loss 0.5" in window.watching.views.training.progress()[1]


def test_events_are_exported(
    qtbot: QtBot,
    window: MainWindow,
    panel: RunsPanel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "logs"))
    click(qtbot, panel, "small", "best")
    with qtbot.waitSignal(window.runs.noted, timeout=PATIENCE) as told:
        act(qtbot, panel, "events")
    assert told.args == ["Wrote 4 files into logs"]
    assert {p.name for p in (tmp_path / "logs").iterdir()} == {"small", "best"}


def test_the_comparison_draws_all_and_lists_what_differs(
    qtbot: QtBot, window: MainWindow, panel: RunsPanel
) -> None:
    click(qtbot, panel, "best", "wide", "small")
    act(qtbot, panel, "compare")
    (dialog,) = window.runs._comparisons
    qtbot.waitUntil(lambda: len(dialog.plot.names()) == 6, timeout=PATIENCE)
    assert dialog.plot.names()[:2] == ["best, training", "best, validation"]
    epochs, losses = dialog.plot.points("wide, validation")
    np.testing.assert_array_equal(epochs, np.arange(1, 21))
    np.testing.assert_allclose(losses, 0.25 + np.arange(19, -1, -1))
    qtbot.waitUntil(lambda: bool(dialog.differences.texts()), timeout=PATIENCE)
    assert ("Nodes", "dense.units", "8", "32") in dialog.differences.texts()
    assert ("Figures", "test.loss", "0.125", "0.25") in dialog.differences.texts()

    choose(qtbot, dialog.sides[0], "wide")
    qtbot.waitUntil(lambda: "same" in dialog.differences.sentence(), timeout=PATIENCE)
    choose(qtbot, dialog.sides[1], "small")
    rows = dialog.differences.texts
    qtbot.waitUntil(lambda: ("Nodes", "dense.units", "32", "8") in rows(), timeout=PATIENCE)

    qtbot.mouseClick(dialog.training, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))
    qtbot.waitUntil(lambda: len(dialog.plot.names()) == 3)
    dialog.smoothing.setFocus()
    qtbot.keyClick(dialog.smoothing, Qt.Key.Key_End)
    smooth = dialog.plot.points("wide, validation")[1]
    assert smooth[0] == losses[0]
    assert smooth[-1] > losses[-1] + 5
    dialog.close()
    assert window.runs._comparisons == []


def choose(qtbot: QtBot, box: object, text: str) -> None:
    """Choose an entry of a combo box by typing its first letter."""
    box.setFocus()
    qtbot.keyClicks(box, text[0])
    assert box.currentText() == text
