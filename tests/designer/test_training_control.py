"""Pause, stop, resume, and what happens when the worker dies."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import save
from core.project.runs import store_of
from core.train.events import EpochEnd, Event, Progress, View
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import iris_mlp


@pytest.fixture
def project(window: MainWindow, tmp_path: Path) -> Path:
    """A project that trains for longer than any test waits, open in the window."""
    path = tmp_path / "iris.loom"
    recipe = {"epochs": 1_000_000, "batch_size": 16}
    save(edits.set_recipe(iris_mlp(), recipe), path)
    assert window.files.read(path)
    return path


def wait_for(qtbot: QtBot, window: MainWindow, kind: type[Event]) -> None:
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, kind)
    ):
        pass


def start(qtbot: QtBot, window: MainWindow) -> None:
    press_action(qtbot, window, "train")
    wait_for(qtbot, window, EpochEnd)


def test_pause_holds_the_run_and_continue_goes_on(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    start(qtbot, window)
    press_action(qtbot, window, "pause")
    qtbot.waitUntil(lambda: window.trainer.state == "paused", timeout=PATIENCE)
    assert window.actions_by_name["pause"].text().replace("&", "") == "Continue"
    heard: list[Event] = []
    window.trainer.heard.connect(heard.append)
    # Another sample is shown while paused, and nothing is trained in between.
    with qtbot.waitSignal(
        window.trainer.heard,
        timeout=PATIENCE,
        check_params_cb=lambda e: isinstance(e, View) and e.row == 3,
    ):
        window.watching.views.chooser._spin.setValue(4)
    assert not [e for e in heard if isinstance(e, Progress | EpochEnd)]
    press_action(qtbot, window, "pause")
    wait_for(qtbot, window, Progress)
    assert window.trainer.state == "training"


def test_stop_keeps_the_weights_and_resume_goes_on_from_there(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    start(qtbot, window)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE) as ended:
        press_action(qtbot, window, "stop")
    (summary,) = ended.args
    assert summary.stopped_by == "interrupted"
    assert window.trainer.state == "idle"
    run = store_of(project).runs("iris")[0]
    assert (run.directory / "weights.safetensors").is_file()
    assert run.status == "interrupted"
    curve = window.watching.views.training.loss_plot.points("validation")[0]
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, EpochEnd)
    ) as first:
        press_action(qtbot, window, "resume")
    assert first.args[0].epoch == summary.epochs + 1
    assert len(store_of(project).runs("iris")) == 1
    epochs = window.watching.views.training.loss_plot.points("validation")[0]
    assert len(epochs) > len(curve) > 0
    assert np.array_equal(epochs, np.arange(1, len(epochs) + 1))


def test_a_killed_worker_leaves_the_window_with_a_message_and_a_working_resume(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    start(qtbot, window)
    design, pid = window.session.design, window.trainer.process.pid
    with qtbot.waitSignal(window.trainer.trouble, timeout=PATIENCE):
        os.kill(pid, signal.SIGKILL)
    assert "ended unexpectedly" in window.banner.message()
    assert "signal 9" in window.banner.message()
    assert window.trainer.state == "idle"
    assert window.session.design is design
    (button,) = window.banner.buttons()
    assert button.text() == "Resume"
    button.click()
    wait_for(qtbot, window, EpochEnd)
    assert window.trainer.state == "training"
    assert window.trainer.process.pid != pid
    assert window.banner.message() == ""


def test_a_design_with_errors_is_not_trained_but_explained(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    loss = next(n.id for n in window.session.design.nodes.values() if n.block == "CrossEntropy")
    window.session.act("Delete loss", lambda d: edits.remove(d, [loss]))
    press_action(qtbot, window, "train")
    assert "there is no loss" in window.banner.message()
    assert window.trainer.state == "idle"


def test_data_that_is_gone_is_told_and_nothing_is_lost(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    data = {"source": {"kind": "csv", "path": "gone.csv", "target": "x"}, "split": {}}
    window.session.act("Choose data", lambda d: edits.set_data(d, data))
    press_action(qtbot, window, "train")
    assert "gone.csv" in window.banner.message()
    assert window.session.undo_label == "Choose data"
