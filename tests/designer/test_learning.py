"""Nodes show what they learn, as long as the design is the one that was trained."""

import math
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.design import edits
from core.design.analysis import analyse
from core.design.document import Design
from core.design.grouping import make_group
from core.train.commands import Survey
from core.train.events import Event, Finished, Surveyed
from designer import gradients
from designer.findings import together
from designer.learning import same_network
from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.designer.conftest import PATIENCE
from tests.designer.driving import press_action
from tests.designs import digits_cnn, iris_mlp, saved
from widgets.canvas.live_legend import LiveLegend


def train(qtbot: QtBot, window: MainWindow) -> Surveyed:
    """Train to the end; a short run is surveyed there."""
    with qtbot.waitSignal(
        window.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Surveyed)
    ) as heard:
        press_action(qtbot, window, "train")
    return heard.args[0]


def switch(window: MainWindow) -> None:
    """Choose the entry of the View menu."""
    menus = [a.menu() for a in window.menuBar().actions() if a.text() == "&View"]
    (menu,) = (m for m in menus if isinstance(m, QMenu))
    next(a for a in menu.actions() if "learning" in a.text()).trigger()


@pytest.fixture
def cnn(window: MainWindow, tmp_path: Path) -> MainWindow:
    assert window.files.read(saved(digits_cnn(), tmp_path))
    return window


def live(window: MainWindow) -> dict[str, object]:
    items = window.canvas.graph_scene.nodes.items()
    return {node: item.live for node, item in items if item.live is not None}


def test_a_run_fills_the_nodes_and_a_change_of_the_design_empties_them(
    qtbot: QtBot, cnn: MainWindow
) -> None:
    rect = cnn.canvas.node_rect("conv")
    found = train(qtbot, cnn)
    items = cnn.canvas.graph_scene.nodes
    assert cnn.canvas.node_rect("conv").height() > rect.height()
    assert set(found.gradients) == {"conv", "dense"}
    assert set(live(cnn)) == {"input", "conv", "activation", "maxpool", "flatten", "dense"}
    conv, pool, last = items["conv"].live, items["maxpool"].live, items["dense"].live
    assert conv is not None
    assert pool is not None
    assert last is not None
    assert conv.thumbnail is not None
    assert (conv.thumbnail.width(), conv.thumbnail.height()) == (4 * 8 + 3, 8)
    assert last.tint == 0.0
    assert conv.tint is not None
    assert f"{found.gradients['conv']:.2g}" in conv.text
    assert (pool.tint, pool.text) == (None, "")
    assert cnn.findChild(LiveLegend).isVisible()
    cnn.session.act("Rename", lambda d: edits.rename(d, "conv", "first"))
    cnn.session.act("Move", lambda d: edits.move(d, {"conv": (5.0, 5.0)}))
    assert live(cnn)["conv"] is conv
    cnn.session.act("Change", lambda d: edits.set_params(d, "conv", filters=5))
    assert live(cnn) == {}
    assert not cnn.findChild(LiveLegend).isVisible()
    assert cnn.canvas.node_rect("conv").height() == rect.height()


def test_another_run_begins_without_the_pictures_of_the_last(qtbot: QtBot, cnn: MainWindow) -> None:
    train(qtbot, cnn)
    heights = {node: cnn.canvas.node_rect(node).height() for node in live(cnn)}
    press_action(qtbot, cnn, "train")
    assert set(live(cnn)) == set(heights)
    for shown in live(cnn).values():
        assert (shown.thumbnail, shown.tint, shown.text) == (None, None, "")
    assert {node: cnn.canvas.node_rect(node).height() for node in heights} == heights


def test_what_is_switched_off_is_not_computed_and_stays_off(qtbot: QtBot, cnn: MainWindow) -> None:
    train(qtbot, cnn)
    switch(cnn)
    assert live(cnn) == {}
    assert not Preferences().learning_in_nodes
    heard: list[Event] = []
    cnn.trainer.heard.connect(heard.append)
    with qtbot.waitSignal(cnn.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, cnn, "train")
    # The worker answers in order: a survey of the end of this run would come before the next one.
    with qtbot.waitSignal(cnn.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, cnn, "train")
    assert [e for e in heard if isinstance(e, Finished)]
    assert not [e for e in heard if isinstance(e, Surveyed)]
    assert live(cnn) == {}
    with qtbot.waitSignal(
        cnn.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Surveyed)
    ):
        switch(cnn)
    assert Preferences().learning_in_nodes
    assert live(cnn)["conv"].tint is not None


