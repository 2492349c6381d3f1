"""The attribution panel says what cannot be done, and follows a training when it is asked to."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import save
from designer.attribution_panel import AttributionPanel
from designer.main_window import MainWindow
from designer.map_words import LIVE_HINT, NOTHING_TRAINED
from tests.designer.conftest import PATIENCE
from tests.designer.driving import choose_entry, press_action
from tests.designer.test_attribution_panel import wait_for_maps
from tests.designs import iris_mlp


def step_of(panel: AttributionPanel) -> int:
    """The step that the words of the map name."""
    found = re.search(r"step ([\d,]+)", panel.pane.views[0].words())
    return int(found[1].replace(",", "")) if found else -1


def wait_for_step(qtbot: QtBot, panel: AttributionPanel, seen: int) -> None:
    """Wait for a map of later weights than those of a step."""
    qtbot.waitUntil(lambda: step_of(panel) > seen, timeout=PATIENCE)


def test_it_refuses_with_a_hint_and_follows_while_live(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "iris.loom"
    save(edits.set_recipe(iris_mlp(), {"epochs": 1_000_000, "batch_size": 16}), path)
    assert window.files.read(path)
    window.docks.show("attribution")
    panel = window.late_panels.panel("attribution")
    assert isinstance(panel, AttributionPanel)
    view, live = panel.pane.views[0], panel.pane.live
    assert view.text() == NOTHING_TRAINED

    press_action(qtbot, window, "train")
    qtbot.waitUntil(lambda: window.trainer.state == "training", timeout=PATIENCE)
    # Train brings the curves to the front.
    window.docks.show("attribution")
    qtbot.waitUntil(lambda: panel.pane.status.text() == LIVE_HINT, timeout=PATIENCE)
    choose_entry(qtbot, panel.pane.first.method, "grad_cam")
    wait_for_maps(qtbot, window)
    assert "convolution" in view.text().lower()
    assert view.text().endswith(".")
    assert view.shown is None

    choose_entry(qtbot, panel.pane.first.method, "gradient")
    qtbot.waitUntil(lambda: view.shown is not None, timeout=PATIENCE)
    qtbot.mouseClick(live, Qt.MouseButton.LeftButton, pos=live.rect().center() / 4)
    assert live.isChecked()
    for _ in range(2):
        seen = step_of(panel)
        wait_for_step(qtbot, panel, seen)
    # What is not seen asks for nothing, and goes on when it is seen again.
    window.docks.show("training")
    wait_for_maps(qtbot, window)
    assert not panel._follows
    window.docks.show("attribution")
    wait_for_step(qtbot, panel, seen)

    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE) as ended:
        press_action(qtbot, window, "stop")
    qtbot.waitUntil(lambda: step_of(panel) == ended.args[0].steps, timeout=PATIENCE)
    labels = [panel.pane.views[0].bars.describe(view.bars.bar_rect(i).center()) for i in range(4)]
    assert [label.split(" = ")[0] for label in labels] == [
        "sepal length",
        "sepal width",
        "petal length",
        "petal width",
    ]
