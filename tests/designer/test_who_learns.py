"""A loss is told in the inspector what it trains, and keeps to it whatever that is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListWidget
from pytestqt.qtbot import QtBot

from core.design import edits
from core.project.file import load, save
from designer.main_window import MainWindow
from tests.adversarial import gan
from tests.designer.driving import click_node

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def game(window: MainWindow, tmp_path: Path) -> MainWindow:
    """The window on a small GAN, the generator's loss selected."""
    path = tmp_path / "gan.loom"
    save(gan(averages=True), path)
    assert window.files.read(path)
    window.docks.show("inspector")
    window.canvas.fit_all()
    click_node(window, "generator_loss")
    return window


def offered(window: MainWindow) -> QListWidget:
    found = window.inspector.form.field("trains").editor
    assert isinstance(found, QListWidget)
    return found


def ticked(window: MainWindow) -> list[str]:
    names = offered(window)
    items = [names.item(i) for i in range(names.count())]
    return [i.text() for i in items if i.checkState() == Qt.CheckState.Checked]


def tick(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Click on the box before a name."""
    names = offered(window)
    (item,) = names.findItems(name, Qt.MatchFlag.MatchExactly)
    names.scrollToItem(item)
    rect = names.visualItemRect(item)
    place = QPoint(rect.left() + 10, rect.center().y())
    qtbot.mouseClick(names.viewport(), LEFT, pos=place)


def trains(window: MainWindow, loss: str = "generator_loss") -> tuple[str, ...]:
    return window.session.design.nodes[loss].params["trains"]


def test_what_has_weights_is_offered_the_outermost_first(game: MainWindow) -> None:
    names = offered(game)
    texts = [names.item(i).text() for i in range(names.count())]
    assert set(texts[:3]) == {"generator", "discriminator", "again"}
    assert "generator/generator_in" in texts
    assert "real" not in texts
    assert "generator/generator_tanh" not in texts
    assert ticked(game) == ["generator"]


def test_ticking_says_what_is_trained(qtbot: QtBot, game: MainWindow) -> None:
    tick(qtbot, game, "discriminator")
    assert trains(game) == ("generator", "discriminator")
    tick(qtbot, game, "generator")
    assert trains(game) == ("discriminator",)
    game.session.undo()
    assert ticked(game) == ["generator"]


def test_a_group_that_gets_another_name_is_trained_on(qtbot: QtBot, game: MainWindow) -> None:
    click_node(game, "generator")
    line = game.inspector.name
    line.selectAll()
    qtbot.keyClicks(line, "forger")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert game.session.design.nodes["generator"].name == "forger"
    assert trains(game) == ("forger",)
    assert game.session.analysis.problems == ()
    click_node(game, "generator_loss")
    assert ticked(game) == ["forger"]
    game.session.undo()
    assert trains(game) == ("generator",)
    assert game.session.design.nodes["generator"].name == "generator"


def test_a_name_that_is_gone_is_a_problem_that_one_click_mends(
    qtbot: QtBot, game: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "odd.loom"
    save(edits.set_params(gan(), "generator_loss", trains=("generatr",)), path)
    assert game.files.read(path)
    (problem,) = game.session.analysis.problems
    assert problem.message == "generator_loss trains 'generatr', but nothing is called that"
    game.editor.fixing.fix("generator_loss")
    assert trains(game) == ("generator",)
    assert game.session.undo_label == "Use generator"
    assert game.files.save()
    assert load(path).nodes["generator_loss"].params["trains"] == ("generator",)
