"""Pause, stop, resume, and what happens when the worker dies."""

import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import save
from core.project.runs import store_of
from core.train.events import (
    EpochEnd,
    Event,
    Progress,
    RateChanged,
    Saved,
    Started,
    View,
)
from core.train.stage import Stage
from designer.main_window import MainWindow
from designer.training_words import stage_at
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import iris_mlp
from widgets.plots.training_panel import WAITING_TEXT


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
        window.watching.views.chooser.spin.setValue(4)
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


@pytest.mark.parametrize("paused", [False, True])
def test_a_killed_worker_leaves_the_window_with_a_message_and_a_working_resume(
    qtbot: QtBot, window: MainWindow, project: Path, paused: bool
) -> None:
    start(qtbot, window)
    if paused:
        press_action(qtbot, window, "pause")
        qtbot.waitUntil(lambda: window.trainer.state == "paused", timeout=PATIENCE)
    else:
        wait_for(qtbot, window, Saved)
    design, pid = window.session.design, window.trainer.process.pid
    saved = window.trainer._saved
    assert saved is not None
    with qtbot.waitSignal(window.trainer.trouble, timeout=PATIENCE) as told:
        os.kill(pid, signal.SIGKILL)
    assert "ended unexpectedly" in window.banner.message()
    assert "signal 9" in window.banner.message()
    hint = told.args[1]
    if paused:
        assert f"Everything up to step {saved.step:,}" in hint
    assert window.trainer.state == "idle"
    assert window.session.design is design
    (button,) = window.banner.buttons()
    assert button.text() == "Resume"
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Started)
    ) as begun:
        button.click()
    assert begun.args[0].step >= saved.step
    wait_for(qtbot, window, EpochEnd)
    assert window.trainer.state == "training"
    assert window.trainer.process.pid != pid
    assert window.banner.message() == ""


def test_a_run_that_was_broken_off_with_the_window_is_offered_when_it_is_opened_again(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    start(qtbot, window)
    wait_for(qtbot, window, Saved)
    saved = window.trainer._saved
    assert saved is not None
    # As the end of a killed window: nobody is told, and nothing is written any more.
    run = window.trainer.run
    assert run is not None
    window.trainer.process.shut_down()
    window.trainer._become("idle")
    assert store_of(project).get(run.id).status == "interrupted"

    assert window.files.read(project)
    assert window.banner.message() == "The last training was broken off."
    assert window.actions_by_name["resume"].isEnabled()
    (button,) = window.banner.buttons()
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Started)
    ) as begun:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (begun.args[0].run, begun.args[0].step >= saved.step) == (run.id, True)
    wait_for(qtbot, window, EpochEnd)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "stop")
    # A run that came to an end is not offered again.
    assert window.files.read(project)
    assert window.banner.message() == ""


def test_single_steps(qtbot: QtBot, window: MainWindow, project: Path) -> None:
    step = window.actions_by_name["step"]
    assert not step.isEnabled()
    start(qtbot, window)
    assert not step.isEnabled()
    press_action(qtbot, window, "pause")
    qtbot.waitUntil(step.isEnabled, timeout=PATIENCE)
    assert window.trainer._saved is not None
    done = window.trainer._saved.step
    for number in (1, 2, 3):
        with qtbot.waitSignal(
            window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, View)
        ) as seen:
            press_action(qtbot, window, "step")
        assert seen.args[0].step == done + number
        assert window.trainer.state == "paused"
    shown = window.watching.views.training.loss_plot.points("train")[0]
    per_epoch = window.trainer._started.steps_per_epoch
    assert shown[-1] == pytest.approx((done + 3) / per_epoch)
    press_action(qtbot, window, "pause")
    wait_for(qtbot, window, EpochEnd)
    assert not step.isEnabled()


def heard_rate(qtbot: QtBot, window: MainWindow, act: Callable[[], object]) -> RateChanged:
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, RateChanged)
    ) as told:
        act()
    return told.args[0]


