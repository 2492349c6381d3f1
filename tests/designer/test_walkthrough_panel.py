"""The panel goes through a training step, moment by moment, and lights up the canvas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import load
from core.project.gallery import examples
from designer.main_window import MainWindow
from designer.walkthrough_panel import TOPIC, WalkthroughPanel
from tests.designer.conftest import PATIENCE
from tests.designer.driving import click_entry, menu_of
from tests.designer.lasting import lasting_window
from widgets.canvas.graph import End
from widgets.step_walk import StepWalk

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def stage(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MainWindow]:
    """A window in which the panel was opened by its entry in the menu."""
    with lasting_window(qapp, tmp_path_factory.mktemp("walk")) as window:
        yield window


def opened(qtbot: QtBot, window: MainWindow) -> WalkthroughPanel:
    """The panel, opened by its entry in the menu if it is not to be seen."""
    if not window.docks["walkthrough"].isVisible():
        click_entry(qtbot, window, menu_of(window, "E&xplain"), "Walk-through …")
    found = window.late_panels.panel("walkthrough")
    assert isinstance(found, WalkthroughPanel)
    return found


def press(qtbot: QtBot, walk: StepWalk, name: str) -> None:
    qtbot.mouseClick(walk.buttons[name], LEFT)


def answered(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.asking.is_waiting(TOPIC), timeout=PATIENCE)


def worked_out(qtbot: QtBot, panel: WalkthroughPanel) -> None:
    qtbot.waitUntil(lambda: panel.walked is not None, timeout=PATIENCE)


@pytest.fixture
def relus(qtbot: QtBot, stage: MainWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """The window after a click on the example in the menu, and one that opens the panel."""
    discard = QMessageBox.StandardButton.Discard
    monkeypatch.setattr(QMessageBox, "question", lambda *_: discard)
    stage.files.new()
    click_entry(qtbot, stage, stage.examples, load(examples()["two_relus_by_hand"]).name)
    worked_out(qtbot, opened(qtbot, stage))
    return stage


def test_each_moment_is_shown_in_formulas_and_on_the_canvas(
    qtbot: QtBot, relus: MainWindow
) -> None:
    panel = opened(qtbot, relus)
    walk, canvas, whole = panel.widget, relus.canvas, relus.session.whole
    assert walk.list.item(0).text() == "→  Forward: x"
    assert walk.losses.text() == "Loss: 0.0578"
    assert "Initial weights." in walk.text.toPlainText()
    assert not walk.buttons["back"].isEnabled()
    assert canvas.annotations.node == "x"
    for _ in range(2):
        press(qtbot, walk, "next")
    assert "z1 = 0.5 · 2 + 0.1 = 1.1" in walk.text.toPlainText()
    assert canvas.annotations.node == "hidden"
    assert canvas.annotations.text == ("output = 1.1, 1.3",)
    assert canvas.annotations.wires == {End("hidden", "input"): ("2",)}
    assert not canvas.annotations.backward
    press(qtbot, walk, "back")
    assert canvas.annotations.node == "y"
    walk.list.setFocus()
    for key in (Qt.Key.Key_Home, *[Qt.Key.Key_Right] * 8, Qt.Key.Key_Left):
        qtbot.keyClick(walk.list, key)
    assert walk.list.currentItem().text() == "←  Backward: output"
    assert walk.place.text() == "8 of 12"
    assert "∂L/∂w1,1 = −0.34 · 1.1 = −0.374" in walk.text.toPlainText()
    assert canvas.annotations.backward
    assert canvas.annotations.text[1] == "∂L/∂kernel = −0.374, −0.442"
    assert canvas.annotations.wires == {End("output", "input"): ("−0.136", "−0.136")}
    qtbot.keyClick(walk.list, Qt.Key.Key_End)
    assert "w1,1 ← 0.4 − 0.1 · (−0.374) = 0.4374" in walk.text.toPlainText()
    assert not walk.buttons["next"].isEnabled()
    assert relus.session.whole == whole
    assert not relus.session.dirty


def test_steps_follow_each_other_with_the_new_weights(qtbot: QtBot, relus: MainWindow) -> None:
    walk = opened(qtbot, relus).widget
    walk.list.setFocus()
    qtbot.mouseClick(walk.do_step, LEFT)
    answered(qtbot, relus)
    walk.list.setFocus()
    qtbot.keyClick(walk.list, Qt.Key.Key_Return)
    answered(qtbot, relus)
    assert walk.losses.text() == "Loss: 0.0578 → 0.010871 → 0.0015195"
    assert "Initial weights, and 2 more." in walk.text.toPlainText()
    qtbot.mouseClick(walk.restart, LEFT)
    qtbot.waitUntil(lambda: walk.losses.text() == "Loss: 0.0578", timeout=PATIENCE)
    assert not walk.restart.isEnabled()


def test_the_canvas_is_lit_up_only_while_the_panel_is_seen_and_the_design_stays(
    qtbot: QtBot, relus: MainWindow
) -> None:
    panel, canvas = opened(qtbot, relus), relus.canvas
    viewport = canvas.viewport()
    lit = viewport.grab().toImage()
    relus.docks["walkthrough"].hide()
    assert canvas.annotations is None
    assert viewport.grab().toImage() != lit
    relus.docks.show("walkthrough")
    qtbot.waitUntil(lambda: canvas.annotations is not None)
    relus.session.act("Move", lambda d: edits.move(d, {"x": (-40.0, 0.0)}))
    assert canvas.annotations.node == "x"
    relus.session.act("Change", lambda d: edits.set_params(d, "active", function="tanh"))
    assert canvas.annotations is None
    assert panel.walked is None
    worked_out(qtbot, panel)
    assert panel.walked.loss != pytest.approx(0.0578, rel=0.01)
    assert canvas.annotations.node == "x"


def test_what_keeps_a_design_from_being_walked_through_is_said(
    qtbot: QtBot, relus: MainWindow
) -> None:
    relus.session.act("Remove", lambda d: edits.remove(d, nodes=("loss",)))
    panel = opened(qtbot, relus)
    said = panel.widget.message
    qtbot.waitUntil(lambda: "loss" in said.text(), timeout=PATIENCE)
    assert said.isVisible()
    assert relus.canvas.annotations is None
    relus.session.undo()
    worked_out(qtbot, panel)
    assert not said.isVisible()


def test_an_empty_design_leads_to_the_example(qtbot: QtBot, relus: MainWindow) -> None:
    relus.files.new()
    panel = opened(qtbot, relus)
    assert panel.widget.message.isVisible()
    assert not panel.widget.example.isVisible()
    qtbot.waitUntil(panel.widget.example.isVisible, timeout=PATIENCE)
    assert not relus.session.dirty
    qtbot.mouseClick(panel.widget.example, LEFT)
    worked_out(qtbot, panel)
    assert relus.session.file is None
    assert panel.widget.losses.text() == "Loss: 0.0578"
    assert not panel.widget.example.isVisible()


def test_playing_goes_on_by_itself_to_the_end(qtbot: QtBot, relus: MainWindow) -> None:
    walk = opened(qtbot, relus).widget
    walk.go(walk.list.count() - 2)
    press(qtbot, walk, "play")
    assert walk.is_playing
    walk.turn_page()
    assert walk.moment == walk.list.count() - 1
    assert not walk.is_playing
