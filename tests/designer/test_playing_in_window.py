"""A design that plays is trained and watched in the window as any other is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from core.project.gallery import examples
from core.train.events import View
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import click_node, press_action, type_number


@pytest.mark.parametrize(
    ("name", "node", "actions"),
    [
        ("cart_pole", "policy_hidden", ("left", "right")),
        ("tic_tac_toe", "hidden_1", ("top", "middle", "bottom")),
    ],
)
def test_an_environment_is_learnt_and_watched(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, name: str, node: str, actions: tuple[str, ...]
) -> None:
    assert window.files.read(Path(shutil.copy(examples()[name], tmp_path)))
    assert window.session.analysis.problems == ()
    window.docks.show("recipe")
    type_number(qtbot, window.recipe.form, "epochs", 1)
    watched = window.session.design.named(node)
    assert watched is not None
    click_node(window, watched.id)
    looks: list[View] = []
    window.trainer.heard.connect(lambda e: looks.append(e) if isinstance(e, View) else None)
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    qtbot.waitUntil(lambda: bool(looks), timeout=PATIENCE)

    views = window.watching.views
    assert window.banner.message() == ""
    assert len(views.training.loss_plot.points("validation")[0]) == 1
    assert len(views.training.metric_plot.points("train")[0]) >= 1
    assert len(views.training.metric_plot.points("validation")[0]) == 1
    true, predicted, verdict = views.saliency_view.texts()
    assert predicted.startswith(actions)
    assert (true, verdict) == ("", "")
    assert views.value.title() == node
    assert looks[-1].activation is not None