def test_the_learning_rate_is_shown_and_changed_while_training(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    field = window.watching.views.training.rate
    halve, double = (window.actions_by_name[n] for n in ("halve_rate", "double_rate"))
    assert field.edit.text() == ""
    assert not any(part.isEnabled() for part in (field.edit, halve, double))
    start(qtbot, window)
    rate = window.session.analysis.recipe.optimizer.learning_rate
    qtbot.waitUntil(lambda: field.edit.text() == f"{rate:.4g}", timeout=PATIENCE)
    recipe = window.session.design.recipe

    buttons = field.findChildren(QToolButton)
    assert [b.defaultAction() for b in buttons] == [halve, double]
    click = partial(qtbot.mouseClick, buttons[0], Qt.MouseButton.LeftButton)
    assert heard_rate(qtbot, window, click).rate == pytest.approx(rate / 2)
    assert field.edit.text() == f"{rate / 2:.4g}"
    click = partial(qtbot.mouseClick, buttons[1], Qt.MouseButton.LeftButton)
    assert heard_rate(qtbot, window, click).rate == pytest.approx(rate)

    field.edit.setFocus()
    field.edit.selectAll()
    qtbot.keyClicks(field.edit, "0.0037")
    # What is typed stays while figures come.
    wait_for(qtbot, window, Progress)
    assert field.edit.text() == "0.0037"
    press = partial(qtbot.keyClick, field.edit, Qt.Key.Key_Return)
    assert heard_rate(qtbot, window, press).rate == pytest.approx(0.0037)
    wait_for(qtbot, window, Progress)
    assert field.edit.text() == "0.0037"
    for wrong in ("fast", "-1", "inf"):
        field.edit.selectAll()
        qtbot.keyClicks(field.edit, wrong)
        qtbot.keyClick(field.edit, Qt.Key.Key_Return)
        assert field.edit.text() == "0.0037"
    assert window.session.design.recipe == recipe
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "stop")
    assert not any(part.isEnabled() for part in (field.edit, halve, double))
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Progress)
    ) as resumed:
        press_action(qtbot, window, "resume")
    assert resumed.args[0].learning_rate == pytest.approx(0.0037)


def test_a_run_that_stops_early_says_so(qtbot: QtBot, window: MainWindow, project: Path) -> None:
    recipe = {**window.session.design.recipe, "patience": 2, "minimum_change": 10.0}
    window.session.act("Be patient", lambda d: edits.set_recipe(d, recipe))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE) as ended:
        press_action(qtbot, window, "train")
    assert (ended.args[0].stopped_by, ended.args[0].epochs) == ("early_stopping", 3)
    fraction, text = window.watching.views.training.progress()
    assert fraction == 1.0
    assert text.startswith("Stopped early after epoch 3. Test: loss ")
    # It would stop at once again.
    assert not window.actions_by_name["resume"].isEnabled()


def test_the_progress_line_names_the_stage() -> None:
    stages = (Stage(name="first layer", epochs=2), Stage(epochs=3))
    assert stage_at(stages, 0.0) == "stage 1 of 2 (first layer), "
    assert stage_at(stages, 1.99) == "stage 1 of 2 (first layer), "
    assert stage_at(stages, 2.0) == stage_at(stages, 5.0) == "stage 2 of 2, "
    assert stage_at((), 3.0) == ""


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


def test_a_worker_killed_before_its_first_step_leaves_no_busy_bar(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    assert window.watching is not None
    training = window.watching.views.training
    seen: list[object] = []

    def kill(event: Event) -> None:
        if isinstance(event, Started):
            seen.extend((training.progress(), training.loss_plot._empty.text()))
            os.kill(window.trainer.process.pid, signal.SIGKILL)

    # Later its first steps may have been heard of already.
    window.trainer.heard.connect(kill)
    with qtbot.waitSignal(window.trainer.trouble, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    assert seen == [(None, "compiling"), WAITING_TEXT]
    fraction, text = training.progress()
    assert fraction == 0.0
    assert text.startswith("The run was broken off")


def test_a_pause_that_comes_after_stop_was_pressed_offers_no_continue(
    qtbot: QtBot, window: MainWindow, project: Path
) -> None:
    start(qtbot, window)
    states: list[str] = []
    window.trainer.state_changed.connect(lambda: states.append(window.trainer.state))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "pause")
        press_action(qtbot, window, "stop")
    assert states == ["stopping", "idle"]
