"""The sub-menu that chooses the theme."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from designer.appearance import Appearance

CHOICES = {
    "system": ("&System", "Dark or light, as the desktop is"),
    "dark": ("&Dark", "Light text on dark ground"),
    "light": ("&Light", "Dark text on light ground"),
}


class ThemeMenu(QMenu):
    """Shows which theme is chosen, and chooses another; ``switch`` stands below."""

    def __init__(self, appearance: Appearance, switch: QAction, parent: QWidget) -> None:
        super().__init__("&Theme", parent)
        self._appearance = appearance
        group = QActionGroup(self)
        self._actions: dict[str, QAction] = {}
        for choice, (text, tooltip) in CHOICES.items():
            action = QAction(text, group)
            action.setCheckable(True)
            action.setToolTip(tooltip)
            action.setStatusTip(tooltip)
            action.triggered.connect(partial(self._choose, choice))
            self._actions[choice] = action
        self.addActions(group.actions())
        self.addSeparator()
        self.addAction(switch)
        appearance.chosen.connect(self._check)
        self._check()

    def _choose(self, choice: str, _checked: bool = False) -> None:
        self._appearance.choose(choice)

    def _check(self) -> None:
        self._actions[self._appearance.choice].setChecked(True)
