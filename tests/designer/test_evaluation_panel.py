"""The evaluation panel in a real window, with a real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from core.project.file import save
from designer.evaluation_panel import EMPTY_TEXT, WAITING_TEXT, EvaluationPanel
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import click_entry, menu_of, press_action
from tests.designs import iris_mlp, with_recipe


def show_panel(qtbot: QtBot, window: MainWindow) -> EvaluationPanel:
    click_entry(qtbot, window, menu_of(window, "E&xplain"), "Evaluation …")
    panel = window.late_panels.panel("evaluation")
    assert isinstance(panel, EvaluationPanel)
    qtbot.waitUntil(panel.widget.isVisible)
    return panel


def train(qtbot: QtBot, window: MainWindow, folder: Path, epochs: int) -> None:
    path = folder / "iris.loom"
    save(with_recipe(iris_mlp(), epochs=epochs, learning_rate=0.02), path)
    assert window.files.read(path)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")


def turn_to(qtbot: QtBot, panel: EvaluationPanel, title: str) -> None:
    """Click a part of the evaluation in the list."""
    (item,) = panel.list.findItems(title, Qt.MatchFlag.MatchExactly)
    panel.list.scrollToItem(item)
    place = panel.list.visualItemRect(item).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_after_a_run_it_shows_where_the_network_is_wrong(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = show_panel(qtbot, window)
    assert panel.empty.isVisible()
    assert panel.empty.text() == EMPTY_TEXT
    assert not panel.save.isEnabled()
    train(qtbot, window, tmp_path, 10)
    # The curves have come to the front with the training.
    show_panel(qtbot, window)
    qtbot.waitUntil(lambda: panel.report is not None, timeout=PATIENCE)
    report = panel.report
    figures = dict(row for row in panel.pages["Summary"].table.texts())
    assert figures["Accuracy"] == f"{window.trainer.summary.test['accuracy']:.3f}"
    turn_to(qtbot, panel, "Confusion")
    page = panel.pages["Confusion"]
    table = page.grid.table
    qtbot.waitUntil(table.isVisible)
    cell = table.visualItemRect(table.item(0, 0)).center()
    assert table.item(0, 0).text() == str(report.classes.confusion[0, 0])
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell)
    listed = [int(row[0]) for row in page.samples.table.texts()]
    answers = report.answers
    inside = (answers.truth == 0) & (answers.predicted == 0)
    assert sorted(listed) == sorted(answers.rows[inside].tolist())
    samples = page.samples.table
    first = samples.visualItemRect(samples.topLevelItem(0)).center()
    qtbot.mouseClick(samples.viewport(), Qt.MouseButton.LeftButton, pos=first)
    qtbot.waitUntil(lambda: page.samples.shown_row == listed[0], timeout=PATIENCE)
    assert page.samples.text.text().count(",") == 3
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert "versicolor → versicolor" in page.samples.caption.text()
    turn_to(qtbot, panel, "Slices")
    assert "Group by" in panel.reason.text()
    panel.column.setFocus()
    qtbot.keyClicks(panel.column, "features[2]")
    qtbot.keyClick(panel.column, Qt.Key.Key_Return)
    panel.column.activated.emit(panel.column.currentIndex())
    qtbot.waitUntil(lambda: panel.report.by_column is not None, timeout=PATIENCE)
    groups = panel.pages["Slices"].groups.texts()
    assert sum(int(group[1]) for group in groups) == report.rows
    qtbot.mouseClick(panel.robust, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    assert panel.reason.isVisible()
    assert panel.reason.text() == WAITING_TEXT
    qtbot.waitUntil(lambda: panel.report.robustness is not None, timeout=PATIENCE)
    assert not panel.reason.isVisible()
    assert panel.list.currentItem().text() == "Robustness"
    lines = panel.pages["Robustness"].plot.lines
    assert [len(line.x) for line in lines] == [5, 5, 5]
    (item,) = panel.list.findItems("Regression", Qt.MatchFlag.MatchExactly)
    assert item.isHidden()
    target = tmp_path / "out.html"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    menu = panel.save.menu()
    menu.popup(window.pos())
    menu.setActiveAction(menu.actions()[0])
    with qtbot.waitSignal(panel.saving.noted, timeout=PATIENCE):
        qtbot.keyClick(menu, Qt.Key.Key_Return)
        assert panel.saving.isVisible()
    assert not panel.saving.isVisible()
    assert f"{panel.report.metrics['loss']:.4f}" in target.read_text("utf-8")


def test_live_it_follows_a_training_and_hidden_it_asks_nothing(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    panel = show_panel(qtbot, window)
    qtbot.mouseClick(panel.live, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))
    path = tmp_path / "iris.loom"
    save(with_recipe(iris_mlp(), epochs=100_000), path)
    assert window.files.read(path)
    with qtbot.waitSignal(window.trainer.state_changed, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    show_panel(qtbot, window)
    qtbot.waitUntil(lambda: panel.report is not None, timeout=PATIENCE)
    first = panel.status.text()
    qtbot.waitUntil(lambda: panel.status.text() != first, timeout=PATIENCE)
    window.docks["evaluation"].hide()
    assert not window.asking.is_waiting("evaluation")
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "stop")
    assert not window.asking.is_waiting("evaluation")
    assert not any(
        "error" in str(label.property("role")) for label in panel.widget.findChildren(QLabel)
    )
