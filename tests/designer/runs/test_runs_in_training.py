"""A run in the panel while it is trained, stopped, resumed or killed."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import save
from core.project.runs import RunStore, store_of
from core.train.events import EpochEnd, Finished
from designer.main_window import MainWindow
from designer.run_rows import NAME, STATUS
from designer.runs_panel import RunsPanel
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designer.runs.driving_runs import (
    act,
    click,
    enabled,
    shown,
)
from tests.designs import iris_mlp


def test_a_training_appears_and_keeps_up(qtbot: QtBot, window: MainWindow, file: Path) -> None:
    assert window.files.read(file)
    window.acts.show_runs()
    panel = window.runs.panel
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Finished)
    ):
        press_action(qtbot, window, "train")
        window.acts.show_runs()
    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["done"], timeout=PATIENCE)
    (run,) = store_of(file).runs()
    assert shown(panel, "Loss") == [f"{run.summary['validation']['loss']:.4g}"]
    assert run.environment["device"] == "cpu:0"


def test_the_row_of_a_run_that_goes_on_follows_it(
    qtbot: QtBot, window: MainWindow, file: Path
) -> None:
    save(edits.set_recipe(iris_mlp(), {"epochs": 1_000_000}), file)
    assert window.files.read(file)
    press_action(qtbot, window, "train")
    window.acts.show_runs()
    panel = window.runs.panel

    def epochs() -> int:
        return int((shown(panel, "Epochs") or ["0"])[0] or 0)

    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["running"], timeout=PATIENCE)
    before = epochs()
    qtbot.waitUntil(lambda: epochs() > before + 1, timeout=PATIENCE)
    click_first(qtbot, panel)
    assert not enabled(panel) & {"show", "resume", "delete"}
    press_action(qtbot, window, "stop")
    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["interrupted"], timeout=PATIENCE)
    assert "resume" in enabled(panel)
    reached = window.trainer.summary.epochs
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, EpochEnd)
    ) as first:
        act(qtbot, panel, "resume")
    assert first.args[0].epoch == reached + 1


def click_first(qtbot: QtBot, panel: RunsPanel) -> None:
    (name,) = shown(panel, NAME)
    click(qtbot, panel, name)


def test_a_run_whose_worker_was_killed_is_interrupted(
    qtbot: QtBot, window: MainWindow, file: Path
) -> None:
    save(edits.set_recipe(iris_mlp(), {"epochs": 1_000_000}), file)
    assert window.files.read(file)
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, EpochEnd)
    ):
        press_action(qtbot, window, "train")
    window.acts.show_runs()
    window.trainer.process.kill()
    panel = window.runs.panel
    qtbot.waitUntil(lambda: shown(panel, STATUS) == ["interrupted"], timeout=PATIENCE)
    (run,) = RunStore(store_of(file).root).runs()
    assert run.status == "interrupted"
