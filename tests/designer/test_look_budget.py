"""How much of a training's time looking may take is chosen, remembered, and shown."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from core.train.budget import NO_LIMIT
from core.train.commands import SetBudget
from core.train.events import Looked
from designer.look_budget import explained, words
from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.designer.conftest import PATIENCE
from tests.designer.driving import checked_entries, click_entry, menu_of, press_action
from tests.designs import iris_mlp, saved, with_recipe

LOOKED = Looked(share=0.03, seconds=200.0, looking=3.6, asked=12.0, compiling=2.0)


def menu(window: MainWindow) -> QMenu:
    return menu_of(window, "&Time for views")


def button(window: MainWindow) -> QToolButton:
    assert window.watching is not None
    return window.watching.views.training.look_share


@pytest.fixture
def sent(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the window tells the worker, which hears nothing of it."""
    window.trainer.process.start()
    found: list[Any] = []
    monkeypatch.setattr(window.trainer.process, "send", found.append)
    return found


def test_a_choice_is_told_at_once_shown_and_remembered(
    window: MainWindow, qtbot: QtBot, sent: list[Any]
) -> None:
    assert checked_entries(menu(window)) == ["&3 %"]
    assert button(window).text() == "Views up to 3 %"
    click_entry(qtbot, window, menu(window), "1&0 %")
    assert sent == [SetBudget(0.1)]
    assert button(window).text() == "Views up to 10 %"
    assert checked_entries(menu(window)) == ["1&0 %"]
    assert Preferences().look_share == "0.1"
    # The run to come begins with it, whatever worker there is then.
    window.trainer.train()
    assert [c for c in sent[1:] if isinstance(c, SetBudget)] == [SetBudget(0.1)]


def test_the_button_opens_the_same_choices_by_key(
    window: MainWindow, qtbot: QtBot, sent: list[Any]
) -> None:
    shown = button(window)
    assert shown.menu() is menu(window)

    def choose_off() -> None:
        qtbot.keyClick(shown.menu(), Qt.Key.Key_O)

    # Until a choice is taken the menu has a loop of its own.
    shown.menu().aboutToShow.connect(lambda: QTimer.singleShot(0, choose_off))
    shown.setFocus()
    qtbot.keyClick(shown, Qt.Key.Key_Space)
    assert sent == [SetBudget(0.0)]
    assert shown.text() == "Views off"
    assert checked_entries(menu(window)) == ["&Off"]


def test_what_was_remembered_is_the_choice_of_the_next_window(
    window: MainWindow, qtbot: QtBot
) -> None:
    click_entry(qtbot, window, menu(window), "&No limit")
    with_same_settings = MainWindow(Preferences(), window.trainer.store.root)
    assert checked_entries(menu(with_same_settings)) == ["&No limit"]
    assert with_same_settings.trainer._look_share == NO_LIMIT
    with_same_settings.deleteLater()


def test_a_training_tells_what_looking_took(
    window: MainWindow, qtbot: QtBot, tmp_path: Any
) -> None:
    assert window.files.read(saved(with_recipe(iris_mlp(), epochs=3), tmp_path))
    with qtbot.waitSignal(window.trainer.finished, timeout=PATIENCE):
        press_action(qtbot, window, "train")
    qtbot.waitUntil(lambda: button(window).text().endswith("% of 3 %"), timeout=PATIENCE)
    assert "of this training" in button(window).toolTip()
    assert button(window).accessibleDescription().startswith(button(window).text())


@pytest.mark.parametrize(
    ("share", "looked", "text"),
    [
        (0.03, None, "Views up to 3 %"),
        (0.03, LOOKED, "Views 1.8 % of 3 %"),
        (0.0, None, "Views off"),
        (0.0, LOOKED, "Views 1.8 %, off"),
        (NO_LIMIT, LOOKED, "Views 1.8 %, no limit"),
    ],
)
def test_words(share: float, looked: Looked | None, text: str) -> None:
    assert words(share, looked) == text


def test_the_tooltip_says_what_is_not_counted() -> None:
    told = explained(0.03, LOOKED)
    assert "3.60 s of" in told
    assert "12.0 s that you asked for, 2.0 s of first looks" in told
