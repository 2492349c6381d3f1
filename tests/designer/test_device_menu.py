"""Train > Device chooses what runs are trained on."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.train.events import Train
from designer.main_window import MainWindow
from designer.preferences import Preferences


def device_menu(window: MainWindow) -> QMenu:
    (menu,) = (menu for menu in window.findChildren(QMenu) if menu.title() == "&Device")
    return menu


def click(qtbot: QtBot, window: MainWindow, text: str) -> None:
    menu = device_menu(window)
    action = next(a for a in menu.actions() if a.text() == text)
    menu.popup(window.pos())
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    menu.close()


def checked(window: MainWindow) -> list[str]:
    return [a.text() for a in device_menu(window).actions() if a.isChecked()]


def test_what_is_chosen_is_trained_on_and_remembered(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checked(window) == ["&Automatic"]
    click(qtbot, window, "&CPU")
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
    click(qtbot, window, "&TPU")
    assert checked(window) == ["&Automatic"]
