"""What is said of layers, and the panel in the window."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.project.file import save
from core.project.runs import Point
from core.train.events import LayerFigures
from designer.layer_history import LayerHistory
from designer.layer_rows import layer_rows
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import iris_mlp, with_recipe
from widgets.layer_table import BAD, DOUBTFUL, GOOD

LAST = LayerFigures(gradient_norm=1.0, gradient_rms=0.1, weight_norm=3.0, update_ratio=1e-3)


@pytest.mark.parametrize(
    ("figures", "state", "words"),
    [
        (LayerFigures(gradient_rms=0.05), GOOD, "in balance"),
        (LayerFigures(gradient_rms=1e-8), BAD, "vanishes"),
        (LayerFigures(gradient_rms=0.0), BAD, "vanishes"),
        (LayerFigures(gradient_rms=1e3), BAD, "explodes"),
        (LayerFigures(gradient_rms=math.inf), BAD, "not finite"),
        (LayerFigures(mean=math.nan, deviation=math.nan), BAD, "not finite"),
        (LayerFigures(dead_share=0.6), DOUBTFUL, "dead"),
        (LayerFigures(dead_share=0.95), BAD, "dead"),
        (LayerFigures(dead_share=0.3), GOOD, ""),
        (LayerFigures(gradient_rms=0.1, update_ratio=0.5), DOUBTFUL, "fast"),
        (LayerFigures(gradient_rms=0.1, update_ratio=1e-8), DOUBTFUL, "hardly"),
        (LayerFigures(gradient_rms=0.1, update_ratio=0.0), GOOD, "in balance"),
    ],
)
def test_what_is_doubtful_is_said(figures: LayerFigures, state: str, words: str) -> None:
    first, last = layer_rows({"first": figures, "last": LAST})
    assert first.state == state
    assert words in first.verdict
    assert bool(first.reason) == bool(first.verdict)
    assert (last.gradient, last.weights, last.update, last.state) == ("1", "3", "0.001", GOOD)


def test_the_record_of_a_step_is_that_before_it() -> None:
    points = [
        Point(step, step / 10, series, name, value)
        for step, series, name, value in (
            (10, "layer", "group/dense.gradient_norm", 1.0),
            (20, "layer", "group/dense.gradient_norm", 2.0),
            (20, "layer", "v1.5.mean", 3.0),
            (20, "layer", "dense.of_a_later_version", 4.0),
            (30, "validation", "loss", 5.0),
        )
    ]
    history = LayerHistory()
    history.show_points(points)
    assert [(r.step, r.epoch) for r in history.records] == [(10, 1.0), (20, 2.0)]
    last = {"group/dense": LayerFigures(gradient_norm=2.0), "v1.5": LayerFigures(mean=3.0)}
    for step in (20, 25, None):
        found = history.at(step)
        assert found is not None
        assert found.layers == last
    before = history.at(19)
    assert before is not None
    assert before.layers == {"group/dense": LayerFigures(gradient_norm=1.0)}
    assert history.at(9) is None
    history.clear()
    assert history.at(None) is None


def test_a_run_fills_the_panel_and_reopening_shows_it_again(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "iris.loom"
    save(with_recipe(iris_mlp(), epochs=2), path)
    assert window.files.read(path)
    table = window.watching.views.layers
    assert not table.tree.topLevelItemCount()
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    qtbot.waitUntil(lambda: table.tree.topLevelItemCount() > 0, timeout=PATIENCE)
    window.docks.show("layers")
    qtbot.waitUntil(table.tree.isVisible)
    rows = [table.tree.topLevelItem(i) for i in range(table.tree.topLevelItemCount())]
    assert [row.text(0) for row in rows] == ["dense", "activation", "dense_2"]
    assert [row.text(1) for row in rows] == ["in balance", "", "in balance"]
    shown = [[row.text(c) for c in range(7)] for row in rows]
    window.files.new()
    assert not table.tree.topLevelItemCount()
    assert window.files.read(path)
    qtbot.waitUntil(lambda: table.tree.topLevelItemCount() > 0, timeout=PATIENCE)
    rows = [table.tree.topLevelItem(i) for i in range(table.tree.topLevelItemCount())]
    assert [[row.text(c) for c in range(7)] for row in rows] == shown


@pytest.mark.parametrize(
    ("figures", "weights", "output"),
    [
        (LayerFigures(weight_norm=12.345, mean=-0.00012, deviation=0.123), "12", "0 ± 0.12"),
        (LayerFigures(weight_norm=0.00012, mean=3.14159, deviation=0.0), "1.2e-4", "3.1 ± 0"),
        (LayerFigures(weight_norm=2e-8, mean=1.2345, deviation=0.25), "2e-8", "1.2 ± 0.25"),
        (LayerFigures(weight_norm=3e9, mean=math.nan, deviation=math.nan), "3e9", "nan ± nan"),
    ],
)
def test_figures_are_short(figures: LayerFigures, weights: str, output: str) -> None:
    (row,) = layer_rows({"layer": figures})
    assert (row.weights, row.output) == (weights, output)
