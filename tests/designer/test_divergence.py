"""A run that diverges in the window: what is said, what is selected, and what the buttons do."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from designer.main_window import MainWindow
from designer.rate_dialog import RateDialog
from tests.designer.conftest import PATIENCE
from tests.designer.driving import node, press_action
from tests.designs import IRIS, Layer, classifier, saved, with_recipe


@pytest.fixture
def diverged(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """The window after a run with a rate that is far too high."""
    layers: tuple[Layer, ...] = (
        ("Dense", {"units": 8}),
        ("Activation", {"function": "relu"}),
        ("Dense", {"units": 3}),
    )
    design = classifier(IRIS, *layers, x="features")
    design = with_recipe(design, optimizer="SGD", learning_rate=1e30, epochs=10)
    assert window.files.read(saved(design, tmp_path))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    return window


def button(window: MainWindow, label: str) -> QPushButton:
    (found,) = [b for b in window.banner.buttons() if b.text() == label]
    return found


def rate(window: MainWindow) -> float:
    return window.session.analysis_of_whole.recipe.optimizer.learning_rate


def test_the_banner_names_the_node_and_the_canvas_selects_it(diverged: MainWindow) -> None:
    text = diverged.banner.message()
    assert text.startswith("The loss became ")
    assert "(epoch 1): the output of dense" in text
    (selected,) = diverged.canvas.selected_nodes()
    assert diverged.session.design.nodes[selected].name in text
    assert selected in (node(diverged, "dense"), node(diverged, "dense_2"))
    assert diverged.trainer.state == "idle"
    assert not diverged.actions_by_name["resume"].isEnabled()


def test_in_a_narrow_window_every_button_has_room_for_its_text(
    diverged: MainWindow, qtbot: QtBot
) -> None:
    diverged.resize(1000, 700)
    qtbot.waitUntil(lambda: diverged.width() == 1000, timeout=PATIENCE)
    QApplication.processEvents()
    buttons = diverged.banner.buttons()
    assert [b.text() for b in buttons] == [
        *("Halve rate", "Rate / 10", "Clip gradients", "Find rate"),
    ]
    assert all(b.width() >= b.sizeHint().width() for b in buttons)


def test_a_remedy_is_an_edit_that_undo_takes_back(diverged: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(button(diverged, "Rate / 10"), Qt.MouseButton.LeftButton)
    assert rate(diverged) == pytest.approx(1e29)
    assert diverged.banner.message() == "The learning rate is now 1e+29 instead of 1e+30."
    assert diverged.session.undo_label == "Rate / 10"
    qtbot.mouseClick(button(diverged, "Undo"), Qt.MouseButton.LeftButton)
    assert rate(diverged) == 1e30


def test_a_rate_can_be_searched_from_the_banner(
    diverged: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[float] = []

    def settle(dialog: RateDialog) -> int:
        """Wait for the search, and take what it suggests."""
        try:
            qtbot.waitUntil(lambda: dialog.rate > 0, timeout=PATIENCE)
            found.append(dialog.rate)
            dialog.done(RateDialog.DialogCode.Accepted)
            return RateDialog.DialogCode.Accepted
        except Exception:
            dialog.reject()
            raise

    monkeypatch.setattr(RateDialog, "exec", settle)
    qtbot.mouseClick(button(diverged, "Find rate"), Qt.MouseButton.LeftButton)
    assert rate(diverged) == found[0] < 1e3
    assert diverged.banner.message().endswith("instead of 1e+30.")
    assert [b.text() for b in diverged.banner.buttons()] == ["Train again", "Undo"]


def test_figures_of_weights_that_are_no_numbers_are_not_told(diverged: MainWindow) -> None:
    assert diverged.watching is not None
    assert diverged.watching.views.training.progress()[1] == "Diverged after epoch 0"


def test_train_again_trains_with_the_changed_recipe(diverged: MainWindow, qtbot: QtBot) -> None:
    run = diverged.trainer.run
    qtbot.mouseClick(button(diverged, "Clip gradients"), Qt.MouseButton.LeftButton)
    assert diverged.session.analysis_of_whole.recipe.clip_norm == 1.0
    with qtbot.waitSignal(diverged.trainer.finished, timeout=PATIENCE):
        qtbot.mouseClick(button(diverged, "Train again"), Qt.MouseButton.LeftButton)
    assert run is not None
    assert diverged.trainer.run is not None
    assert diverged.trainer.run.id != run.id
