"""Searching a learning rate in the window: the live curve, choosing, setting, and ending it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.design import edits
from core.train.events import EpochEnd, RateSearched
from designer.main_window import MainWindow
from designer.rate_dialog import RateDialog
from tests.designer.conftest import PATIENCE
from tests.designer.driving import answer_dialog, press_action
from tests.designs import iris_mlp, saved, with_recipe


@pytest.fixture
def project(window: MainWindow, tmp_path: Path) -> MainWindow:
    """The window on a small design."""
    assert window.files.read(saved(with_recipe(iris_mlp(), optimizer="SGD"), tmp_path))
    return window


def rate(window: MainWindow) -> float:
    return window.session.analysis_of_whole.recipe.optimizer.learning_rate


def test_a_click_on_the_curve_chooses_the_rate_that_use_sets(
    project: MainWindow, qtbot: QtBot
) -> None:
    def answer(dialog: RateDialog) -> None:
        assert not dialog.use.isEnabled()
        qtbot.waitUntil(dialog.use.isEnabled, timeout=PATIENCE)
        assert dialog.curve is not None
        rates, losses = dialog.plot.points()
        np.testing.assert_array_equal(rates, dialog.curve.rates)
        np.testing.assert_array_equal(losses, dialog.curve.losses)
        assert dialog.field.text() == f"{dialog.curve.suggestion:.2g}"
        assert f"falls fastest at {dialog.curve.suggestion:g}." in dialog.status.text()
        qtbot.mouseClick(dialog.tenth, Qt.MouseButton.LeftButton)
        assert dialog.rate == pytest.approx(dialog.curve.tenth, rel=0.05)
        place = dialog.plot.place_of(1e-3).toPoint()
        qtbot.mouseClick(dialog.plot.canvas, Qt.MouseButton.LeftButton, pos=place)
        assert dialog.rate == pytest.approx(1e-3, rel=0.1)
        chosen.append(dialog.rate)
        qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)

    chosen: list[float] = []
    before = rate(project)
    answer_dialog(RateDialog, answer, project.actions_by_name["find_rate"].trigger)
    assert [rate(project)] == chosen
    assert project.session.undo_label == "Set learning rate"
    project.session.undo()
    assert rate(project) == before


def test_cancel_ends_a_search_that_goes_on_and_training_works_after(
    project: MainWindow, qtbot: QtBot
) -> None:
    heard: list[object] = []
    project.trainer.heard.connect(heard.append)

    def answer(dialog: RateDialog) -> None:
        qtbot.waitUntil(lambda: len(dialog.plot.points()[0]) > 0, timeout=PATIENCE)
        dialog.reject()

    before = project.session.whole
    button = project.recipe.find_rate
    project.docks.show("recipe")
    answer_dialog(RateDialog, answer, lambda: qtbot.mouseClick(button, Qt.MouseButton.LeftButton))
    assert project.session.whole is before

    def is_over() -> bool:
        return any(isinstance(event, RateSearched) for event in heard)

    qtbot.waitUntil(is_over, timeout=PATIENCE)
    with qtbot.waitSignal(project.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, project, "train")
    assert any(isinstance(event, EpochEnd) for event in heard)


def test_a_worker_that_dies_is_told(project: MainWindow, qtbot: QtBot) -> None:
    def answer(dialog: RateDialog) -> None:
        qtbot.waitUntil(lambda: len(dialog.plot.points()[0]) > 0, timeout=PATIENCE)
        project.trainer.process.kill()
        qtbot.waitUntil(lambda: dialog.banner.message() != "", timeout=PATIENCE)
        assert "ended unexpectedly" in dialog.banner.message()
        dialog.reject()

    answer_dialog(RateDialog, answer, project.actions_by_name["find_rate"].trigger)


def test_a_design_with_errors_is_explained_instead(project: MainWindow) -> None:
    loss = next(n.id for n in project.session.design.nodes.values() if n.block == "CrossEntropy")
    project.session.act("Delete loss", lambda d: edits.remove(d, [loss]))
    project.actions_by_name["find_rate"].trigger()
    assert "there is no loss" in project.banner.message()


def test_it_waits_while_a_run_goes_on(project: MainWindow, qtbot: QtBot) -> None:
    assert project.recipe.find_rate.isEnabled()
    with qtbot.waitSignal(project.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, project, "train")
        assert not project.actions_by_name["find_rate"].isEnabled()
        assert not project.recipe.find_rate.isEnabled()
    assert project.recipe.find_rate.isEnabled()
