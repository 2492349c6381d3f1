"""Designs without a Target train in the window, and their nodes can be looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.document import Design
from core.project.file import load, save
from core.project.gallery import examples
from core.train.events import View
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import click_node, press_action
from tests.designs import with_recipe
from tests.generative import autoencoder, language_model, machine


@pytest.mark.parametrize(
    ("design", "watched", "metric", "words"),
    [
        (autoencoder(), "pixels", "reconstruction.loss", ("", "", "")),
        (machine(), "rbm", "", ("", "", "")),
        (language_model(), "dense", "accuracy", None),
    ],
)
def test_it_trains_and_is_watched(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    design: Design,
    watched: str,
    metric: str,
    words: tuple[str, str, str] | None,
) -> None:
    path = tmp_path / "design.loom"
    save(with_recipe(design, epochs=2, batch_size=64), path)
    assert window.files.read(path)
    assert window.session.analysis.problems == ()
    window.canvas.fit_all()
    click_node(window, watched)
    looks: list[View] = []
    window.trainer.heard.connect(lambda e: looks.append(e) if isinstance(e, View) else None)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    qtbot.waitUntil(lambda: bool(looks) and looks[-1].node == watched, timeout=PATIENCE)
    assert window.banner.message() == ""
    views = window.watching.views
    epochs, losses = views.training.loss_plot.points("validation")
    assert list(epochs) == [1.0, 2.0]
    assert np.isfinite(losses).all()
    assert views.value.title() == watched
    assert np.isfinite(looks[-1].saliency).all()
    true, predicted, verdict = views.saliency_view.texts()
    assert (true, verdict) == ("", "")
    if words is None:
        assert len(predicted) == 1, "the character thought to come next"
    else:
        assert (true, predicted, verdict) == words
    if metric:
        assert list(views.training.metric_plot.points("validation")[0]) == [1.0, 2.0]


def test_curves_go_on_with_the_metric_of_the_present_stage(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    design = load(examples()["digits_deep_belief"])
    stages = [{**stage, "epochs": 2} for stage in design.recipe["stages"]]
    path = tmp_path / "design.loom"
    save(edits.set_recipe(design, {**design.recipe, "stages": stages}), path)
    assert window.files.read(path)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    views = window.watching.views.training
    assert list(views.loss_plot.points("validation")[0]) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    assert list(views.metric_plot.points("validation")[0]) == [5.0, 6.0]
    assert "loss.accuracy" in views.progress()[1]
