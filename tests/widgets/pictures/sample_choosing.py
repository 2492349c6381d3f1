"""Chooses samples in tests as a person does: with the keys, in the menu that opens."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from widgets.pictures.sample_chooser import SampleChooser


def pick(qtbot: QtBot, chooser: SampleChooser, text: str) -> list[str]:
    """Open the menu, go to the entry that begins so and press Enter; all that is offered."""
    offered: list[str] = []

    def answer() -> None:
        if offered:
            return
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        offered.extend(a.text() for a in menu.actions() if not a.isSeparator())
        for _ in menu.actions():
            qtbot.keyClick(menu, Qt.Key.Key_Down)
            chosen = menu.activeAction()
            if chosen is not None and chosen.text().startswith(text):
                qtbot.keyClick(menu, Qt.Key.Key_Return)
                return
        menu.close()

    QTimer.singleShot(0, answer)
    chooser.which.setFocus()
    # Some menus are open until they are answered, others stay open behind the key.
    qtbot.keyClick(chooser.which, Qt.Key.Key_Space)
    answer()
    assert any(one.startswith(text) for one in offered), offered
    return offered
