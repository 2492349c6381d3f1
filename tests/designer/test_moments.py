"""A run is gone through again: the slider, what follows it, and the map of its layers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.project.file import save
from core.project.moments import FOLDER
from core.project.runs import Point
from core.train.asks import Answered, Ask
from core.train.events import LayerFigures, View
from core.train.job import Job
from core.train.state import State
from designer.layer_history import LayerHistory, LayerRecord
from designer.layer_rows import gradient_faults
from designer.layers_over_time import LayersOverTime, cells, troubles
from designer.main_window import MainWindow
from designer.moments import Moments
from designer.run_lines import TRAIN, VALIDATION, RunLines
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import iris_mlp, with_recipe
from widgets.plots.curve_options import EPOCH, STEP, TIME
from widgets.plots.moment_slider import NONE_KEPT


@dataclass(frozen=True)
class Norm(Ask):
    """The norm of all weights."""

    def answer(self, job: Job, state: State, step: int) -> float:
        return float(sum((p**2).sum() for p in state.params) ** 0.5)


def train(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    qtbot.waitUntil(lambda: bool(window.trainer.layers.records), timeout=PATIENCE)


@pytest.fixture
def trained(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> MainWindow:
    path = tmp_path / "iris.loom"
    save(with_recipe(iris_mlp(), epochs=3), path)
    assert window.files.read(path)
    train(qtbot, window)
    return window


def test_the_slider_shows_the_network_of_another_step(qtbot: QtBot, trained: MainWindow) -> None:
    window, views = trained, trained.watching.views
    panel, slider = views.training.moments, views.training.moments.slider
    looks: list[View] = []
    window.trainer.heard.connect(lambda e: looks.append(e) if isinstance(e, View) else None)
    qtbot.waitUntil(lambda: slider.isEnabled() and views.value.bars.isVisible(), timeout=PATIENCE)
    assert (panel.words(), panel.live.isChecked()) == ("Now", True)
    live = views.value.bars.grab().toImage()
    points = window.trainer.store.points(window.trainer.run)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: bool(looks), timeout=PATIENCE)
    assert looks[-1].at == looks[-1].step == 0
    assert panel.words() == "Step 0 · epoch 0"
    assert not panel.live.isChecked()
    assert "step 0" in views.value.caption()
    assert views.value.bars.grab().toImage() != live
    assert views.training.loss_plot.moment() == 0.0
    # Panels ask of the same step, without their doing.
    answers: list[Answered] = []
    window.asking.ask("norm", Norm(), answers.append, pytest.fail)
    qtbot.waitUntil(lambda: bool(answers), timeout=PATIENCE)
    assert answers[0].step == 0
    with qtbot.waitSignal(window.asking.moment_changed):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    known = window.trainer.moments.known
    qtbot.waitUntil(lambda: looks[-1].at == known[1].step, timeout=PATIENCE)
    assert views.training.loss_plot.moment() == pytest.approx(known[1].epoch)
    qtbot.keyClick(slider, Qt.Key.Key_End)
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    last = window.trainer.summary.steps
    qtbot.waitUntil(lambda: looks[-1].at == last, timeout=PATIENCE)
    assert views.training.loss_plot.moment() == pytest.approx(3.0)
    assert views.layers.tree.headerItem().text(0) == f"Layer, step {last}"
    qtbot.mouseClick(panel.live, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: looks[-1].at is None, timeout=PATIENCE)
    assert (panel.words(), views.training.loss_plot.moment()) == ("Now", None)
    assert views.value.bars.grab().toImage() == live
    assert views.layers.tree.headerItem().text(0) == "Layer"
    # Nothing of it was recorded.
    assert window.trainer.store.points(window.trainer.run) == points


def test_play_goes_through_the_run_and_ends_at_now(qtbot: QtBot, trained: MainWindow) -> None:
    panel = trained.watching.views.training.moments
    qtbot.waitUntil(panel.play.isEnabled, timeout=PATIENCE)
    panel._pace.setInterval(1)
    seen: list[int | None] = []
    trained.trainer.heard.connect(lambda e: seen.append(e.at) if isinstance(e, View) else None)
    qtbot.mouseClick(panel.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.play.isChecked(), timeout=PATIENCE)
    qtbot.waitUntil(lambda: seen[-1:] == [None], timeout=PATIENCE)
    assert seen == [*(m.step for m in trained.trainer.moments.known), None]
    assert len(seen) >= 3


def test_a_run_that_is_opened_again_is_replayed_and_an_older_one_says_why_not(
    qtbot: QtBot, trained: MainWindow
) -> None:
    path, run = trained.session.file, trained.trainer.run
    panel = trained.watching.views.training.moments
    trained.files.new()
    assert not panel.slider.isEnabled()
    assert panel.slider.toolTip() == NONE_KEPT
    assert trained.files.read(path)
    qtbot.waitUntil(panel.slider.isEnabled, timeout=PATIENCE)
    panel.slider.setFocus()
    qtbot.keyClick(panel.slider, Qt.Key.Key_Home)
    with qtbot.waitSignal(
        trained.trainer.heard,
        timeout=PATIENCE,
        check_params_cb=lambda e: isinstance(e, View) and e.at == 0,
    ):
        pass
    shutil.rmtree(run.directory / FOLDER)
    trained.acts.show_run(run)
    assert trained.trainer.moments.at is None
    assert not panel.slider.isEnabled()
    assert panel.play.toolTip() == NONE_KEPT


def choose(qtbot: QtBot, menu: QMenu, *texts: str) -> None:
    """Go down the menus of that text with the mouse and click the last one."""
    for text in texts:
        menu.popup(QPoint(0, 0))
        action = next(a for a in menu.actions() if a.text().replace("&", "") == text)
        if action.menu() is None:
            qtbot.mouseClick(
                menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center()
            )
        else:
            menu.close()
            menu = action.menu()


def test_curves_are_drawn_as_chosen_and_beside_another_run(
    qtbot: QtBot, trained: MainWindow
) -> None:
    first = trained.trainer.run
    train(qtbot, trained)
    panel = trained.watching.views.training
    plot, menu = panel.loss_plot, panel.options.menu()
    epochs, values = plot.points("validation")
    assert epochs.tolist() == [1, 2, 3]
    choose(qtbot, menu, "Horizontal axis", "Steps")
    each = trained.trainer.summary.steps // 3
    assert plot.points("validation")[0].tolist() == [each, 2 * each, 3 * each]
    choose(qtbot, menu, "Horizontal axis", "Time")
    seconds = plot.points("validation")[0]
    assert 0 < seconds[0] <= seconds[-1] <= trained.trainer.summary.seconds
    choose(qtbot, menu, "Smoothing", "Medium (0.9)")
    assert panel.options.smoothing == 0.9
    choose(qtbot, menu, "Overlay run", first.title)
    qtbot.waitUntil(lambda: len(plot.names()) == 4, timeout=PATIENCE)
    drawn = plot.points(f"…{first.title[-7:]} validation")[1]
    recorded = [
        p.value
        for p in trained.trainer.store.points(first)
        if (p.series, p.name) == ("validation", "loss")
    ]
    assert drawn.tolist() == recorded
    assert plot.points("validation")[1].tolist() == values.tolist()
    names = [panel.metric_choice.itemData(i) for i in range(panel.metric_choice.count())]
    assert names[-1] == "learning_rate"
    assert "seconds" not in names
    choose(qtbot, menu, "Overlay run", "None")
    assert plot.names() == ["train", "validation"]
    assert trained.preferences.curves()["axis"] == TIME
    assert trained.preferences.curves()["smoothing"] == "0.9"


def test_the_map_has_what_was_recorded(qtbot: QtBot, trained: MainWindow) -> None:
    trained.docks.show("layer_map")
    qtbot.waitUntil(lambda: trained.late_panels.panel("layer_map") is not None, timeout=PATIENCE)
    panel = trained.late_panels.panel("layer_map")
    assert isinstance(panel, LayersOverTime)
    qtbot.waitUntil(panel.map.isVisible, timeout=PATIENCE)
    store, run = trained.trainer.store, trained.trainer.run
    points = [p for p in store.points(run) if p.series == "layer"]
    assert points
    for number in range(panel.figure.count()):
        panel.figure.setCurrentIndex(number)
        figure = panel.figure.currentData()
        recorded = {
            (p.name.rpartition(".")[0], p.step): p.value
            for p in points
            if p.name.endswith(f".{figure}")
        }
        shown = panel.map.values()
        found = {
            (row, step): shown[r, c]
            for r, row in enumerate(panel.map.rows())
            for c, step in enumerate(panel.map.steps())
            if not np.isnan(shown[r, c])
        }
        assert found == recorded
    path = trained.session.file
    before = panel.map.values()
    trained.files.new()
    assert not panel.map.isVisible()
    assert trained.files.read(path)
    qtbot.waitUntil(panel.map.isVisible, timeout=PATIENCE)
    np.testing.assert_array_equal(panel.map.values(), before)


def record(step: int, **rms: float | None) -> LayerRecord:
    layers = {
        n: LayerFigures(gradient_rms=v, gradient_norm=v, weight_norm=1.0) for n, v in rms.items()
    }
    return LayerRecord(step, step / 10, layers)


def faults(records: list[LayerRecord]) -> list[dict[str, tuple[str, str]]]:
    return [gradient_faults(record.layers) for record in records]


def test_vanishing_and_exploding_gradients_are_named_with_their_steps() -> None:
    records = [
        record(10, first=1e-9, middle=1.0, last=1.0),
        record(20, first=1e-9, middle=5e3, last=1.0),
        record(30, first=1e-9, middle=1.0, last=1.0),
    ]
    assert troubles(records, faults(records)) == (
        "Vanishing: first (since step 10); Exploding: middle (step 20)"
    )
    # What is not trained has no gradient that could vanish.
    resting = [record(10, first=None, last=1.0)]
    assert troubles(resting, faults(resting)) == ""
    names, values = cells(resting, "gradient_norm")
    assert names == ["last"]
    assert values.tolist() == [[1.0]]
    # A layer that learns from a later stage on stands where it is computed.
    assert cells([*resting, *records], "gradient_norm")[0] == ["first", "middle", "last"]
    both = [record(10, first=1e-9, middle=0.0, last=1.0)]
    assert troubles(both, faults(both), most=1) == "Vanishing: first (at step 10) and 1 more"
    names, values = cells([*records, record(40, first=float("inf"))], "gradient_norm")
    assert values[0, -1] == np.inf
    assert np.isnan(values[1:, -1]).all()


def test_the_nearest_moment_is_looked_at_when_the_wanted_one_is_gone(qtbot: QtBot) -> None:
    from core.project.moments import Moment

    moments = Moments()
    moments.learn([Moment(s, s / 10) for s in (0, 10, 20, 30)])
    moments.choose(10)
    with qtbot.waitSignal(moments.changed):
        moments.learn([Moment(s, s / 10) for s in (0, 20, 40)])
    assert moments.at in (0, 20)
    moments.forget()
    assert moments.at is None


STEPS: Mapping[int, float] = MappingProxyType({5: 1.0, 10: 1.5, 20: 3.0})


def test_lines_over_epochs_steps_and_time() -> None:
    points = [Point(s, s / 10, "step", "loss", 1.0 / s) for s in STEPS]
    clock = [Point(s, s / 10, "step", "seconds", t) for s, t in STEPS.items()]
    checked = [Point(15, 1.5, "validation", "loss", 0.5)]
    lines = RunLines([*points, *clock, *checked])
    assert lines.names == ["loss"]
    assert lines.line("loss", TRAIN, EPOCH)[0] == [0.5, 1.0, 2.0]
    assert lines.line("loss", TRAIN, STEP)[0] == [5, 10, 20]
    assert lines.line("loss", TRAIN, TIME) == ([1.0, 1.5, 3.0], [0.2, 0.1, 0.05])
    # Halfway between the readings around it.
    assert lines.line("loss", VALIDATION, TIME)[0] == [2.25]
    assert lines.place(TIME, 20, 2.0) == 3.0
    assert lines.place(TIME, 0, 0.0) == 0.0
    assert not RunLines(points).has_clock


def test_a_record_of_a_step_that_is_told_twice_is_replaced() -> None:
    history = LayerHistory()
    history.add(record(10, first=1.0))
    history.add(record(20, first=2.0))
    history.add(record(20, first=3.0))
    assert [r.step for r in history.records] == [10, 20]
    assert history.records[-1].layers["first"].gradient_rms == 3.0
