"""The dialog of the cross-validation: folds, progress, a stop, and what is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import save
from core.train.events import CrossValidated, FoldEnd, FoldProgress
from designer.cross_validation_dialog import CrossValidationDialog
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designs import iris_mlp, with_recipe


@pytest.fixture
def dialog(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> Iterator[CrossValidationDialog]:
    path = tmp_path / "iris.loom"
    save(with_recipe(iris_mlp(), epochs=3), path)
    assert window.files.read(path)
    made = CrossValidationDialog(window.trainer, window)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.hide()


def table(dialog: CrossValidationDialog) -> dict[str, list[str]]:
    items = (dialog.table.topLevelItem(i) for i in range(dialog.table.topLevelItemCount()))
    return {item.text(0): [item.text(c) for c in range(1, 5)] for item in items}


def test_folds_are_trained_and_listed(
    qtbot: QtBot, window: MainWindow, dialog: CrossValidationDialog
) -> None:
    heard: list[object] = []
    window.trainer.heard.connect(heard.append)
    dialog.folds.setValue(3)
    with qtbot.waitSignal(
        window.trainer.heard,
        timeout=PATIENCE,
        check_params_cb=lambda e: isinstance(e, CrossValidated),
    ):
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
        assert not dialog.go.isEnabled()
        assert dialog.end.text() == "Stop"
        assert not window.actions_by_name["train"].isEnabled()
        assert not window.actions_by_name["cross_validate"].isEnabled()
    (found,) = (e for e in heard if isinstance(e, CrossValidated))
    shown = table(dialog)
    assert list(shown)[:2] == ["Loss", "Accuracy"]
    assert shown["Accuracy"][0] == f"{found.mean['accuracy']:.4g}"
    assert shown["Accuracy"][1] == f"{found.spread['accuracy']:.4g}"
    highest = max(figures["accuracy"] for figures in found.figures)
    assert shown["Accuracy"][3] == f"{highest:.4g}"
    assert [e.fold for e in heard if isinstance(e, FoldEnd)] == [0, 1, 2]
    assert "3 folds" in dialog.text.text()
    assert dialog.bar.value() == dialog.bar.maximum()
    assert dialog.go.isEnabled()
    assert dialog.end.text() == "Close"
    assert window.actions_by_name["train"].isEnabled()
    assert not window.trainer.store.runs("iris")


def test_it_can_be_stopped(qtbot: QtBot, window: MainWindow, dialog: CrossValidationDialog) -> None:
    window.session.act("Long", lambda d: edits.set_recipe(d, {**d.recipe, "epochs": 100_000}))
    with qtbot.waitSignal(
        window.trainer.heard,
        timeout=PATIENCE,
        check_params_cb=lambda e: isinstance(e, FoldProgress),
    ):
        qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    assert "Fold 1 of 5" in dialog.text.text()
    qtbot.mouseClick(dialog.end, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: not window.trainer.busy, timeout=PATIENCE)
    assert "Stopped after 0 of 5" in dialog.text.text()
    assert table(dialog) == {}
    qtbot.mouseClick(dialog.end, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_too_many_folds_are_told_with_a_remedy(
    qtbot: QtBot, window: MainWindow, dialog: CrossValidationDialog
) -> None:
    dialog.folds.setValue(1000)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(dialog.banner.message()), timeout=PATIENCE)
    assert "1000 folds" in dialog.banner.message()
    assert dialog.go.isEnabled()


def test_a_design_with_errors_opens_no_dialog(window: MainWindow) -> None:
    window.files.new()
    window.actions_by_name["cross_validate"].trigger()
    assert "error" in window.banner.message()


def test_one_row_left_out_needs_no_number(dialog: CrossValidationDialog) -> None:
    assert dialog.folds.isEnabled()
    dialog.one_out.click()
    assert not dialog.folds.isEnabled()
