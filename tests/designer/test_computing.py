"""A question that takes long is said to be computed, and can be cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.explain.projection import AskProjection
from core.train.asks import Answered, Ask, NotAnswered
from core.train.events import Event
from core.train.pieces import stand_aside
from designer.computing import Computing
from designer.main_window import MainWindow
from tests.designer.conftest import PATIENCE
from tests.designer.driving import click_entry, menu_of


@dataclass(frozen=True)
class Endless(Ask):
    """What is computed until nobody wants it any more."""

    in_pieces = True

    def answer(self, job: Any, state: Any, step: int) -> None:
        raise AssertionError("nothing was trained")

    def answer_untrained(self) -> None:
        while True:
            stand_aside()


@dataclass(frozen=True)
class Broken(Ask):
    """What fails in a way that nobody has thought of."""

    def answer(self, job: Any, state: Any, step: int) -> None:
        raise AssertionError("nothing was trained")

    def answer_untrained(self) -> None:
        raise RuntimeError("out of luck")


@dataclass(frozen=True)
class Quick(Broken):
    """What is known at once."""

    def answer_untrained(self) -> None:
        return


def test_a_long_question_is_shown_and_cancelled(window: MainWindow, qtbot: QtBot) -> None:
    asking, told = window.asking, []
    line = Computing(asking, ("long",))
    qtbot.addWidget(line)
    assert not line.isVisible()
    asking.ask("long", Endless(), told.append, told.append)
    qtbot.waitUntil(line.isVisible, timeout=PATIENCE)
    assert line.text.startswith("Computing … ")
    qtbot.mouseClick(line.cancel, Qt.MouseButton.LeftButton)
    assert not line.isVisible()
    (refused,) = told
    assert isinstance(refused, NotAnswered)
    assert refused.message == "cancelled"
    # The worker is free again.
    asking.ask("quick", Quick(), told.append, told.append)
    qtbot.waitUntil(lambda: isinstance(told[-1], Answered), timeout=PATIENCE)


def test_no_panel_shows_a_traceback(window: MainWindow, qtbot: QtBot) -> None:
    """What panels are told of a question that fails is what they show, so it is looked at here."""
    heard: list[Event] = []
    window.trainer.heard.connect(heard.append)
    window.asking.ask("broken", Broken(), heard.append, heard.append)
    qtbot.waitUntil(lambda: any(isinstance(e, NotAnswered) for e in heard), timeout=PATIENCE)
    refused = next(e for e in heard if isinstance(e, NotAnswered))
    assert refused.message == "unexpected error: RuntimeError out of luck"
    assert "Traceback" not in refused.hint
    click_entry(qtbot, window, menu_of(window, "E&xplain"), "Projection …")
    qtbot.waitUntil(lambda: window.late_panels.panel("projection") is not None, timeout=PATIENCE)
    panel = window.late_panels.panel("projection")
    assert panel is not None
    shown: Any = panel
    shown._refuse(NotAnswered("projection", AskProjection(), refused.message, refused.hint))
    assert shown.said() == "Unexpected error: RuntimeError out of luck"
    assert "LAYERLOOM_DEBUG" in shown._hint.text()