def test_a_large_design_asks_for_pictures_of_what_is_in_view(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Survey] = []
    monkeypatch.setattr(window.trainer, "survey", asked.append)
    monkeypatch.setattr("designer.learning.MOST_PICTURES", 3)
    window.session.open(digits_cnn(), None)
    window.canvas.set_zoom(2.0)
    window.canvas.center_on("conv")
    window.learning.show(True)
    assert "conv" in asked[-1].pictured
    assert "dense" not in asked[-1].pictured
    assert asked[-1].every > 0
    assert len(asked[-1].pictured) <= 3


def test_only_changes_that_training_sees_count() -> None:
    design = iris_mlp()

    def same(changed: Design) -> bool:
        return same_network(analyse(design), analyse(changed))

    assert same(edits.rename(design, "dense", "first"))
    assert same(edits.move(design, {"dense": (1.0, 1.0)}))
    assert not same(edits.set_params(design, "dense", units=9))
    assert not same(edits.remove(design, ["dense"]))
    assert not same(edits.mute(design, ["activation"], True))
    assert not same(edits.set_data(design, None))
    assert not same(edits.disconnect(design, next(iter(design.wires))))


def test_inside_a_group_its_nodes_show_theirs(qtbot: QtBot, cnn: MainWindow) -> None:
    use = ""

    def grouped(design: Design) -> Design:
        nonlocal use
        made, use = make_group(design, ["conv", "activation"])
        return made

    cnn.session.act("Group", grouped)
    found = train(qtbot, cnn)
    whole = live(cnn)[use]
    assert f"{use}/conv" in found.gradients
    assert whole.text.startswith(f"Gradient {found.gradients[f'{use}/conv']:.2g}")
    assert whole.thumbnail is not None
    with qtbot.waitSignal(
        cnn.trainer.heard, timeout=PATIENCE, check_params_cb=lambda e: isinstance(e, Surveyed)
    ):
        cnn.session.enter(use)
    inner = live(cnn)
    assert inner["conv"].text == whole.text
    assert inner["activation"].thumbnail == whole.thumbnail
    assert "dense" not in inner
    cnn.session.go_to(())
    assert live(cnn)[use].text == whole.text


def test_gradients_of_a_group_are_taken_together() -> None:
    found = {"a": 3.0, "b": 1.0, "c": 9.0}
    assert together(found, {"a": 2, "b": 6, "x": 4}) == pytest.approx(math.sqrt((18 + 6) / 8))
    assert together({"a": 1e-200, "b": 1e-200}, {"a": 1, "b": 1}) == pytest.approx(1e-200)
    assert together(found, {"a": 0}) is None
    assert math.isnan(together({"a": math.inf, "b": 1.0}, {"a": 1, "b": 1}) or 0.0)
    assert together({"a": 0.0}, {"a": 3}) == 0.0


@pytest.mark.parametrize(
    ("gradient", "level", "word"),
    [
        (2.0, 0.0, "in balance"),
        (1.99e-3, -0.5, "weak"),
        (2e-6, -1.0, "weak"),
        (1e-7, -1.0, "vanishing"),
        (0.0, -1.0, "vanishing"),
        (2000.1, 1.0, "exploding"),
        (200.0, 2 / 3, "strong"),
        (math.inf, 1.0, "exploding"),
        (math.nan, 1.0, "exploding"),
    ],
)
def test_a_gradient_is_held_against_the_one_nearest_the_loss(
    gradient: float, level: float, word: str
) -> None:
    found = {"first": gradient, "last": 2.0, "beside": 7.0}
    best = gradients.reference(found, ("beside", "first", "relu", "last"))
    assert best == "last"
    assert gradients.level(gradient, found[best]) == pytest.approx(level, abs=1e-3)
    assert gradients.words(gradient, found[best], "last").endswith(word)


def test_without_a_usable_gradient_there_is_nothing_to_hold_against() -> None:
    found = {"first": math.nan, "last": 0.0}
    assert gradients.reference(found, ("first", "last")) is None
    assert gradients.level(0.0, None) == -1.0
    assert "vanishing" in gradients.words(0.0, None, "")
