"""Which of a run's metrics is drawn."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.project.file import save
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import iris_mlp, with_recipe


def train(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")


def test_the_metric_that_is_drawn_is_chosen_with_keys(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "iris.loom"
    save(with_recipe(iris_mlp(), epochs=3), path)
    assert window.files.read(path)
    panel = window.watching.views.training
    choice = panel.metric_choice
    assert not choice.isEnabled()
    train(qtbot, window)
    offered = [choice.itemText(i) for i in range(choice.count())]
    assert offered[:2] == ["Accuracy", "Precision (macro)"]
    assert "AUC" in offered
    assert "Loss" not in offered
    assert panel.metric_plot.names() == ["train", "validation"]
    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_Down)
    assert choice.currentText() == "Precision (macro)"
    assert panel.metric_plot.accessibleName() == "Precision (macro)"
    # It is not computed in training steps.
    assert panel.metric_plot.names() == ["validation"]
    epochs, values = panel.metric_plot.points("validation")
    assert epochs.tolist() == [1, 2, 3]
    run = window.trainer.store.runs("iris")[0]
    recorded = [
        p.value
        for p in window.trainer.store.points(run)
        if p.series == "validation" and p.name == "precision_macro"
    ]
    assert values.tolist() == recorded
    # The next run draws the same.
    train(qtbot, window)
    assert choice.currentText() == "Precision (macro)"
    assert len(panel.metric_plot.points("validation")[0]) == 3
    assert window.files.read(path)
    qtbot.waitUntil(lambda: choice.count() > 1, timeout=PATIENCE)
    assert choice.currentText() == "Precision (macro)"
    assert len(panel.metric_plot.points("validation")[0]) == 3
