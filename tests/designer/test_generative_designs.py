"""Designs without a Target train in the window, and their nodes can be looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.design.document import Design
from core.project.file import save
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
