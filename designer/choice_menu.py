"""A sub-menu of choices of which one is taken."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget


class ChoiceMenu(QMenu):
    """Shows which choice is taken, and takes another; ``chosen`` carries its name.

    ``choices`` has a text and a tooltip by name.
    """

    chosen = Signal(str)

    def __init__(self, title: str, choices: Mapping[str, tuple[str, str]], parent: QWidget) -> None:
        super().__init__(title, parent)
        group = QActionGroup(self)
        self.choices: dict[str, QAction] = {}
        for name, (text, tooltip) in choices.items():
            action = QAction(text, group)
            action.setCheckable(True)
            action.setToolTip(tooltip)
            action.setStatusTip(tooltip)
            action.triggered.connect(partial(self._choose, name))
            self.choices[name] = action
        self.addActions(group.actions())

    def check(self, name: str) -> None:
        """Show that a choice is taken."""
        self.choices[name].setChecked(True)

    def _choose(self, name: str, _checked: bool = False) -> None:
        self.chosen.emit(name)
