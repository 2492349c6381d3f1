"""Train > Device chooses what runs are trained on."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.train.commands import Train
from designer.main_window import MainWindow
from designer.preferences import Preferences
from tests.designer.driving import checked_entries, click_entry, menu_of


def device_menu(window: MainWindow) -> QMenu:
    return menu_of(window, "&Device")


def checked(window: MainWindow) -> list[str]:
    return checked_entries(device_menu(window))


def test_what_is_chosen_is_trained_on_and_remembered(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked(window) == ["&Automatic"]
    click_entry(qtbot, window, device_menu(window), "&CPU")
    assert checked(window) == ["&CPU"]
    assert Preferences().device == "cpu"
    sent: list[Any] = []
    monkeypatch.setattr(window.trainer.process, "send", sent.append)
    window.trainer.train()
    (command,) = (c for c in sent if isinstance(c, Train))
    assert command.device == "cpu"


def test_what_is_not_there_is_off_and_says_so(window: MainWindow, qtbot: QtBot) -> None:
    window.trainer.process.start()
    qtbot.waitUntil(lambda: bool(window.trainer.device_kinds), timeout=60_000)
    assert "cpu" in window.trainer.device_kinds
    menu = device_menu(window)
    menu.popup(window.pos())
    off = {a.text(): a.toolTip() for a in menu.actions() if not a.isEnabled()}
    menu.close()
    assert "&TPU" in off
    assert off["&TPU"].endswith("JAX finds none here.")
    click_entry(qtbot, window, device_menu(window), "&TPU")
    assert checked(window) == ["&Automatic"]
