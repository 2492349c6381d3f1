"""Starting from the weights of a run, chosen in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.project.weights import run_weights, write_weights
from designer.main_window import MainWindow
from designer.transfer_dialog import TransferDialog
from tests.designer.driving import answer_dialog
from tests.designs import iris_mlp, saved

PATIENCE = 30_000


@pytest.fixture
def trained(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """The window on a project with one run."""
    assert window.files.read(saved(iris_mlp(), tmp_path))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        window.actions_by_name["train"].trigger()
    return window


def open_dialog(window: MainWindow, qtbot: QtBot, answer: Callable[[TransferDialog], None]) -> None:
    """Open the dialog from the menu; ``answer`` is called with it."""
    answer_dialog(TransferDialog, answer, window.actions_by_name["transfer"].trigger)


def listed(dialog: TransferDialog) -> dict[str, list[str]]:
    """The parts of the list with the names in them."""
    tops = [dialog.list.topLevelItem(i) for i in range(dialog.list.topLevelItemCount())]
    return {t.text(0): [t.child(i).text(0) for i in range(t.childCount())] for t in tops if t}


def test_a_run_is_chosen_its_layers_frozen_and_training_starts_from_it(
    trained: MainWindow, qtbot: QtBot
) -> None:
    run = trained.trainer.run
    assert run is not None
    learnt = run_weights(run)

    def answer(dialog: TransferDialog) -> None:
        assert not dialog.use.isEnabled()
        qtbot.keyClick(dialog.source, Qt.Key.Key_Down)
        qtbot.waitUntil(dialog.use.isEnabled, timeout=PATIENCE)
        assert dialog.chosen == run.id
        assert dialog.summary.text() == "4 of the design's 4 arrays are taken."
        assert listed(dialog) == {"Taken (4)": sorted(learnt)}
        qtbot.mouseClick(
            dialog.freeze, Qt.MouseButton.LeftButton, pos=dialog.freeze.rect().center() * 0.2
        )
        assert dialog.freeze.isChecked()
        qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)

    open_dialog(trained, qtbot, answer)
    design = trained.session.whole
    assert design.recipe["initial_weights"] == run.id
    assert [n.params.get("trainable") for n in design.nodes.values() if n.block == "Dense"] == [
        False,
        False,
    ]
    with qtbot.waitSignal(trained.trainer.finished, timeout=PATIENCE):
        trained.actions_by_name["train"].trigger()
    assert trained.trainer.run is not None
    assert trained.trainer.run.id != run.id
    for name, value in run_weights(trained.trainer.run).items():
        np.testing.assert_array_equal(value, learnt[name])
    trained.session.undo()
    assert "initial_weights" not in trained.session.whole.recipe


def test_what_does_not_fit_is_shown_and_a_file_without_anything_cannot_be_used(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "some.safetensors"
    write_weights(
        path,
        {
            "dense.kernel": np.zeros((4, 9), np.float32),
            "dense.bias": np.zeros(8, np.float32),
            "conv.kernel": np.zeros((3, 3, 1, 2), np.float32),
        },
    )
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"nothing")

    def answer(dialog: TransferDialog) -> None:
        dialog.take_file(path)
        qtbot.waitUntil(dialog.use.isEnabled, timeout=PATIENCE)
        assert dialog.chosen == "some.safetensors"
        assert listed(dialog) == {
            "Another shape (1)": ["dense.kernel"],
            "Drawn anew (2)": ["dense_2.bias", "dense_2.kernel"],
            "Taken (1)": ["dense.bias"],
            "Not used (1)": ["conv.kernel"],
        }
        assert dialog.use.isEnabled()
        assert not dialog.freeze.isEnabled()
        dialog.take_file(bad)
        qtbot.waitUntil(lambda: dialog.banner.message() != "", timeout=PATIENCE)
        assert not dialog.use.isEnabled()
        assert "no readable safetensors file" in dialog.banner.message()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    open_dialog(trained, qtbot, answer)
    assert "initial_weights" not in trained.session.whole.recipe
